// A weight as integers with its scales and zero points, made into real numbers by a DequantizeLinear. The integers are
// made when they are read, so that quantizing a large model takes no memory of its own.
import { packedBytes } from '../../../ir/elementType';
import { encodeNumbers, float32Tensor, numbersWithin } from '../../../ir/numbers';
import { Tensor } from '../../../ir/tensor';
import { quantizeValue } from '../grids/affineGrid';
import { eachRun, scaleShape } from '../grids/gridLayout';
import { gridAt, type UniformGrid } from '../grids/weightGrid';
import type { StoreWeight } from './storeWeight';

/** The type that integers of so many bits are stored as: ONNX packs two of four bits into a byte, and no others. */
export function storedType(bits: number): 'int4' | 'int8' {
  return bits <= 4 ? 'int4' : 'int8';
}

/**
 * Scales are float32; zero points have the type of the integers, both one shape. Groups that are all centred on zero go
 * without zero points, which are 0 where they are not given: of these there are many.
 */
export const storeUniform: StoreWeight<UniformGrid> = ({ value, tensor, grid, domain, fresh }) => {
  const { layout, scales, zeroPoints, bits } = grid;
  const { axis, groupSize } = layout;
  if (groupSize !== undefined && domain !== '') throw new Error(`No blocks in the domain ${domain}`);
  const shape = scaleShape(layout);
  const stored = uniformTensor(tensor, grid, fresh(`${value}_quantized`));
  const scale = float32Tensor(fresh(`${value}_scale`), shape, scales);
  const parameters = [scale];
  if (groupSize === undefined || zeroPoints.some((zeroPoint) => zeroPoint !== 0)) {
    const type = storedType(bits);
    const name = fresh(`${value}_zero_point`);
    parameters.push(Tensor.fromBytes(name, type, shape, encodeNumbers(type, zeroPoints)));
  }
  const output = fresh(`${value}_dequantized`);
  return {
    tensors: [stored, ...parameters],
    nodes: [
      {
        name: fresh(`${value}_DequantizeLinear`),
        domain,
        operator: 'DequantizeLinear',
        inputs: [stored.name, ...parameters.map(({ name }) => name)],
        outputs: [output],
        attributes: [
          ...(axis === undefined ? [] : [{ name: 'axis', kind: 'int' as const, value: axis }]),
          ...(groupSize === undefined
            ? []
            : [{ name: 'block_size', kind: 'int' as const, value: groupSize }]),
        ],
      },
    ],
    output,
    type: 'float32',
    ...(layout.storedShape && { reshaped: true }),
  };
};

function uniformTensor(tensor: Tensor, grid: UniformGrid, name: string): Tensor {
  const type = storedType(grid.bits);
  const perByte = type === 'int4' ? 2 : 1;
  return new Tensor({
    name,
    type,
    shape: grid.layout.storedShape ?? tensor.shape,
    read: (offset, length) => {
      const start = offset * perByte;
      const count = Math.min(length * perByte, tensor.elements - start);
      const places = placesWithin(tensor, grid, start, count);
      return perByte === 1 ? new Uint8Array(places.buffer) : pairs(places);
    },
  });
}

function placesWithin(
  tensor: Tensor,
  grid: UniformGrid,
  start: number,
  count: number,
): Int8Array<ArrayBuffer> {
  const values = numbersWithin(tensor, start, count);
  const places = new Int8Array(count);
  eachRun(grid.layout, start, count, (index, from, to) => {
    const own = gridAt(grid, index);
    for (let i = from; i < to; i++) places[i] = quantizeValue(values[i]!, own);
  });
  return places;
}

/** Two integers of 4 bits in each byte, the first one in the lower half; half a byte may be left over. */
function pairs(places: Int8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(packedBytes('int4', places.length));
  for (let i = 0; i < places.length; i++) bytes[i >> 1]! |= (places[i]! & 15) << (4 * (i & 1));
  return bytes;
}
