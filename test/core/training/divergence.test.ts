// When a run counts as diverged, and when it is only having a bad time.
import { describe, expect, it } from 'vitest';
import {
  hasDiverged,
  untroubled,
  watchHorizon,
  watchLoss,
  type Watch,
} from '../../../src/core/training/divergence';
import { mostGrownLayer } from '../../../src/core/training/grownLayer';
import { denseModel } from '../../support/sampleModels';
import { float32Tensor, tensorNumbers } from '../../../src/core/ir/numbers';

/** The first step, from 1, at which a run with these losses has diverged. */
function divergesAt(losses: Iterable<number>, baseline = 2.3, horizon = 100): number | undefined {
  let watch: Watch = untroubled;
  let step = 0;
  for (const loss of losses) {
    step++;
    watch = watchLoss(watch, loss, { baseline, horizon });
    if (hasDiverged(watch, loss)) return step;
  }
  return undefined;
}

const repeated = (loss: number, count: number): number[] => Array.from({ length: count }, () => loss);

describe('a run', () => {
  it('diverges with the first loss that is no number', () => {
    expect(divergesAt([2, 3, Number.NaN, 1])).toBe(3);
    expect(divergesAt([2, Infinity])).toBe(2);
    expect(divergesAt([Number.NaN])).toBe(1);
  });

  it('diverges when most of its last steps are ten times above where it began', () => {
    const step = divergesAt([2.3, ...repeated(50, 200)]);
    expect(step).toBeGreaterThan(50);
    expect(step).toBeLessThan(101);
    expect(divergesAt([2.3, ...repeated(20, 1000)])).toBeUndefined();
  });

  it('may have bad steps', () => {
    const third = Array.from({ length: 999 }, (_, i) => (i % 3 === 1 ? 1e6 : 1));
    expect(divergesAt(third)).toBeUndefined();
    expect(divergesAt([2.3, ...repeated(1e9, 40), ...repeated(1, 500)])).toBeUndefined();
  });

  it('that fine-tunes may leave its tiny loss far behind, but not that of knowing nothing', () => {
    expect(divergesAt([1e-4, ...repeated(2, 500)])).toBeUndefined();
    expect(divergesAt([1e-4, ...repeated(30, 500)])).toBeDefined();
  });

  it('is watched over about an epoch', () => {
    expect([1, 50, 5000].map(watchHorizon)).toEqual([10, 50, 100]);
  });
});

describe('the layer that grew most', () => {
  it('is the one whose weights did by the largest factor', () => {
    const before = denseModel([4, 8, 8, 3]);
    const scaled = (factors: Readonly<Record<string, number>>) => ({
      ...before,
      graph: {
        ...before.graph,
        initializers: before.graph.initializers.map((tensor) => {
          const values = Float32Array.from(tensorNumbers(tensor), (v) => v * (factors[tensor.name] ?? 1));
          return float32Tensor(tensor.name, tensor.shape, values);
        }),
      },
    });
    expect(mostGrownLayer(before, scaled({ w0: 3, w1: 1000, w2: 20 }))).toBe('dense1');
    expect(mostGrownLayer(before, scaled({ w0: 0.5, w1: 0.1, w2: 0.6 }))).toBe('dense2');
  });
});
