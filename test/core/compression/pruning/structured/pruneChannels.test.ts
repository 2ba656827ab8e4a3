// The step "prune" with granularity channel: how many channels go and by what, what is said, what is refused.
import { statSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { selectChannels } from '../../../../../src/core/compression/pruning/structured/selectChannels';
import type { ChannelGroup } from '../../../../../src/core/compression/pruning/structured/channelGroups';
import { compressModel } from '../../../../../src/core/experiment/compressModel';
import { saveModel } from '../../../../../src/core/formats/saveModel';
import type { Model } from '../../../../../src/core/ir/graph';
import { storedTensors } from '../../../../../src/core/ir/traversal';
import { compress } from '../../../../support/applyStep';
import { floats, graph, input, model, node } from '../../../../support/build';
import { channelNetwork } from '../../../../support/channelNetworks';
import { useTempFolder } from '../../../../support/tempFolder';

/** Two hidden layers of eight and four units; unit i of the first has weights of size i + 1. */
const perceptron = model(
  graph({
    nodes: [
      node('Gemm', ['x', 'w1', 'b1'], ['h1'], { transB: 1 }, 'first'),
      node('Relu', ['h1'], ['r1']),
      node('Gemm', ['r1', 'w2'], ['h2'], { transB: 1 }, 'second'),
      node('Relu', ['h2'], ['r2']),
      node('Gemm', ['r2', 'w3'], ['y'], { transB: 1 }, 'third'),
    ],
    inputs: [input('x', ['N', 2])],
    outputs: [input('y', ['N', 3])],
    initializers: [
      floats(
        'w1',
        [8, 2],
        Float32Array.from({ length: 16 }, (_, i) => Math.floor(i / 2) + 1),
      ),
      floats('b1', [8], [10, 11, 12, 13, 14, 15, 16, 17]),
      floats('w2', [4, 8], new Float32Array(32).fill(0.1)),
      floats('w3', [3, 4], [1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4]),
    ],
  }),
);

const valuesOf = (of: Model, name: string): readonly number[] => {
  const bytes = storedTensors(of.graph).get(name)!.bytes();
  return [...new Float32Array(bytes.slice().buffer)];
};

function groupOf(value: string, size: number): ChannelGroup {
  return {
    layers: [value],
    channels: Array.from({ length: size }, (_, index) => [{ value, axis: 0, index }]),
  };
}

describe('pruning channels', () => {
  it('removes those of the smallest norm, with their biases and with the weights that read them', async () => {
    const { model: after, notes } = await compress(perceptron, [
      { prune: { sparsity: 0.5, granularity: 'channel', scope: 'layer' } },
    ]);
    expect(valuesOf(after, 'w1')).toEqual([5, 5, 6, 6, 7, 7, 8, 8]);
    expect(valuesOf(after, 'b1')).toEqual([14, 15, 16, 17]);
    expect(storedTensors(after.graph).get('w2')!.shape).toEqual([2, 4]);
    expect(valuesOf(after, 'w3')).toEqual([3, 4, 3, 4, 3, 4]);
    expect(notes).toEqual([
      { code: 'CHANNELS_REMOVED', values: { removed: 6, total: 12, groups: 2 } },
      {
        code: 'CHANNELS_KEPT',
        values: { layers: 'third', reason: 'the model gives them out as y' },
      },
    ]);
  });

  it('lets the channels of the whole model compete by default, as multiples of the mean of their group', async () => {
    const { notes } = await compress(perceptron, [{ prune: { sparsity: 0.25, granularity: 'channel' } }]);
    expect(notes[0]).toEqual({ code: 'CHANNELS_REMOVED', values: { removed: 3, total: 12, groups: 2 } });
  });

  it('can be followed by pruning single weights and by a second removal', async () => {
    const twice = await compress(perceptron, [
      { prune: { sparsity: 0.5, granularity: 'channel' } },
      { prune: { sparsity: 0.5, granularity: 'channel' } },
      { prune: { sparsity: 0.5 } },
    ]);
    const removals = twice.notes.filter(({ code }) => code === 'CHANNELS_REMOVED');
    expect(removals.map(({ values }) => [values['removed'], values['total']])).toEqual([
      [6, 12],
      [3, 6],
    ]);
  });

  it('leaves a multiple of channels where a recipe asks for it', async () => {
    const { model: after, notes } = await compress(perceptron, [
      { prune: { sparsity: 0.7, granularity: 'channel', scope: 'layer', multiple: 4 } },
    ]);
    // Of eight units five would go, and of four two.
    expect(valuesOf(after, 'w1')).toEqual([5, 5, 6, 6, 7, 7, 8, 8]);
    expect(storedTensors(after.graph).get('w2')!.shape).toEqual([4, 4]);
    expect(notes[0]).toEqual({ code: 'CHANNELS_REMOVED', values: { removed: 4, total: 12, groups: 2 } });
    const refused = (): unknown => compress(perceptron, [{ prune: { sparsity: 0.5, multiple: 4 } }]);
    expect(refused).toThrow(expect.objectContaining({ code: 'STEP_INVALID' }));
  });

  it('refuses options that keep zeros or measure single weights', async () => {
    const options = { sparsity: 0.5, granularity: 'channel' };
    for (const more of [
      { fineTune: { epochs: 1 } },
      { schedule: 'iterative', fineTune: { epochs: 1 } },
      { scope: 'sensitivity' },
      { reconstruct: 'sparsegpt' },
    ]) {
      const refused = (): unknown => compress(perceptron, [{ prune: { ...options, ...more } }]);
      expect(refused).toThrow(expect.objectContaining({ code: 'STEP_INVALID' }));
    }
  });

  it('leaves multiples where they are asked for, and takes less where they do not fit', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.double({ min: 0.01, max: 100, noNaN: true }), { minLength: 1, maxLength: 40 }), {
          minLength: 1,
          maxLength: 4,
        }),
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        fc.integer({ min: 1, max: 16 }),
        fc.constantFrom('global' as const, 'layer' as const),
        (importances, sparsity, multiple, scope) => {
          const groups = importances.map((importance, i) => ({
            group: groupOf(`w${i}`, importance.length),
            importance,
          }));
          const selection = selectChannels(groups, sparsity, scope, multiple);
          let removed = 0;
          for (const { group, importance } of groups) {
            const gone = selection.get(group) ?? [];
            if (gone.length === 0) continue;
            removed += gone.length;
            const kept = importance.filter((_, index) => !gone.includes(index));
            expect(kept.length % multiple).toBe(0);
            expect(kept.length).toBeGreaterThan(0);
            expect(Math.min(...kept)).toBeGreaterThanOrEqual(
              Math.max(...gone.map((index) => importance[index]!)),
            );
            // One block more would have been too many.
            if (scope === 'layer' && kept.length > multiple) {
              expect(gone.length + multiple).toBeGreaterThan(Math.floor(sparsity * importance.length));
            }
          }
          const total = importances.reduce((sum, { length }) => sum + length, 0);
          expect(removed).toBeLessThanOrEqual(Math.floor(sparsity * total + 1e-9));
        },
      ),
    );
  });

  it('lets blocks of the whole model compete by their mean importance', () => {
    const [a, b] = [groupOf('a', 4), groupOf('b', 4)];
    const groups = [
      { group: a, importance: [1, 9, 9, 9] },
      { group: b, importance: [4, 4, 4, 4] },
    ];
    // One by one, channel 0 of a would go first and then one of b; in twos, the pair of a has a mean of 5 / 7.
    expect([...selectChannels(groups, 0.25, 'global', 2)]).toEqual([[a, [0, 1]]]);
    expect([...selectChannels(groups, 0.25, 'global')].map(([group]) => group)).toEqual([a, b]);
  });

  it('puts infinite and negative importances in order', () => {
    const group = groupOf('w', 4);
    const importance = [Infinity, -1, 2, Infinity];
    for (const scope of ['global', 'layer'] as const) {
      expect(selectChannels([{ group, importance }], 0.5, scope).get(group)).toEqual([1, 2]);
    }
  });
});

