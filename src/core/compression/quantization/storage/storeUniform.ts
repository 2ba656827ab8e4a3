// A weight as integers with its scales and zero points, made into real numbers by a DequantizeLinear. The integers are
// made when they are read, so that quantizing a large model takes no memory of its own.
import { numbersWithin, float32Tensor } from '../../../ir/numbers';
import { Tensor } from '../../../ir/tensor';
import { quantizeValue } from '../grids/affineGrid';
import { eachRun, scaleShape } from '../grids/gridLayout';
import { gridAt, type UniformGrid } from '../grids/weightGrid';
import type { StoreWeight } from './storeWeight';

/** Stored as int8; scales are float32, zero points int8, both of one shape. */
export const storeUniform: StoreWeight<UniformGrid> = ({ value, tensor, grid, domain, fresh }) => {
  const { layout, scales, zeroPoints } = grid;
  const shape = scaleShape(layout);
  const stored = uniformTensor(tensor, grid, fresh(`${value}_quantized`));
  const scale = float32Tensor(fresh(`${value}_scale`), shape, scales);
  const zeroPoint = Tensor.fromBytes(
    fresh(`${value}_zero_point`),
    'int8',
    shape,
    new Uint8Array(zeroPoints.buffer, zeroPoints.byteOffset, zeroPoints.byteLength),
  );
  const output = fresh(`${value}_dequantized`);
  return {
    tensors: [stored, scale, zeroPoint],
    nodes: [
      {
        name: fresh(`${value}_DequantizeLinear`),
        domain,
        operator: 'DequantizeLinear',
        inputs: [stored.name, scale.name, zeroPoint.name],
        outputs: [output],
        attributes: layout.axis === undefined ? [] : [{ name: 'axis', kind: 'int', value: layout.axis }],
      },
    ],
    output,
    type: 'float32',
    ...(layout.storedShape && { reshaped: true }),
  };
};

function uniformTensor(tensor: Tensor, grid: UniformGrid, name: string): Tensor {
  return new Tensor({
    name,
    type: 'int8',
    shape: grid.layout.storedShape ?? tensor.shape,
    read: (start, count) => {
      const values = numbersWithin(tensor, start, count);
      const stored = new Int8Array(count);
      eachRun(grid.layout, start, count, (index, from, to) => {
        const own = gridAt(grid, index);
        for (let i = from; i < to; i++) stored[i] = quantizeValue(values[i]!, own);
      });
      return new Uint8Array(stored.buffer);
    },
  });
}
