// A weight as its grid has it: every element at the nearest value that can be stored. Parts are made when they are
// read, so that rounding a large model takes no memory of its own.
import { packedBytes } from '../../../ir/elementType';
import { decodeNumbers, encodeNumbers, numbersWithin, type Numbers } from '../../../ir/numbers';
import { Tensor } from '../../../ir/tensor';
import { dequantizeValue, quantizeValue } from './affineGrid';
import { nearestPlace } from './codebook';
import { eachRun } from './gridLayout';
import { gridAt, type CodebookGrid, type HalfGrid, type UniformGrid, type WeightGrid } from './weightGrid';

/** The tensor in its own shape and type with every element on the grid; the type rounds what it cannot hold. */
export function onGrid(tensor: Tensor, grid: WeightGrid): Tensor {
  const { name, type, shape } = tensor;
  const elementBytes = packedBytes(type, 1);
  return new Tensor({
    name,
    type,
    shape,
    read: (offset, length) => {
      const start = offset / elementBytes;
      const values = numbersWithin(tensor, start, length / elementBytes);
      roundToGrid(values, start, grid);
      return encodeNumbers(type, values);
    },
  });
}

/** Rounds numbers, the first of which is element `start` of their tensor, in place. */
export function roundToGrid(values: Numbers, start: number, grid: WeightGrid): void {
  if (grid.kind === 'uniform') roundUniformly(values, start, grid);
  else if (grid.kind === 'codebook') roundToCodebook(values, start, grid);
  else roundToHalf(values, grid);
}

function roundUniformly(values: Numbers, start: number, grid: UniformGrid): void {
  eachRun(grid.layout, start, values.length, (index, from, to) => {
    const own = gridAt(grid, index);
    for (let i = from; i < to; i++) values[i] = dequantizeValue(quantizeValue(values[i]!, own), own);
  });
}

function roundToCodebook(values: Numbers, start: number, { values: book, groups }: CodebookGrid): void {
  if (!groups) {
    for (let i = 0; i < values.length; i++) values[i] = book[nearestPlace(book, values[i]!)]!;
    return;
  }
  eachRun(groups.layout, start, values.length, (index, from, to) => {
    const scale = groups.scales[index]!;
    for (let i = from; i < to; i++) {
      values[i] = Math.fround(book[nearestPlace(book, values[i]! / scale)]! * scale);
    }
  });
}

function roundToHalf(values: Numbers, { type }: HalfGrid): void {
  values.set(decodeNumbers(type, encodeNumbers(type, values), values.length));
}
