// Channels by the size of their weights, scored without anything that runs.
import { weightsOf } from '../../src/core/compression/weights';
import { channelImportance } from '../../src/core/compression/pruning/structured/channelImportance';
import type { ChannelGroup } from '../../src/core/compression/pruning/structured/channelGroups';
import { selectChannels } from '../../src/core/compression/pruning/structured/selectChannels';
import type { Model } from '../../src/core/ir/graph';
import { isNumeric, tensorNumbers } from '../../src/core/ir/numbers';

/** The fraction of the channels of the groups whose weights have the smallest L1 norms. */
export function smallestChannels(
  model: Model,
  groups: readonly ChannelGroup[],
  ...how: [fraction: number, scope: 'global' | 'layer', multiple?: number]
): ReturnType<typeof selectChannels> {
  const scored = new Map(
    weightsOf(model)
      .filter(({ tensor }) => isNumeric(tensor.type))
      .map(({ value, tensor }) => [
        value,
        { tensor, scores: Float32Array.from(tensorNumbers(tensor), Math.abs) },
      ]),
  );
  const candidates = groups.map((group) => ({ group, importance: channelImportance(group, scored) }));
  return selectChannels(candidates, ...how);
}
