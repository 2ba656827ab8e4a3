// Pruning with training in between: zeros stay, rounds go on where they were, rewinding gives the first weights back,
// and several rounds are better than one.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { prunableWeights } from '../../../../src/core/compression/pruning/prunableWeights';
import { applySteps, parseSteps, type StepsContext } from '../../../../src/core/compression/steps';
import { glyphDefaults, openGlyphs } from '../../../../src/core/data/glyphs';
import { modelToBytes } from '../../../../src/core/formats/modelBytes';
import type { Model } from '../../../../src/core/ir/graph';
import { tensorNumbers } from '../../../../src/core/ir/numbers';
import { replaceTensors } from '../../../../src/core/ir/traversal';
import { seedOf } from '../../../../src/shared/base/random';
import type { CurvesView } from '../../../../src/shared/contracts/viewModels';
import { stepsContext } from '../../../support/applyStep';
import { floats } from '../../../support/build';
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
const fineTune = { epochs: 2, batch: 32, learningRate: 0.005 };

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

describe('pruning in rounds', () => {
  it('raises the sparsity, and draws all rounds as one training', async () => {
    const curves: CurvesView[] = [];
    const options = { sparsity: 0.8, schedule: 'cubic', rounds: 3, fineTune };
    const result = await prune(options, net, { curves: (view) => curves.push(view) });
    expect(zerosIn(weightsOf(result.model))).toBe(Math.round(0.8 * total));
    const [training] = result.training;
    const targets = [0.8 * (1 - 8 / 27), 0.8 * (1 - 1 / 27), 0.8].map((s) => Math.round(s * total) / total);
    expect(training!.history.map(({ epoch, sparsity }) => [epoch, sparsity])).toEqual([
      [0, targets[0]],
      [1, targets[0]],
      [2, targets[0]],
      [3, targets[1]],
      [4, targets[1]],
      [5, targets[2]],
      [6, targets[2]],
    ]);
    expect(training).toMatchObject({ epochs: 6, step: 0, ended: 'allEpochs' });
    expect(training!.bestEpoch).toBeGreaterThanOrEqual(4);
    expect(curves.at(-1)!.history).toEqual(training!.history);
    expect(curves.every(({ epochs, step }) => epochs === 6 && step === 0)).toBe(true);
  });

  it('never revives a weight, whatever the training does', async () => {
    const half = (await prune({ sparsity: 0.5 })).model;
    const tuned = (
      await prune({ sparsity: 0.75, criterion: 'movement', schedule: 'iterative', rounds: 2, fineTune }, half)
    ).model;
    const [before, after] = [weightsOf(half), weightsOf(tuned)];
    expect(zerosIn(after)).toBe(Math.round(0.75 * total));
    expect(before.filter((value, i) => value === 0 && after[i] !== 0)).toEqual([]);
    expect(after.some((value, i) => value !== 0 && value !== before[i])).toBe(true);
  });

  it('keeps the pattern of N:M through the training', async () => {
    const { model } = await prune({ granularity: 'n:m', fineTune });
    const { tensor } = prunableWeights(model).weights.find(({ value }) => value === 'fc1.w')!;
    const values = tensorNumbers(tensor);
    for (let i = 0; i < values.length; i += 4) {
      expect(zerosIn([...values.subarray(i, i + 4)])).toBe(2);
    }
  });

  it('gives the same weights again for a seed, and others for another', async () => {
    const options = { sparsity: 0.6, criterion: 'random', fineTune: { ...fineTune, epochs: 1 } };
    const bytes = async (seed: number) => modelToBytes((await prune(options, net, { seed })).model);
    const first = await bytes(1);
    expect(await bytes(1)).toEqual(first);
    expect(await bytes(2)).not.toEqual(first);
  });

  it('goes on in the round that it was killed in, to the same weights', async () => {
    const options = { sparsity: 0.8, criterion: 'gradient', schedule: 'iterative', rounds: 3, fineTune };
    const whole = await prune(options);
    const controller = new AbortController();
    const checkpointFolder = folder.file('checkpoints');
    const killed = prune(options, net, {
      checkpointFolder,
      signal: controller.signal,
      curves: ({ history }) => {
        if (history.length === 4) controller.abort();
      },
    });
    await expect(killed).rejects.toMatchObject({ name: 'AbortError' });
    expect(existsSync(path.join(checkpointFolder, 'step-0', 'round-1'))).toBe(true);
    expect(existsSync(path.join(checkpointFolder, 'step-0', 'round-2'))).toBe(false);
    const seen: number[] = [];
    const resumed = await prune(options, net, {
      checkpointFolder,
      curves: ({ history }) => seen.push(history.length),
    });
    expect(modelToBytes(resumed.model)).toEqual(modelToBytes(whole.model));
    // The first round is there, and so is the first epoch of the second.
    expect(seen).toEqual([3, 4, 5, 5, 6, 7]);
  });

  it('says how far it is, from 0 to 1, and in which round', async () => {
    const fractions: number[] = [];
    const details = new Set<string | undefined>();
    await prune({ sparsity: 0.8, schedule: 'iterative', rounds: 2, fineTune }, net, {
      progress: (fraction, _step, detail) => {
        fractions.push(fraction);
        details.add(detail?.split(', ')[0]);
      },
    });
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
    expect([...details]).toEqual(['round 1 of 2', 'round 2 of 2']);
  });
});

