// Pruning in which weights come back: zeros move while it trains, are exactly as many as asked for in the end, and a
// killed run ends at the same weights.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { prunableWeights } from '../../../../src/core/compression/pruning/prunableWeights';
import { pruneSchema } from '../../../../src/core/compression/pruning/pruneOptions';
import { surgery } from '../../../../src/core/compression/pruning/surgery';
import { applySteps, parseSteps, type StepsContext } from '../../../../src/core/compression/steps';
import { glyphDefaults, openGlyphs } from '../../../../src/core/data/glyphs';
import { modelToBytes } from '../../../../src/core/formats/modelBytes';
import type { Model } from '../../../../src/core/ir/graph';
import { tensorNumbers } from '../../../../src/core/ir/numbers';
import { pauseFor } from '../../../../src/core/ir/pacing';
import type { MaskedWeight } from '../../../../src/core/training/masking';
import { uniform } from '../../../../src/shared/base/random';
import { stepsContext } from '../../../support/applyStep';
import { smallConvNet } from '../../../support/smallConvNet';
import { useTempFolder } from '../../../support/tempFolder';

const size = 8;
const net = smallConvNet(size);
const total = 1220;
const glyphs = { ...glyphDefaults, size, seed: 5, noise: 0.05 };
const data = {
  train: openGlyphs({ ...glyphs, samples: 300 }),
  validation: openGlyphs({ ...glyphs, samples: 100, split: 'validation' }),
};
const folder = useTempFolder();
const fineTune = { epochs: 4, batch: 32, learningRate: 0.01 };
const regrow = { every: 1 };

function prune(
  options: Readonly<Record<string, unknown>>,
  given: Model = net,
  more: Partial<StepsContext> = {},
) {
  return applySteps(given, parseSteps([{ prune: options }]), stepsContext({ data, ...more }));
}

function weightsOf(model: Model): number[] {
  return prunableWeights(model).weights.flatMap(({ tensor }) => [...tensorNumbers(tensor)]);
}

const zerosIn = (values: readonly number[]): number => values.filter((value) => value === 0).length;

/** Which weights are zero after training this long. */
const zerosAfter = async (epochs: number, until: number): Promise<readonly boolean[]> => {
  const tuned = { ...fineTune, epochs, keep: 'last' };
  const { model } = await prune({ sparsity: 0.8, regrow: { every: 1, until }, fineTune: tuned });
  return weightsOf(model).map((value) => value === 0);
};

const regrowing = (given: Readonly<Record<string, unknown>>) =>
  pruneSchema.parse({ regrow: {}, fineTune: {}, ...given });

/** The weights of the network with numbers and masks at random. */
function maskedWeights(seed: number): MaskedWeight[] {
  const next = uniform(seed);
  return prunableWeights(net).weights.map(({ value, tensor }) => ({
    value,
    numbers: Float32Array.from({ length: tensor.elements }, () => 2 * next() - 1),
    keep: Float32Array.from({ length: tensor.elements }, () => (next() < 0.5 ? 1 : 0)),
  }));
}

