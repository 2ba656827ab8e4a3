// Heatmaps against a reference that walks the matrix weight by weight.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  clampRegion,
  heatmapCells,
  maxCells,
  regionElements,
  weightMatrix,
} from '../../../src/core/analysis/heatmap';
import { weightValues } from '../../../src/core/analysis/weightValues';
import type { HeatmapView, RegionView } from '../../../src/shared/contracts/layerViews';
import { normals } from '../../../src/shared/base/random';
import { weightOf } from './weightOf';

interface Case {
  readonly shape: readonly number[];
  readonly axis: number | undefined;
  readonly values: Float32Array;
}

/** Element of the tensor in a row and column of its matrix, by moving the output axis to the front. */
function elementAt(shape: readonly number[], axis: number, row: number, column: number): number {
  const others = shape.map((_, index) => index).filter((index) => index !== axis);
  const position = shape.map(() => 0);
  position[axis] = row;
  for (const index of others.toReversed()) {
    position[index] = column % shape[index]!;
    column = Math.floor(column / shape[index]!);
  }
  return position.reduce((element, at, index) => element * shape[index]! + at, 0);
}

function reference(
  { shape, axis, values }: Case,
  region: RegionView,
): Omit<HeatmapView, 'matrixRows' | 'matrixColumns'> {
  const cellRows = Math.min(maxCells, region.rows);
  const cellColumns = Math.min(maxCells, region.columns);
  const mean: number[] = [];
  const magnitude: number[] = [];
  const zeros: number[] = [];
  let maxMagnitude = 0;
  for (let r = 0; r < cellRows; r++) {
    for (let c = 0; c < cellColumns; c++) {
      const inside: number[] = [];
      for (
        let row = Math.floor((r * region.rows) / cellRows);
        row < Math.floor(((r + 1) * region.rows) / cellRows);
        row++
      ) {
        const first = Math.floor((c * region.columns) / cellColumns);
        const end = Math.floor(((c + 1) * region.columns) / cellColumns);
        for (let column = first; column < end; column++) {
          const at = [region.row + row, region.column + column] as const;
          inside.push(values[shape.length < 2 ? at[1] : elementAt(shape, axis ?? 0, ...at)]!);
        }
      }
      const finite = inside.filter((value) => Number.isFinite(value));
      const average = (list: readonly number[]) =>
        list.reduce((sum, value) => sum + value, 0) / finite.length;
      mean.push(average(finite));
      magnitude.push(average(finite.map(Math.abs)));
      zeros.push(inside.filter((value) => value === 0).length / inside.length);
      maxMagnitude = Math.max(maxMagnitude, ...finite.map(Math.abs));
    }
  }
  return {
    region,
    cellRows,
    cellColumns,
    mean: Float32Array.from(mean),
    magnitude: Float32Array.from(magnitude),
    zeros: Float32Array.from(zeros),
    maxMagnitude,
  };
}

function heatmap({ shape, axis, values }: Case, wanted?: RegionView): HeatmapView {
  const matrix = weightMatrix(shape, axis);
  const region = clampRegion(matrix, wanted);
  const cells = heatmapCells(matrix, region);
  let { start, end } = regionElements(matrix, region);
  for (const part of weightValues(weightOf(shape, values)).chunks(start, end)) {
    // Parts that break at odd places, as they may.
    for (let i = 0; i < part.length; i += 37) {
      const piece = part.subarray(i, i + 37);
      cells.add(piece, start);
      start += piece.length;
    }
  }
  expect(start).toBe(end);
  return cells.view();
}

function expectSame(actual: HeatmapView, expected: Omit<HeatmapView, 'matrixRows' | 'matrixColumns'>): void {
  expect(actual.region).toEqual(expected.region);
  expect([actual.cellRows, actual.cellColumns]).toEqual([expected.cellRows, expected.cellColumns]);
  expect(actual.maxMagnitude).toBe(expected.maxMagnitude);
  expect(actual.zeros).toEqual(expected.zeros);
  for (const key of ['mean', 'magnitude'] as const) {
    expect(actual[key].length).toBe(expected[key].length);
    const differs = expected[key].findIndex((value, cell) => !isClose(actual[key][cell]!, value));
    expect(differs, `${key} of cell ${differs}`).toBe(-1);
  }
}

