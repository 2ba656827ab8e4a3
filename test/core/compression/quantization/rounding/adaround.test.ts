// AdaRound on single layers: its graph against the formulas of its paper, and what it finds against every choice that
// there is where layers are tiny.
import { describe, expect, it } from 'vitest';
import { adaround } from '../../../../../src/core/compression/quantization/rounding/adaround';
import type { LayerTail } from '../../../../../src/core/compression/quantization/rounding/layerTail';
import {
  names,
  roundingOptimizer,
  stepGraph,
} from '../../../../../src/core/compression/quantization/rounding/roundingGraph';
import type { RoundingProblem } from '../../../../../src/core/compression/quantization/rounding/trainRoundings';
import { modelToBytes } from '../../../../../src/core/formats/modelBytes';
import { onnxRuntime } from '../../../../../src/core/runtime/onnxRuntime';
import type { RuntimeTensor } from '../../../../../src/core/runtime/runtime';
import { normals } from '../../../../../src/shared/base/random';
import { node } from '../../../../support/build';

const plain: LayerTail = {
  bias: undefined,
  nodes: [],
  input: 'product',
  output: 'product',
  constants: [],
  opset: 17,
};
const rectified: LayerTail = { ...plain, nodes: [node('Relu', ['product'], ['y'])], output: 'y' };
const relu = (x: number): number => Math.max(0, x);
const same = (x: number): number => x;

interface Tiny {
  readonly groups?: number;
  readonly features: number;
  readonly outputs: number;
  readonly rows: number;
  readonly seed: number;
  readonly tail: LayerTail;
}

/** A grid with the step 0.5 and inputs that depend on each other. */
function problem({ groups = 1, features, outputs, rows, seed, tail }: Tiny): RoundingProblem {
  const given = normals(groups * features * outputs, seed);
  const lower = given.map((weight) => Math.floor(weight / 0.5) * 0.5);
  const inputs = Array.from({ length: groups }, (_, group) => {
    const values = normals(rows * features, seed + 1 + group);
    for (let i = 0; i < values.length; i++) if (i % features > 0) values[i]! += 0.8 * values[i - 1]!;
    return values;
  });
  const weights = {
    given,
    lower,
    upper: lower.map((value) => value + 0.5),
    nearest: given.map((weight) => Math.round(weight / 0.5) * 0.5),
  };
  const shape = { groups, features, outputs };
  const bare = { shape, tail, inputs: { rows, groups: inputs }, weights, targets: new Float32Array() };
  return { ...bare, targets: outputsOf(bare, given, tail.nodes.length > 0 ? relu : same) };
}

/** f(W x) for all rows, [groups, rows, outputs]. */
function outputsOf(
  { shape, inputs }: RoundingProblem,
  weights: ArrayLike<number>,
  f: (x: number) => number,
): Float32Array {
  const { groups, features, outputs } = shape;
  const result = new Float32Array(groups * inputs.rows * outputs);
  let at = 0;
  for (let group = 0; group < groups; group++) {
    for (let row = 0; row < inputs.rows; row++) {
      for (let output = 0; output < outputs; output++) {
        let sum = 0;
        for (let j = 0; j < features; j++) {
          sum +=
            inputs.groups[group]![row * features + j]! * weights[(group * features + j) * outputs + output]!;
        }
        result[at++] = f(sum);
      }
    }
  }
  return result;
}

function errorOf(of: RoundingProblem, weights: ArrayLike<number>, f: (x: number) => number): number {
  return outputsOf(of, weights, f).reduce((sum, value, i) => sum + (value - of.targets[i]!) ** 2, 0);
}

function tensor(shape: readonly number[], data: Float32Array): RuntimeTensor {
  return { type: 'float32', shape, data };
}

const control = (seed = 1) => ({
  seed,
  signal: new AbortController().signal,
  progress: () => undefined,
});

