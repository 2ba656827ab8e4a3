// Channels of small networks: what goes together, what stays and why, and that what is left computes the same as the
// whole network in which nothing reads the removed channels.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countMacs } from '../../../../../src/core/analysis/macs';
import { inferByRules } from '../../../../../src/core/analysis/shapeRules';
import { inferShapes } from '../../../../../src/core/analysis/shapes';
import { channelGroups } from '../../../../../src/core/compression/pruning/structured/channelGroups';
import { removeChannels } from '../../../../../src/core/compression/pruning/structured/removeChannels';
import { selectChannels } from '../../../../../src/core/compression/pruning/structured/selectChannels';
import type { Model, Node } from '../../../../../src/core/ir/graph';
import { storedTensors } from '../../../../../src/core/ir/traversal';
import { normals } from '../../../../../src/shared/base/random';
import { floats, graph, input, int64s, model, node } from '../../../../support/build';
import { attention } from '../../../../support/attention';
import { channelNetwork, networkPlans } from '../../../../support/channelNetworks';
import { maskedChannels } from '../../../../support/maskedChannels';
import { largestDifference, runModel } from '../../../../support/runModels';

async function groupsOf(of: Model) {
  const shapes = await inferShapes(of);
  return { shapes, ...channelGroups(of, shapes) };
}

/** A batch of two for a network whose input is [N, …]. */
function batchOfTwo(shape: readonly number[]) {
  const size = shape.reduce((product, dimension) => product * dimension, 2);
  return { x: { type: 'float32' as const, shape: [2, ...shape], data: normals(size, 3) } };
}

describe('removing channels', () => {
  it(
    'computes what the network computes when nothing reads them, and is smaller',
    { timeout: 60_000 },
    async () => {
      let removedChannels = 0;
      await fc.assert(
        fc.asyncProperty(networkPlans, fc.double({ min: 0, max: 1, noNaN: true }), async (plan, sparsity) => {
          const before = channelNetwork(plan);
          const { shapes, groups, refused } = await groupsOf(before);
          // The last layer gives the output. Splits and shuffles of few channels can tie them all together.
          expect(refused).toContainEqual({ layer: 'MatMul:y', reason: 'the model gives them out as y' });
          const others = refused.filter(({ layer }) => layer !== 'MatMul:y').map(({ reason }) => reason);
          expect(
            others.filter((reason) => reason !== 'all of them belong together, and one has to be left'),
          ).toEqual([]);
          const scored = groups.map((group, i) => ({
            group,
            importance: normals(group.channels.length, plan.seed + i),
          }));
          const selection = selectChannels(scored, sparsity, plan.seed % 2 === 0 ? 'global' : 'layer');
          const after = removeChannels(before, shapes, selection);
          const removed = [...selection.values()].flat().length;
          removedChannels += removed;
          const feeds = batchOfTwo([2, 4, 4]);
          const [masked, small] = [
            await runModel(maskedChannels(before, selection), feeds),
            await runModel(after, feeds),
          ];
          expect(largestDifference(masked, small)).toBeLessThanOrEqual(1e-5);
          if (removed > 0) {
            expect(countMacs(after, await inferShapes(after)).total).toBeLessThan(
              countMacs(before, shapes).total,
            );
          }
          for (const tensor of storedTensors(after.graph).values()) expect(tensor.shape).not.toContain(0);
        }),
        { numRuns: 80 },
      );
      expect(removedChannels).toBeGreaterThan(100);
    },
  );

  it('does not change the given model', async () => {
    const before = channelNetwork({ blocks: ['residual', 'split'], end: 'reshape', seed: 1 });
    const shapesBefore = before.graph.initializers.map(({ name, shape }) => [name, shape]);
    const { shapes, groups } = await groupsOf(before);
    const after = removeChannels(before, shapes, new Map([[groups[0]!, [0]]]));
    expect(before.graph.initializers.map(({ name, shape }) => [name, shape])).toEqual(shapesBefore);
    expect(after.graph.initializers.map(({ name, shape }) => [name, shape])).not.toEqual(shapesBefore);
  });

  it('never removes the last channel of a layer', async () => {
    const before = channelNetwork({ blocks: ['depthwise', 'concat'], end: 'pool', seed: 2 });
    const { groups } = await groupsOf(before);
    const scored = groups.map((group) => ({ group, importance: normals(group.channels.length, 5) }));
    for (const scope of ['global', 'layer'] as const) {
      const selection = selectChannels(scored, 0.999999, scope);
      for (const group of groups) {
        expect(selection.get(group)?.length ?? 0).toBeLessThan(group.channels.length);
      }
    }
  });

  it('couples what a depthwise convolution keeps apart, and brings its number of groups up to date', async () => {
    const before = channelNetwork({ blocks: ['depthwise'], end: 'pool', seed: 3 });
    const { shapes, groups } = await groupsOf(before);
    const [first] = groups;
    expect(first!.layers).toEqual(['Conv:v0', 'Conv:v2']);
    const after = removeChannels(before, shapes, new Map([[first!, [1]]]));
    expect(after.graph.nodes[2]!.attributes).toContainEqual({ name: 'group', kind: 'int', value: 3 });
  });
});