function isClose(actual: number, expected: number): boolean {
  if (Number.isNaN(expected)) return Number.isNaN(actual);
  return Math.abs(actual - expected) < 1e-5 * (1 + Math.abs(expected));
}

/** Tensors of up to four axes with zeros and, now and then, values that are not finite. */
const cases: fc.Arbitrary<Case> = fc
  .array(fc.integer({ min: 1, max: 9 }), { minLength: 0, maxLength: 4 })
  .chain((shape) => {
    const elements = shape.reduce((product, dimension) => product * dimension, 1);
    return fc.record({
      shape: fc.constant(shape),
      axis: fc.option(fc.integer({ min: 0, max: Math.max(0, shape.length - 1) }), { nil: undefined }),
      values: fc
        .array(
          fc.oneof(
            {
              weight: 20,
              arbitrary: fc.integer({ min: -100, max: 100 }).map((value) => Math.fround(value / 7)),
            },
            { weight: 6, arbitrary: fc.constant(0) },
            { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, -Infinity) },
          ),
          { minLength: elements, maxLength: elements },
        )
        .map((values) => Float32Array.from(values)),
    });
  });

const regions: fc.Arbitrary<RegionView> = fc.record({
  row: fc.integer({ min: -2, max: 12 }),
  column: fc.integer({ min: -2, max: 80 }),
  rows: fc.integer({ min: 0, max: 12 }),
  columns: fc.integer({ min: 0, max: 80 }),
});

describe('heatmapCells', () => {
  it('agrees with a walk over the matrix for every axis and region', () => {
    fc.assert(
      fc.property(cases, fc.option(regions, { nil: undefined }), (example, wanted) => {
        const region = clampRegion(weightMatrix(example.shape, example.axis), wanted);
        expectSame(heatmap(example, wanted), reference(example, region));
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    { shape: [700, 530], axis: 0 },
    { shape: [700, 530], axis: 1 },
    { shape: [5, 600, 3, 3], axis: 1 },
    { shape: [3000], axis: 0 },
  ])(
    'sums a tensor of shape $shape and output axis $axis up in at most 512 × 512 cells',
    ({ shape, axis }) => {
      const elements = shape.reduce((product, dimension) => product * dimension, 1);
      const example = { shape, axis, values: normals(elements, 7).map((value) => (value < 0.3 ? 0 : value)) };
      const view = heatmap(example);
      expect(Math.max(view.cellRows, view.cellColumns)).toBe(maxCells);
      expectSame(view, reference(example, view.region));
    },
  );

  it('shows single weights where a region has no more than 512 rows and columns', () => {
    const example = { shape: [900, 800], axis: 0, values: normals(720_000, 3) };
    const view = heatmap(example, { row: 333, column: 444, rows: 20, columns: 10 });
    expect([view.cellRows, view.cellColumns]).toEqual([20, 10]);
    expect(view.mean[7 * 10 + 3]).toBe(example.values[(333 + 7) * 800 + 444 + 3]);
  });

  it('takes well under 100 ms for 4096 × 4096 weights, however they lie', () => {
    const values = normals(1 << 18, 5);
    for (const axis of [0, 1]) {
      const matrix = weightMatrix([4096, 4096], axis);
      const times = [1, 2, 3, 4, 5].map(() => {
        const cells = heatmapCells(matrix, clampRegion(matrix));
        const started = performance.now();
        for (let start = 0; start < 4096 * 4096; start += values.length) cells.add(values, start);
        return performance.now() - started;
      });
      expect(Math.min(...times)).toBeLessThan(100);
    }
  });

  it('has no cells for a tensor without elements', () => {
    const view = heatmap({ shape: [0, 4], axis: 0, values: new Float32Array() });
    expect([view.matrixRows, view.cellRows, view.mean.length]).toEqual([0, 0, 0]);
  });
});
