// Heads of attention: they go whole, at least one stays in each attention, and nothing else is touched; checked on
// transformers of three makers against ONNX Runtime.
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { inferShapes } from '../../../../../src/core/analysis/shapes';
import { channelGroups } from '../../../../../src/core/compression/pruning/structured/channelGroups';
import { applySteps, outputSuffix, parseSteps } from '../../../../../src/core/compression/steps';
import { openModel } from '../../../../../src/core/formats/openModel';
import type { Model } from '../../../../../src/core/ir/graph';
import { tensorNumbers } from '../../../../../src/core/ir/numbers';
import { storedTensors } from '../../../../../src/core/ir/traversal';
import type { Note } from '../../../../../src/shared/base/messages';
import { stepsContext } from '../../../../support/applyStep';
import { attention } from '../../../../support/attention';
import { maskedChannels } from '../../../../support/maskedChannels';
import { inputsFor, largestDifference, runModel } from '../../../../support/runModels';
import { hasShared, sharedFile } from '../../../../support/sharedFiles';
import { smallConvNet } from '../../../../support/smallConvNet';
import { smallestChannels } from '../../../../support/smallestChannels';

const prune = (model: Model, options: Readonly<Record<string, unknown>>) =>
  applySteps(model, parseSteps([{ prune: { granularity: 'head', ...options } }]), stepsContext());

const shapesOf = (model: Model, names: readonly string[]) =>
  names.map((name) => storedTensors(model.graph).get(name)!.shape);

/** Heads that are left and that were there, by the layers of each attention. */
const leftIn = (notes: readonly Note[]) =>
  notes.filter(({ code }) => code === 'HEADS_LEFT').map(({ values }) => [values['left'], values['heads']]);

describe('pruning heads', () => {
  it('takes the head with the smallest projections out of all four of them', async () => {
    // The second of three heads of size four is the weakest in what it reads, but not in what it gives on.
    const model = attention({ scale: { q: [2, 1, 3], k: [2, 1, 3], v: [2, 1, 3], o: [2, 3, 2] } });
    const { model: after, notes } = await prune(model, { sparsity: 0.4 });
    expect(shapesOf(after, ['q', 'k', 'v', 'o'])).toEqual([
      [6, 8],
      [6, 8],
      [6, 8],
      [8, 6],
    ]);
    const [q, before] = [after, model].map((each) => [...tensorNumbers(storedTensors(each.graph).get('q')!)]);
    const kept = [0, 1, 2, 3, 8, 9, 10, 11];
    expect(q).toEqual(
      Array.from({ length: 6 }, (_, row) => kept.map((column) => before![row * 12 + column])).flat(),
    );
    expect(notes).toEqual([
      { code: 'HEADS_REMOVED', values: { removed: 1, total: 3 } },
      { code: 'HEADS_LEFT', values: { left: 2, heads: 3, layers: 'project_q, project_k, project_v' } },
    ]);
  });

  it('leaves one head however much is asked for', async () => {
    const { model: after, notes } = await prune(attention(), { sparsity: 0.99 });
    expect(shapesOf(after, ['q', 'o'])).toEqual([
      [6, 4],
      [4, 6],
    ]);
    expect(leftIn(notes)).toEqual([[1, 3]]);
  });

  it('keeps the heads of excluded layers, and says so', async () => {
    const model = attention();
    const { notes } = await prune(attention({ twice: true }), { sparsity: 0.4, exclude: ['project_q'] });
    expect(leftIn(notes)).toEqual([[2, 3]]);
    const kept = notes.find(
      ({ code, values }) => code === 'CHANNELS_KEPT' && values['reason'] === 'they are excluded',
    );
    expect(kept?.values['layers']).toBe('project_q');
    await expect(prune(model, { sparsity: 0.4, exclude: ['project_v'] })).rejects.toMatchObject({
      code: 'NOTHING_TO_DO',
    });
  });

  it('is refused where there is no attention, with what to do instead', async () => {
    await expect(prune(smallConvNet(8), { sparsity: 0.5 })).rejects.toThrow(
      /no heads of attention to remove: nothing in its graph has an axis of heads.*granularity channel/,
    );
    await expect(prune(attention({ givesHeads: true }), { sparsity: 0.5 })).rejects.toThrow(
      /those of MatMul:products stay, because the model gives them out as mixed/,
    );
  });

  it('is named in the file, and refuses what is for zeros', () => {
    expect(outputSuffix(parseSteps([{ prune: { granularity: 'head', sparsity: 0.25 } }]))).toBe(
      'prune25heads',
    );
    for (const [more, problem] of [
      [{ fineTune: { epochs: 1 } }, /add a step train after this one/],
      [{ scope: 'output' }, /single weights compete/],
      [{ scope: 'sensitivity' }, /scope is global or layer/],
      [{ reconstruct: 'sparsegpt' }, /nothing is reconstructed/],
      [{ multiple: 2 }, /multiple is for granularity channel/],
      [{ perLayer: { project_q: { sparsity: 0.5 } } }, /no granularity channel or head/],
    ] as const) {
      expect(() => parseSteps([{ prune: { granularity: 'head', sparsity: 0.5, ...more } }])).toThrow(problem);
    }
  });
});

const files = [
  { file: 'vit_ibp_3_3_8.onnx', attentions: 3, heads: 3 },
  { file: 'ort_bert_toy_optimized.onnx', attentions: 5, heads: 4 },
  { file: 'tinyphysics.onnx', attentions: 4, heads: 4 },
] as const;

const open = (file: string): Model => openModel(sharedFile(path.join('models/onnx', file)));

describe.runIf(hasShared)('heads of real transformers', { timeout: 60_000 }, () => {
  it.each(files)('of $file go in each attention, down to one', async ({ file, attentions, heads }) => {
    for (const [sparsity, scope] of [
      [0.5, 'layer'],
      [0.99, 'global'],
    ] as const) {
      const { notes } = await prune(open(file), { sparsity, scope });
      const left = scope === 'layer' ? heads - Math.floor(heads / 2) : 1;
      expect(notes[0]).toEqual({
        code: 'HEADS_REMOVED',
        values: { removed: attentions * (heads - left), total: attentions * heads },
      });
      expect(leftIn(notes)).toEqual([[left, heads]]);
    }
  });

  it.each(files)('of $file leave the outputs that masking leaves', async ({ file }) => {
    const model = open(file);
    const groups = channelGroups(model, await inferShapes(model)).groups.filter(({ heads }) => heads);
    const selection = smallestChannels(model, groups, 0.5, 'global');
    const { model: small } = await prune(model, { sparsity: 0.5 });
    const [feeds] = (await inputsFor(model, 1)) ?? [];
    const masked = await runModel(maskedChannels(model, selection), feeds!);
    expect(largestDifference(masked, await runModel(small, feeds!))).toBeLessThanOrEqual(1e-5);
  });

  it('are refused where attention is one operator', async () => {
    const model = open('ort_tiny_gpt2_beamsearch_fp16.onnx');
    await expect(prune(model, { sparsity: 0.5 })).rejects.toMatchObject({ code: 'HEADS_MISSING' });
  });
});