describe('a step of AdaRound', () => {
  it.each([
    ['a plain layer', plain, same],
    ['a layer with a rectifier', rectified, relu],
  ])('goes against the gradient of the loss, for %s', async (_, tail, f) => {
    const of = problem({ groups: 2, features: 3, outputs: 2, rows: 7, seed: 11, tail });
    const { shape, inputs, weights, targets } = of;
    const importance = Float32Array.of(1, 2, 0.5, 3);
    const [sharpness, pressure] = [3, 0.4];
    const roundings = normals(12, 5);
    const loss = (v: ArrayLike<number>): number => {
      const parts = Array.from(v, (each) => Math.max(0, Math.min(1, 1.2 / (1 + Math.exp(-each)) - 0.1)));
      const mixed = parts.map((part, i) => weights.lower[i]! + 0.5 * part);
      const made = outputsOf(of, mixed, f);
      const squares = made.reduce((sum, value, i) => {
        const place = Math.floor(i / (inputs.rows * 2)) * 2 + (i % 2);
        return sum + (importance[place]! * (value - targets[i]!) ** 2) / inputs.rows;
      }, 0);
      return squares + pressure * parts.reduce((sum, h) => sum + 1 - Math.abs(2 * h - 1) ** sharpness, 0);
    };
    const step = weights.lower.map(() => 0.5);
    const graph = await stepGraph({
      shape,
      tail,
      batch: inputs.rows,
      lower: weights.lower,
      step,
      importance,
    });
    const full = [2, 3, 2];
    const scalars = { ...roundingOptimizer.scalars(0.01, 1) };
    const feeds: Record<string, RuntimeTensor> = {
      [names.rows]: tensor(
        [2, inputs.rows, 3],
        Float32Array.from(inputs.groups.flatMap((rows) => [...rows])),
      ),
      [names.targets]: tensor([2, inputs.rows, 2], targets),
      [names.roundings]: tensor(full, roundings),
      [names.sharpness]: tensor([], Float32Array.of(sharpness)),
      [names.pressure]: tensor([], Float32Array.of(pressure)),
    };
    for (const slot of roundingOptimizer.slots) feeds[names.slot(slot)] = tensor(full, new Float32Array(12));
    for (const [name, value] of Object.entries(scalars)) {
      feeds[names.scalar(name)] = tensor([], Float32Array.of(value));
    }
    const session = await (await onnxRuntime()).load(modelToBytes(graph));
    // Adam's first moment is the gradient itself at first.
    const moment = names.newSlot('firstMoment');
    const results = await session.run(feeds, [names.newRoundings, moment]);
    await session.dispose();
    const gradient = results[moment]!.data as Float32Array;
    const moved = results[names.newRoundings]!.data as Float32Array;
    for (let i = 0; i < 12; i++) {
      const shifted = (by: number): number =>
        loss(roundings.map((value, k) => (k === i ? value + by : value)));
      const slope = (shifted(1e-3) - shifted(-1e-3)) / 2e-3;
      expect(Math.abs(gradient[i]! - slope)).toBeLessThan(0.01 * Math.abs(slope) + 5e-3);
      expect(Math.sign(moved[i]! - roundings[i]!)).toBe(-Math.sign(gradient[i]!));
    }
  });
});

describe('adaround', () => {
  it.each([
    ['a plain layer', plain, same],
    ['a layer with a rectifier', rectified, relu],
  ])('comes near to the best of all choices of %s', async (_, tail, f) => {
    const sums = { best: 0, found: 0, nearest: 0 };
    for (let seed = 1; seed <= 4; seed++) {
      const of = problem({ features: 6, outputs: 1, rows: 64, seed: 100 * seed, tail });
      const result = (await adaround(of, control()))!;
      let best = Infinity;
      for (let choice = 0; choice < 64; choice++) {
        const values = of.weights.lower.map((value, j) => value + 0.5 * ((choice >> j) & 1));
        best = Math.min(best, errorOf(of, values, f));
      }
      expect(result.error).toBeGreaterThanOrEqual(best * (1 - 1e-4));
      expect(errorOf(of, result.values, f)).toBeCloseTo(result.error, 2);
      expect(errorOf(of, of.weights.nearest, f)).toBeCloseTo(result.errorOfNearest, 2);
      sums.best += best;
      sums.found += result.error;
      sums.nearest += result.errorOfNearest;
    }
    expect(sums.found - sums.best).toBeLessThan(0.3 * (sums.nearest - sums.best));
  });

  it('takes one of the two neighbours of each weight, and no output has a larger error than with the nearest', async () => {
    const of = problem({ groups: 3, features: 5, outputs: 2, rows: 50, seed: 8, tail: rectified });
    const result = (await adaround(of, control()))!;
    for (const [i, value] of result.values.entries()) {
      expect([of.weights.lower[i], of.weights.upper[i]]).toContain(value);
    }
    const [found, nearest] = [result.values, of.weights.nearest].map((values) => outputsOf(of, values, relu));
    for (let output = 0; output < 6; output++) {
      const error = (made: Float32Array): number =>
        made.reduce((sum, value, i) => {
          const own = Math.floor(i / 100) * 2 + (i % 2);
          return own === output ? sum + (value - of.targets[i]!) ** 2 : sum;
        }, 0);
      expect(error(found!)).toBeLessThanOrEqual(error(nearest!) * (1 + 1e-5));
    }
  });

  it('finds the same for a seed', async () => {
    const of = problem({ features: 20, outputs: 8, rows: 200, seed: 3, tail: rectified });
    const [first, second] = [await adaround(of, control(4)), await adaround(of, control(4))];
    expect(second).toEqual(first);
  });

  it('gives nothing for outputs that are not finite', async () => {
    const of = problem({ features: 2, outputs: 1, rows: 4, seed: 1, tail: plain });
    of.targets[1] = Infinity;
    expect(await adaround(of, control())).toBeUndefined();
  });
});