describe('a run that prunes channels', () => {
  const folder = useTempFolder();

  it('writes a file that is really smaller and computes less, and says so', async () => {
    const original = folder.file('network.onnx');
    await saveModel(
      channelNetwork({ blocks: ['residual', 'depthwise', 'concat'], end: 'flatten', seed: 4 }),
      original,
      {
        jobId: 'test',
      },
    );
    const report = await compressModel(
      {
        path: original,
        steps: [{ prune: { sparsity: 0.5, granularity: 'channel', scope: 'layer' } }],
        output: folder.file('small.onnx'),
        reportPath: folder.file('runs/one/report.json'),
        data: undefined,
        jobId: 'job',
      },
      { signal: new AbortController().signal, progress: () => undefined },
    );
    expect(statSync(folder.file('small.onnx')).size).toBe(report.compressed.bytes);
    expect(report.compressed.bytes).toBeLessThan(0.6 * report.original.bytes);
    expect(report.compressed.macs).toBeLessThan(0.5 * report.original.macs);
    expect(report.compressed.parameters).toBeLessThan(0.5 * report.original.parameters);
    // Whether so small a network is faster is up to the machine.
    const codes = report.notes.map(({ code }) => code).filter((code) => code !== 'FEWER_MACS_NOT_FASTER');
    expect(codes.toSorted()).toEqual([
      'CHANNELS_KEPT',
      'CHANNELS_REMOVED',
      'INPUTS_RANDOM',
      'TENSORS_RESIZED',
    ]);
  });
});