describe('pruning with regrowth', () => {
  it.each(['one-shot', 'iterative', 'cubic'])(
    'ends at exactly the sparsity, with the schedule %s',
    async (schedule) => {
      const result = await prune({ sparsity: 0.83, schedule, regrow, fineTune });
      expect(zerosIn(weightsOf(result.model))).toBe(Math.round(0.83 * total));
      const sparsities = result.training[0]!.history.map(({ sparsity }) => sparsity!);
      expect(sparsities[0]).toBe(0);
      expect(sparsities).toEqual(sparsities.toSorted((a, b) => a - b));
      expect(sparsities.at(-1)).toBe(Math.round(0.83 * total) / total);
      expect(result.training[0]!.bestEpoch).toBeGreaterThan(schedule === 'one-shot' ? 0 : 2);
    },
  );

  it('brings weights back that were cut, which pruning without it never does', async () => {
    const half = (await prune({ sparsity: 0.5 })).model;
    const revived = async (options: Readonly<Record<string, unknown>>): Promise<number> => {
      const after = weightsOf((await prune({ sparsity: 0.5, fineTune, ...options }, half)).model);
      expect(zerosIn(after)).toBe(total / 2);
      return weightsOf(half).filter((value, i) => value === 0 && after[i] !== 0).length;
    };
    expect(await revived({ regrow })).toBeGreaterThan(0);
    expect(await revived({})).toBe(0);
  });

  it('keeps the zeros once they are chosen for the last time', async () => {
    // Both choose in the same steps, and for the last time before the tenth of ten steps in an epoch.
    expect(await zerosAfter(4, 0.225)).toEqual(await zerosAfter(2, 0.45));
  });

  it('is the same for a seed, and goes on where it was killed to the same weights', async () => {
    const options = { sparsity: 0.8, schedule: 'cubic', regrow: { every: 2 }, fineTune };
    const whole = await prune(options);
    for (const epochs of [1, 2, 4]) {
      const controller = new AbortController();
      const checkpointFolder = folder.file(`checkpoints-${epochs}`);
      const killed = prune(options, net, {
        checkpointFolder,
        signal: controller.signal,
        curves: ({ history }) => {
          if (history.length === epochs) controller.abort();
        },
      });
      await expect(killed).rejects.toMatchObject({ name: 'AbortError' });
      const seen: number[] = [];
      const resumed = await prune(options, net, {
        checkpointFolder,
        curves: ({ history }) => seen.push(history.length),
      });
      expect(seen[0]).toBe(epochs === 1 ? 1 : epochs);
      expect(modelToBytes(resumed.model)).toEqual(modelToBytes(whole.model));
      expect(resumed.training[0]!.history.map(({ sparsity }) => sparsity)).toEqual(
        whole.training[0]!.history.map(({ sparsity }) => sparsity),
      );
    }
    expect(modelToBytes((await prune(options, net, { seed: 2 })).model)).not.toEqual(
      modelToBytes(whole.model),
    );
  });

  it('refuses the checkpoint of a run with other choices', async () => {
    const checkpointFolder = folder.file('others');
    const options = { sparsity: 0.8, regrow, fineTune: { ...fineTune, epochs: 1 } };
    await prune(options, net, { checkpointFolder });
    const other = prune({ ...options, sparsity: 0.7 }, net, { checkpointFolder });
    await expect(other).rejects.toMatchObject({ code: 'CHECKPOINT_MISMATCH' });
  });

  it('keeps N:M in every group', async () => {
    const { model } = await prune({ granularity: 'n:m', regrow, fineTune });
    const { tensor } = prunableWeights(model).weights.find(({ value }) => value === 'fc1.w')!;
    const values = tensorNumbers(tensor);
    for (let i = 0; i < values.length; i += 4) expect(zerosIn([...values.subarray(i, i + 4)])).toBe(2);
  });

  it('leaves excluded layers alone, and gives layers the sparsity of their own', async () => {
    const fc = prunableWeights(net).weights.find(({ value }) => value === 'fc1.w')!;
    const options = { sparsity: 0.5, exclude: [fc.layer], regrow, fineTune };
    const { weights } = prunableWeights((await prune(options)).model);
    const zeros = weights.map(
      ({ layer, tensor }) => [layer === fc.layer, zerosIn([...tensorNumbers(tensor)])] as const,
    );
    const others = total - fc.tensor.elements;
    expect(zeros.find(([isExcluded]) => isExcluded)![1]).toBe(0);
    expect(zeros.reduce((sum, [, count]) => sum + count, 0)).toBe(Math.round(0.5 * others));
  });

  it('draws its rising sparsity in the curves as it goes', async () => {
    const seen: (number | undefined)[] = [];
    await prune({ sparsity: 0.9, schedule: 'cubic', regrow, fineTune }, net, {
      curves: ({ history }) => seen.push(history.at(-1)!.sparsity),
    });
    expect(seen).toHaveLength(5);
    expect(seen[1]).toBeGreaterThan(0.5);
    expect(seen[1]).toBeLessThan(seen[2]!);
    expect(seen.at(-1)).toBe(Math.round(0.9 * total) / total);
  });
});

describe('surgery', () => {
  const pause = pauseFor(new AbortController().signal);
  it('cuts below 0.9 and splices above 1.1 of one threshold in each contest, exactly to the sparsity', async () => {
    const scopes = fc.constantFrom('global', 'layer');
    const sparsities = fc.double({ min: 0.05, max: 0.95, noNaN: true });
    await fc.assert(
      fc.asyncProperty(fc.nat(1000), sparsities, scopes, async (seed, sparsity, scope) => {
        const weights = maskedWeights(seed);
        const { choose } = surgery(net, regrowing({ sparsity, scope }));
        const masks = await choose(weights, { step: 90, steps: 100 }, pause);
        const contests = scope === 'layer' ? weights.map((weight) => [weight]) : [weights];
        for (const contest of contests) {
          let [zeros, elements] = [0, 0];
          let [highestCut, lowestKept] = [0, Infinity];
          for (const { value, numbers, keep } of contest) {
            const mask = masks.get(value)!;
            for (const [i, number] of numbers.entries()) {
              const threshold = Math.abs(number) / (keep[i] === 1 ? 1 / 1.1 : 1 / 0.9);
              if (mask[i] === 1) highestCut = Math.max(highestCut, threshold);
              else lowestKept = Math.min(lowestKept, threshold);
              zeros += mask[i]!;
            }
            elements += numbers.length;
          }
          expect(zeros).toBe(Math.min(Math.round(sparsity * elements), elements - 1));
          expect(highestCut).toBeLessThanOrEqual(lowestKept * (1 + 1e-6));
        }
      }),
      { numRuns: 30 },
    );
  });

  it('chooses ever more seldom, and for the last time when its part of the training is over', () => {
    const { isDue } = surgery(net, regrowing({ sparsity: 0.5, regrow: { every: 2, until: 0.8 } }));
    const due = Array.from({ length: 1000 }, (_, step) => isDue({ step, steps: 1000 }));
    const between = (from: number, to: number): number => due.slice(from, to).filter(Boolean).length;
    expect(due[0]).toBe(true);
    expect(between(0, 100)).toBe(47);
    expect(between(0, 200)).toBeGreaterThan(between(200, 400));
    expect(between(200, 400)).toBeGreaterThan(between(400, 600));
    expect(between(400, 600)).toBeGreaterThan(between(600, 800));
    expect(between(800, 1000)).toBe(1);
    expect(due[800]).toBe(true);
  });
});
