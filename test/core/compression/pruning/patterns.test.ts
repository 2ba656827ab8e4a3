// Patterns of zeros: N:M along inputs, and blocks of outputs by inputs, for every order of axes.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { patternMask } from '../../../../src/core/compression/pruning/nmPattern';
import { blockUnits } from '../../../../src/core/compression/pruning/units';
import { inputLines, matrixView } from '../../../../src/core/compression/pruning/weightAxes';
import { pauseFor } from '../../../../src/core/ir/pacing';
import type { Tensor } from '../../../../src/core/ir/tensor';
import { normals } from '../../../../src/shared/base/random';
import { floats } from '../../../support/build';

const pause = pauseFor(new AbortController().signal);

function weightOf(shape: readonly number[], outputAxis?: number) {
  const elements = shape.reduce((a, b) => a * b, 1);
  const tensor: Tensor = floats('w', shape, normals(elements, 1));
  return { tensor, ...(outputAxis !== undefined && { outputAxis }) };
}

/** The elements of each line along the inputs. */
function linesOf(weight: ReturnType<typeof weightOf>): number[][] {
  const { length, stride, starts } = inputLines(weight);
  return [...starts].map((start) => Array.from({ length }, (_, i) => start + i * stride));
}

describe('lines of inputs', () => {
  it.each([
    [
      'a fully connected layer of outputs by inputs',
      [2, 3],
      0,
      [
        [0, 1, 2],
        [3, 4, 5],
      ],
    ],
    [
      'a matrix of inputs by outputs',
      [3, 2],
      1,
      [
        [0, 2, 4],
        [1, 3, 5],
      ],
    ],
    [
      'a batch of such matrices',
      [2, 2, 1],
      2,
      [
        [0, 1],
        [2, 3],
      ],
    ],
    [
      'a convolution, at each place of its kernel',
      [1, 2, 1, 2],
      0,
      [
        [0, 2],
        [1, 3],
      ],
    ],
    [
      'a recurrent layer with one direction',
      [1, 2, 2],
      1,
      [
        [0, 1],
        [2, 3],
      ],
    ],
    ['a vector', [3], undefined, [[0, 1, 2]]],
  ] as const)('are those of %s', (_, shape, outputAxis, expected) => {
    expect(linesOf(weightOf(shape, outputAxis))).toEqual(expected);
  });

  it('hold every element once', () => {
    const shape = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(shape, fc.nat(3), (sizes, axis) => {
        const weight = weightOf(sizes, axis % sizes.length);
        const all = linesOf(weight)
          .flat()
          .toSorted((a, b) => a - b);
        expect(all).toEqual(Array.from({ length: weight.tensor.elements }, (_, i) => i));
      }),
    );
  });
});

describe('N:M patterns', () => {
  it('keep the N of highest score in every group of M, also in the last one', async () => {
    const size = fc.integer({ min: 1, max: 9 });
    await fc.assert(
      fc.asyncProperty(
        size,
        size,
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 4 }),
        async (rows, columns, keep, more) => {
          const weight = weightOf([rows, columns], 0);
          const scores = normals(rows * columns, 5);
          const of = keep + more;
          const mask = await patternMask(weight, scores, { keep, of }, pause);
          for (const line of linesOf(weight)) {
            for (let first = 0; first < line.length; first += of) {
              const group = line.slice(first, first + of);
              const kept = group.filter((i) => mask[i] === 0);
              expect(kept).toHaveLength(Math.min(keep, group.length));
              const lowest = Math.min(...kept.map((i) => scores[i]!));
              for (const i of group) if (mask[i] === 1) expect(scores[i]).toBeLessThanOrEqual(lowest);
            }
          }
        },
      ),
    );
  });

  it('keep the first of equal scores', async () => {
    const mask = await patternMask(weightOf([1, 4], 0), new Float32Array(4), { keep: 2, of: 4 }, pause);
    expect([...mask]).toEqual([0, 0, 1, 1]);
  });
});

describe('blocks', () => {
  it('are rows by columns of outputs by inputs, smaller at the end, with the mean score', () => {
    // Inputs by outputs: 3 inputs, 2 outputs. Of outputs by inputs it is [[0, 2, 4], [1, 3, 5]].
    const weight = weightOf([3, 2], 1);
    const units = blockUnits(weight, Float32Array.from([0, 1, 2, 3, 4, 5]), { rows: 2, columns: 2 });
    expect([...units.scores]).toEqual([(0 + 1 + 2 + 3) / 4, (4 + 5) / 2]);
    expect([...units.sizes]).toEqual([4, 2]);
    expect(Array.from({ length: 6 }, (_, i) => units.unitOf(i))).toEqual([0, 0, 0, 0, 1, 1]);
  });

  it('count zeros as nothing, and are gone where all of them are zero', () => {
    const none = -Infinity;
    const units = blockUnits(weightOf([1, 4], 0), Float32Array.from([none, 3, none, none]), {
      rows: 1,
      columns: 2,
    });
    expect([...units.scores]).toEqual([1.5, none]);
  });

  it('hold every element once, in a matrix of the weight’s own outputs', () => {
    const shape = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(shape, fc.nat(3), (sizes, axis) => {
        const outputAxis = axis % sizes.length;
        const weight = weightOf(sizes, outputAxis);
        const view = matrixView(weight);
        const { elements } = weight.tensor;
        expect(view.rows).toBe(sizes.length < 2 ? 1 : sizes[outputAxis]);
        const places = Array.from(
          { length: elements },
          (_, i) => view.rowOf(i) * view.columns + view.columnOf(i),
        );
        expect(places.toSorted((a, b) => a - b)).toEqual(Array.from({ length: elements }, (_, i) => i));
      }),
    );
  });
});
