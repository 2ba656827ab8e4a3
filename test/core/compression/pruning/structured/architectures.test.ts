// Channels of every architecture of the table: layers lose half of theirs, all but the last one, and what is left computes
// what the network computes when nothing reads the removed ones.
import { describe, expect, it } from 'vitest';
import { countMacs } from '../../../../../src/core/analysis/macs';
import { inferShapes } from '../../../../../src/core/analysis/shapes';
import { architectures, newModel } from '../../../../../src/core/architectures/architectures';
import { channelGroups } from '../../../../../src/core/compression/pruning/structured/channelGroups';
import { removeChannels } from '../../../../../src/core/compression/pruning/structured/removeChannels';
import { selectChannels } from '../../../../../src/core/compression/pruning/structured/selectChannels';
import { normals } from '../../../../../src/shared/base/random';
import { maskedChannels } from '../../../../support/maskedChannels';
import { largestDifference, runModel } from '../../../../support/runModels';

/**
 * Networks that shuffle the channels of halves or groups: with every block more channels are tied together, in the end
 * all of a stage. What is left of the multiply-accumulates.
 */
const shuffled: Readonly<Record<string, number>> = { 'shufflenet-v1': 0.55, 'shufflenet-v2': 0.8 };
const tied = 'all of them belong together, and one has to be left';

describe('half of the channels of a new network', { timeout: 60_000 }, () => {
  for (const { id, example, reconstructs } of architectures) {
    it(`of ${id} can go, in all layers but the last where they are not shuffled`, async () => {
      const sample = example.length === 3 && example[1]! > 64 ? [example[0]!, 64, 64] : example;
      const before = newModel({
        architecture: id,
        input: sample,
        ...(reconstructs ? {} : { classes: 10 }),
        seed: 1,
      });
      const shapes = await inferShapes(before);
      const { groups, refused } = channelGroups(before, shapes);
      const output = before.graph.outputs[0]!.name;
      const reasons = new Set(refused.map(({ reason }) => reason));
      const end = `the model gives them out as ${output}`;
      expect([...reasons].toSorted()).toEqual(id in shuffled ? [tied, end] : [end]);
      const candidates = groups.map((group, i) => ({ group, importance: normals(group.channels.length, i) }));
      const selection = selectChannels(candidates, 0.5, 'layer');
      const after = removeChannels(before, shapes, selection);
      const macs = [before, after].map(async (model) => countMacs(model, await inferShapes(model)).total);
      const [all, left] = await Promise.all(macs);
      expect(left! / all!).toBeLessThan(shuffled[id] ?? 0.55);
      // With two samples, as the size of the batch is left open.
      const size = sample.reduce((product, side) => product * side, 2);
      const feeds = {
        input: { type: 'float32' as const, shape: [2, ...sample], data: normals(size, 2) },
      };
      const masked = await runModel(maskedChannels(before, selection), feeds);
      expect(largestDifference(masked, await runModel(after, feeds))).toBeLessThanOrEqual(1e-5);
    });
  }
});
