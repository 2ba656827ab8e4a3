// What each criterion makes of weights: against its formula in float64, on a regression whose gradients are plain.
import { describe, expect, it } from 'vitest';
import { criteria, criterionOf } from '../../../../../src/core/compression/pruning/criteria/criteria';
import type { CriterionContext } from '../../../../../src/core/compression/pruning/criteria/criterion';
import { weightsOf } from '../../../../../src/core/compression/weights';
import { Tensor } from '../../../../../src/core/ir/tensor';
import { floats, graph, input, model, node } from '../../../../support/build';
import { linearData, linearModel } from '../../../../support/fakeTrainer';

const data = { train: linearData('train', 40, 1), validation: linearData('validation', 8, 2) };
const weights = [0.5, 0, -3];

function context(more: Partial<CriterionContext> = {}): CriterionContext {
  const { signal } = new AbortController();
  return { path: 'm.onnx', data, samples: 40, seed: 3, signal, progress: () => undefined, ...more };
}

async function scoresOf(
  id: string,
  more: Partial<CriterionContext> = {},
  start: readonly number[] = weights,
): Promise<Float32Array> {
  const given = linearModel(start);
  const [weight] = weightsOf(given);
  const scores = await criterionOf(id).scores(given, [weight!], context(more));
  return scores.get(weight!.tensor)!;
}

/** 2·(x·w − y)·x for each sample: the gradients of the squared errors. */
async function gradients(): Promise<number[][]> {
  const { train } = data;
  const { inputs, values } = await train.rows(Int32Array.from({ length: 40 }, (_, i) => i));
  return Array.from({ length: 40 }, (_, n) => {
    const x = [...inputs[0]!.subarray(3 * n, 3 * n + 3)];
    const error = x.reduce((sum, value, i) => sum + value * weights[i]!, 0) - values![n]!;
    return x.map((value) => 2 * error * value);
  });
}

const meanOf = (each: readonly number[][], map: (g: number) => number): number[] =>
  weights.map((_, i) => each.reduce((sum, g) => sum + map(g[i]!), 0) / each.length);

function expectClose(measured: Float32Array, expected: readonly number[]): void {
  expect(measured).toHaveLength(expected.length);
  for (const [i, value] of expected.entries())
    expect(measured[i]! / (value || 1)).toBeCloseTo(value === 0 ? 0 : 1, 4);
}

describe('criteria', () => {
  it('score magnitudes and their squares, dequantized where weights are integers', async () => {
    expect([...(await scoresOf('magnitude'))]).toEqual([0.5, 0, 3]);
    expect([...(await scoresOf('magnitudeL2'))]).toEqual([0.25, 0, 9]);
    const quantized = model(
      graph({
        nodes: [node('DequantizeLinear', ['q', 's'], ['w']), node('MatMul', ['x', 'w'], ['y'])],
        inputs: [input('x', [1, 2])],
        outputs: [input('y', [1, 1])],
        initializers: [
          Tensor.fromBytes('q', 'int8', [2, 1], Uint8Array.from([4, 254])),
          floats('s', [], [0.5]),
        ],
      }),
    );
    const [weight] = weightsOf(quantized);
    const scores = await criterionOf('magnitude').scores(quantized, [weight!], context());
    expect([...scores.get(weight!.tensor)!]).toEqual([2, 1]);
  });

  it('score what is no number highest', async () => {
    const given = linearModel([Number.NaN, 1, 2]);
    const [weight] = weightsOf(given);
    const scores = await criterionOf('magnitude').scores(given, [weight!], context());
    expect([...scores.get(weight!.tensor)!]).toEqual([Infinity, 1, 2]);
  });

  it('score the change of the loss to first order', async () => {
    const g = meanOf(await gradients(), (each) => each);
    expectClose(
      await scoresOf('gradient'),
      weights.map((w, i) => Math.abs(w * g[i]!)),
    );
  });

  it('score the change of the loss to second order', async () => {
    const squares = meanOf(await gradients(), (each) => each * each);
    expectClose(
      await scoresOf('secondOrder'),
      weights.map((w, i) => (w * w * squares[i]!) / 2),
    );
  });

  it('score weights high that training moves away from zero, and low that it moves to zero', async () => {
    // The data is y = x·[1, −2, 3]: 0.1 grows, and 4 shrinks.
    const [growing, , shrinking] = await scoresOf('movement', {}, [0.1, -2, 4]);
    expect(growing).toBeGreaterThan(0);
    expect(shrinking).toBeLessThan(0);
  });

  it('draw the control by the seed', async () => {
    const first = await scoresOf('random');
    expect(first.every((score) => score >= 0 && score < 1)).toBe(true);
    expect(new Set(first).size).toBe(3);
    expect(await scoresOf('random')).toEqual(first);
    expect(await scoresOf('random', { seed: 4 })).not.toEqual(first);
  });

  it('measure as many samples as they are told', async () => {
    const all = await scoresOf('gradient');
    const few = await scoresOf('gradient', { samples: 4 });
    expect(few).not.toEqual(all);
    expect(await scoresOf('gradient', { samples: 4 })).toEqual(few);
    expect(await scoresOf('gradient', { samples: 4000 })).toEqual(all);
  });

  it('say what they measure and where it comes from', () => {
    for (const { id, description, reference } of criteria) {
      expect(criterionOf(id).id).toBe(id);
      expect(description).toMatch(/^(the|a|how) /);
      expect(reference).not.toBe('');
    }
    expect(new Set(criteria.map(({ id }) => id)).size).toBe(criteria.length);
  });
});
