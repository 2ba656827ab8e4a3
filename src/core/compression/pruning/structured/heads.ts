// Heads of attention as what goes (Michel, Levy, Neubig: Are sixteen heads really better than one?; NeurIPS 2019). Which
// they are is known from the groups of channels; here are the words about them.
import { CounterweightError } from '../../../../shared/base/errors';
import { note, type Note } from '../../../../shared/base/messages';
import type { ChannelGroup, ChannelGroups, RefusedLayer } from './channelGroups';
import type { ChannelSelection } from './removeChannels';

/** The groups whose channels are heads. Throws HEADS_MISSING where there are none. */
export function groupsOfHeads({ groups, keptHeads }: ChannelGroups, path: string): readonly ChannelGroup[] {
  const found = groups.filter(({ heads }) => heads);
  if (found.length > 0) return found;
  const kept = keptHeads[0];
  const reason = kept
    ? `those of ${kept.layer} stay, because ${kept.reason}`
    : 'nothing in its graph has an axis of heads, and operators of fused attention show none';
  throw new CounterweightError('HEADS_MISSING', { path, reason });
}

/** How many heads went, how many are left in which layers, and which attention keeps all of its heads and why. */
export function headNotes(
  groups: readonly ChannelGroup[],
  selection: ChannelSelection,
  kept: readonly RefusedLayer[],
): readonly Note[] {
  const removedOf = (group: ChannelGroup): number => selection.get(group)?.length ?? 0;
  const layersLeft = new Map<string, { left: number; heads: number; layers: string[] }>();
  for (const group of groups) {
    const heads = group.channels.length;
    const left = heads - removedOf(group);
    const same = layersLeft.get(`${left} of ${heads}`) ?? { left, heads, layers: [] };
    same.layers.push(...group.layers);
    layersLeft.set(`${left} of ${heads}`, same);
  }
  const layersKept = new Map<string, string[]>();
  for (const { layer, reason } of kept) layersKept.set(reason, [...(layersKept.get(reason) ?? []), layer]);
  return [
    note('HEADS_REMOVED', {
      removed: groups.reduce((sum, group) => sum + removedOf(group), 0),
      total: groups.reduce((sum, { channels }) => sum + channels.length, 0),
    }),
    ...[...layersLeft.values()].map(({ left, heads, layers }) =>
      note('HEADS_LEFT', { left, heads, layers: layers.join(', ') }),
    ),
    ...[...layersKept].map(([reason, layers]) => note('HEADS_KEPT', { layers: layers.join(', '), reason })),
  ];
}