describe('the heads of attention', () => {
  it('are removed whole', async () => {
    const before = attention();
    const { shapes, groups, refused } = await groupsOf(before);
    expect(groups.map(({ channels }) => channels.length)).toEqual([3]);
    expect(groups[0]!.layers).toEqual(['project_q', 'project_k', 'project_v']);
    expect(refused).toEqual([{ layer: 'project_out', reason: 'the model gives them out as y' }]);
    const selection = new Map([[groups[0]!, [1]]]);
    const after = removeChannels(before, shapes, selection);
    expect(storedTensors(after.graph).get('q')!.shape).toEqual([6, 8]);
    const feeds = batchOfTwo([5, 6]);
    const [masked, small] = [
      await runModel(maskedChannels(before, selection), feeds),
      await runModel(after, feeds),
    ];
    expect(largestDifference(masked, small)).toBeLessThanOrEqual(1e-5);
  });
});

/** Two convolutions with nodes from a to b in between. */
const between = (nodes: Node[], more: Parameters<typeof graph>[0]['initializers'] = []) =>
  model(
    graph({
      nodes: [
        node('Conv', ['x', 'w'], ['a'], {}, 'first'),
        ...nodes,
        node('Conv', ['b', 'u'], ['y'], {}, 'last'),
      ],
      inputs: [input('x', [1, 2, 4, 4])],
      outputs: [input('y', [1, 1, 4, 4])],
      initializers: [
        floats('w', [4, 2, 1, 1], normals(8, 1)),
        floats('u', [1, 4, 1, 1], normals(4, 2)),
        ...more,
      ],
    }),
    17,
  );
const reasonOf = async (of: Model): Promise<string | undefined> =>
  (await groupsOf(of)).refused.find(({ layer }) => layer === 'first')?.reason;

/** The same with an entry of the first one's sizes as one. */
const reads = (entry: number, ...rest: Node[]) =>
  between(
    [node('Shape', ['a'], ['sizes'], {}, 'sizes'), node('Gather', ['sizes', 'which'], ['one']), ...rest],
    [int64s('which', [1], [entry]), int64s('others', [3], [-1, 4, 4])],
  );

describe('a layer that keeps its channels', () => {
  it('is named with the operator that normalizes or compares over them', async () => {
    expect(await reasonOf(between([node('LRN', ['a'], ['b'], { size: 3 }, 'local')]))).toBe(
      'local (LRN) needs all of them',
    );
    expect(await reasonOf(between([node('Softmax', ['a'], ['b'], { axis: 1 }, 'soft')]))).toBe(
      'soft (Softmax) needs all of them',
    );
  });

  it('is named with the operator that is not known', async () => {
    expect(await reasonOf(between([node('Mystery', ['a'], ['b'], {}, 'strange')]))).toBe(
      'strange (Mystery) is not an operator that channels can be followed through',
    );
  });

  it('is named where numbers in the file make no sense', async () => {
    for (const group of [0, -1, 3]) {
      const broken = between(
        [node('Conv', ['a', 'w2'], ['b'], { group }, 'broken')],
        [floats('w2', [4, 1, 1, 1], normals(4, 3))],
      );
      const { groups, refused } = channelGroups(
        broken,
        inferByRules(broken, { shapes: new Map(), named: new Map() }),
      );
      expect(groups).toEqual([]);
      expect(refused.map(({ layer }) => layer)).toContain('first');
    }
  });

  it('is named where channels are chosen by their numbers', async () => {
    const picked = between(
      [node('Gather', ['a', 'order'], ['b'], { axis: 1 }, 'pick')],
      [int64s('order', [4], [3, 2, 1, 0])],
    );
    expect(await reasonOf(picked)).toBe('pick (Gather) needs all of them');
  });

  it('is named where the network computes with their number, but not where it only reads the batch size', async () => {
    const divided = [node('Cast', ['one'], ['count'], { to: 1 }), node('Div', ['a', 'count'], ['b'])];
    expect(await reasonOf(reads(1, ...divided))).toBe(
      'the model computes with their number, which sizes reads',
    );
    const shaped = [
      node('Concat', ['one', 'others'], ['shape'], { axis: 0 }),
      node('Reshape', ['a', 'shape'], ['b']),
    ];
    expect(await reasonOf(reads(0, ...shaped))).toBeUndefined();
  });
});