describe('rewinding', () => {
  it('trains the first weights again, with the zeros that the training before has chosen', async () => {
    const trained = async (given: Model, round: number, keepZeros: boolean): Promise<Model> => {
      const steps = parseSteps([{ train: { ...fineTune, keepZeros } }]);
      return (await applySteps(given, steps, stepsContext({ data, seed: seedOf(1, round) }))).model;
    };
    const withZerosOfTrained = async (given: Model, round: number, sparsity: number): Promise<Model> => {
      const zeros = weightsOf((await prune({ sparsity }, given)).model).map((value) => value === 0);
      let next = 0;
      const tensors = prunableWeights(net).weights.map(({ value, tensor }) => {
        const values = [...tensorNumbers(tensor)].map((weight) => (zeros[next++] ? 0 : weight));
        return [value, floats(value, tensor.shape, values)] as const;
      });
      const start = { ...net, graph: replaceTensors(net.graph, new Map(tensors)) };
      return trained(start, round, true);
    };
    const dense = await trained(net, 0, false);
    const once = await withZerosOfTrained(dense, 1, 1 - Math.sqrt(0.3));
    const twice = await withZerosOfTrained(once, 2, 0.7);

    const options = { sparsity: 0.7, schedule: 'iterative', rounds: 2, fineTune };
    const { model, training } = await prune({ ...options, rewind: true });
    expect(modelToBytes(model)).toEqual(modelToBytes(twice));
    expect(modelToBytes((await prune(options)).model)).not.toEqual(modelToBytes(twice));
    const sparsities = training[0]!.history.map(({ sparsity }) => sparsity);
    expect(sparsities.slice(0, 3)).toEqual([0, 0, 0]);
    expect(sparsities.at(-1)).toBe(Math.round(0.7 * total) / total);
    expect(sparsities).toHaveLength(7);
  });
});

describe('several rounds', () => {
  it('lose less than one at high sparsity, with as many epochs', async () => {
    const trained = await applySteps(
      net,
      parseSteps([{ train: { epochs: 8, batch: 32, learningRate: 0.005 } }]),
      stepsContext({ data }),
    );
    const lossOf = async (options: Readonly<Record<string, unknown>>, seed: number): Promise<number> => {
      const { training } = await prune({ sparsity: 0.93, ...options }, trained.model, { seed });
      const { history, bestEpoch } = training[0]!;
      return history.find(({ epoch }) => epoch === bestEpoch)!.validationLoss!;
    };
    const tuned = { ...fineTune, learningRate: 0.003 };
    let [once, often] = [0, 0];
    for (const seed of [1, 2, 3]) {
      once += await lossOf({ fineTune: { ...tuned, epochs: 8 } }, seed);
      often += await lossOf({ schedule: 'iterative', rounds: 4, fineTune: tuned }, seed);
    }
    expect(often).toBeLessThan(once);
  });
});
