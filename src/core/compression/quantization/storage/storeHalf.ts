// A weight as half-precision numbers. The cast back to the type that its layer wants is the one that every stored
// weight ends with; runtimes fold it into a constant when they load the model.
import { encodeNumbers, numbersWithin } from '../../../ir/numbers';
import { Tensor } from '../../../ir/tensor';
import type { HalfGrid } from '../grids/weightGrid';
import type { StoreWeight } from './storeWeight';

const bytesPerElement = 2;

export const storeHalf: StoreWeight<HalfGrid> = ({ value, tensor, grid, fresh }) => {
  const stored = new Tensor({
    name: fresh(`${value}_${grid.type}`),
    type: grid.type,
    shape: tensor.shape,
    read: (offset, length) => {
      const start = Math.floor(offset / bytesPerElement);
      const count = Math.ceil((offset + length) / bytesPerElement) - start;
      const bytes = encodeNumbers(grid.type, numbersWithin(tensor, start, count));
      const skipped = offset - start * bytesPerElement;
      return bytes.subarray(skipped, skipped + length);
    },
  });
  return { tensors: [stored], nodes: [], output: stored.name, type: grid.type };
};
