// Layers that a pruning leaves alone, and layers with a sparsity of their own: what stays is the same to the last bit,
// whatever the others lose, and names that mean nothing are told.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { prunableWeights } from '../../../../src/core/compression/pruning/prunableWeights';
import { applySteps, parseSteps } from '../../../../src/core/compression/steps';
import { weightsOf } from '../../../../src/core/compression/weights';
import { glyphDefaults, openGlyphs } from '../../../../src/core/data/glyphs';
import type { Model } from '../../../../src/core/ir/graph';
import { tensorNumbers } from '../../../../src/core/ir/numbers';
import { storedTensors } from '../../../../src/core/ir/traversal';
import { stepsContext } from '../../../support/applyStep';
import { channelNetwork, networkPlans } from '../../../support/channelNetworks';
import { smallConvNet } from '../../../support/smallConvNet';

const size = 8;
const net = smallConvNet(size);
const glyphs = { ...glyphDefaults, size, seed: 5, noise: 0.05 };
const data = {
  train: openGlyphs({ ...glyphs, samples: 60 }),
  validation: openGlyphs({ ...glyphs, samples: 30, split: 'validation' }),
};
/** Weights by layer; conv.w [4, 1, 3, 3], fc1.w [16, 64], fc2.w [10, 16]. */
const elements = { conv: 36, fc1: 1024, fc2: 160 } as const;
const layers = Object.keys(elements) as (keyof typeof elements)[];

async function pruned(options: Readonly<Record<string, unknown>>, given: Model = net) {
  return (await applySteps(given, parseSteps([{ prune: options }]), stepsContext({ data }))).model;
}

function zerosBy(model: Model): Record<string, number> {
  return Object.fromEntries(
    prunableWeights(model).weights.map(({ layer, tensor }) => [
      layer,
      tensorNumbers(tensor).filter((w) => w === 0).length,
    ]),
  );
}

function bytesOf(model: Model, layer: string): Uint8Array {
  return weightsOf(model)
    .find((weight) => weight.layer === layer)!
    .tensor.bytes();
}

describe('excluded layers', () => {
  const ways = fc.constantFrom<Readonly<Record<string, unknown>>>(
    { sparsity: 0.6 },
    { sparsity: 0.6, scope: 'layer' },
    { sparsity: 0.6, criterion: 'random' },
    { sparsity: 0.6, criterion: 'gradient', scope: 'output' },
    { sparsity: 0.6, scope: 'sensitivity', samples: 30 },
    { sparsity: 0.6, granularity: 'block' },
    { sparsity: 0.6, criterion: 'wanda', reconstruct: 'sparsegpt', samples: 30 },
    { threshold: 0.05 },
    { granularity: 'n:m' },
  );

  it('are the same to the last bit, and all others lose weights', async () => {
    await fc.assert(
      fc.asyncProperty(ways, fc.subarray(layers, { minLength: 1, maxLength: 2 }), async (way, exclude) => {
        // A convolution of one input channel has no groups of inputs.
        const lost = layers.filter((layer) => !exclude.includes(layer));
        if (way['granularity'] === 'n:m' && lost.every((layer) => layer === 'conv')) return;
        const after = await pruned({ ...way, exclude });
        for (const layer of exclude) expect(bytesOf(after, layer)).toEqual(bytesOf(net, layer));
        const zeros = zerosBy(after);
        expect(lost.some((layer) => zeros[layer]! > 0)).toBe(true);
        expect(exclude.map((layer) => zeros[layer])).toEqual(exclude.map(() => 0));
      }),
      { numRuns: 25 },
    );
  });

  it('do not count into the sparsity', async () => {
    const zeros = zerosBy(await pruned({ sparsity: 0.5, exclude: ['fc1'] }));
    expect(zeros['fc1']).toBe(0);
    expect(zeros['conv']! + zeros['fc2']!).toBe(Math.round(0.5 * (elements.conv + elements.fc2)));
  });

  it('are left alone in every round, and trained with the others', async () => {
    const fineTune = { epochs: 1, batch: 30, keep: 'last' };
    const options = { sparsity: 0.8, schedule: 'cubic', rounds: 2, fineTune };
    const after = await pruned({ ...options, exclude: ['conv'] });
    expect(zerosBy(after)['conv']).toBe(0);
    expect(bytesOf(after, 'conv')).not.toEqual(bytesOf(net, 'conv'));
  });

  it('keep the channels that they make, with those of every layer that shares them', async () => {
    await fc.assert(
      fc.asyncProperty(networkPlans, fc.nat(), async (plan, chosen) => {
        const network = channelNetwork(plan);
        const weights = weightsOf(network).filter(({ outputAxis }) => outputAxis !== undefined);
        const { layer, value, outputAxis = 0, tensor } = weights[chosen % weights.length]!;
        const after = await pruned(
          { sparsity: 0.5, granularity: 'channel', scope: 'layer', exclude: [layer] },
          network,
        ).catch((error: unknown) => {
          // Where nothing else has channels to give.
          expect(error).toMatchObject({ code: 'NOTHING_TO_DO' });
          return network;
        });
        expect(storedTensors(after.graph).get(value)?.shape[outputAxis]).toBe(tensor.shape[outputAxis]);
      }),
      { numRuns: 30 },
    );
  });

  it('are named in the notes of channels, with those that they hold', async () => {
    const { notes } = await applySteps(
      net,
      parseSteps([{ prune: { sparsity: 0.5, granularity: 'channel', exclude: ['fc1'] } }]),
      stepsContext(),
    );
    expect(notes).toContainEqual({
      code: 'CHANNELS_KEPT',
      values: { layers: 'fc1', reason: 'they are excluded' },
    });
    expect(notes[0]).toMatchObject({ code: 'CHANNELS_REMOVED', values: { removed: 2, total: 4, groups: 1 } });
  });
});

describe('layers with a sparsity of their own', () => {
  it.each(['global', 'layer', 'output', 'sensitivity'])('have it in scope %s', async (scope) => {
    const perLayer = { conv: { sparsity: 0.25 }, fc2: { sparsity: 0.9 } };
    const criterion = scope === 'output' ? 'random' : 'magnitude';
    const zeros = zerosBy(await pruned({ sparsity: 0.5, scope, criterion, samples: 30, perLayer }));
    expect(zeros).toEqual({ conv: 9, fc1: 512, fc2: 144 });
  });

  it('reach it by the schedule of the step', async () => {
    const options = { sparsity: 0.5, schedule: 'iterative', rounds: 2, fineTune: { epochs: 1, batch: 30 } };
    const zeros = zerosBy(await pruned({ ...options, perLayer: { fc2: { sparsity: 0.9 } } }));
    expect(zeros['fc2']).toBe(144);
    expect(zeros['conv']! + zeros['fc1']!).toBe(Math.round(0.5 * (elements.conv + elements.fc1)));
  });
});

describe('names of layers', () => {
  it.each([
    [{ exclude: ['fc11'] }, /option exclude names fc11, but .* with weights; the nearest is fc1\.$/],
    [{ exclude: ['relu'] }, /option exclude names relu/],
    [{ exclude: ['something'] }, /those are conv, fc1, fc2\.$/],
    [{ perLayer: { conf: { sparsity: 0.5 } } }, /option perLayer names conf, but .* the nearest is conv\.$/],
    [{ granularity: 'channel', exclude: ['bn'] }, /option exclude names bn/],
  ])('are those of layers with weights: %j', async (options, message) => {
    await expect(pruned({ sparsity: 0.5, ...options })).rejects.toMatchObject({
      code: 'STEP_INVALID',
      message: expect.stringMatching(message) as unknown,
    });
  });
});
