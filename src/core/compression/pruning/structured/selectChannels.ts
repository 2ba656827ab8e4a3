// Chooses the channels that go: the least important ones, as many as asked for, never all of an axis.
import type { Position } from './axisPositions';
import type { Channel, ChannelGroup } from './channelGroups';
import type { ChannelSelection } from './removeChannels';

export interface ScoredGroup {
  readonly group: ChannelGroup;
  /** One number for each channel; the smallest go first. */
  readonly importance: ArrayLike<number>;
}

/**
 * Within each group the fraction `sparsity` of its channels, rounded down; or in `global` scope that of the channels
 * of all groups, whose importances are compared as multiples of the mean magnitude in their group.
 */
export function selectChannels(
  groups: readonly ScoredGroup[],
  sparsity: number,
  scope: 'global' | 'layer',
): ChannelSelection {
  const left = new Remaining(groups.map(({ group }) => group));
  const candidates = groups.map(({ group, importance }) => {
    const scores = Array.from(importance);
    // A score may be infinite, for weights that are no numbers, or negative.
    const finite = scores.filter(Number.isFinite).map(Math.abs);
    const mean = finite.reduce((sum, score) => sum + score, 0) / finite.length;
    return scores.map((score, index) => ({ group, index, score: mean > 0 ? score / mean : score }));
  });
  const selection = new Map<ChannelGroup, number[]>();
  for (const contest of scope === 'layer' ? candidates : [candidates.flat()]) {
    let wanted = Math.floor(sparsity * contest.length + 1e-9);
    for (const { group, index } of contest.toSorted(byScore)) {
      if (wanted === 0) break;
      if (!left.remove(group.channels[index]!)) continue;
      selection.set(group, [...(selection.get(group) ?? []), index]);
      wanted--;
    }
  }
  return selection;
}

function byScore(a: { readonly score: number }, b: { readonly score: number }): number {
  if (a.score === b.score) return 0;
  return a.score < b.score ? -1 : 1;
}

/** How many removable positions each axis still has; of those, the last one stays. */
class Remaining {
  private readonly counts = new Map<string, number>();

  constructor(groups: readonly ChannelGroup[]) {
    for (const channel of groups.flatMap(({ channels }) => channels)) this.change(channel, 1);
  }

  /** Takes a channel away, unless an axis would have none left. */
  remove(channel: Channel): boolean {
    this.change(channel, -1);
    if (channel.every((position) => this.counts.get(axisKey(position))! > 0)) return true;
    this.change(channel, 1);
    return false;
  }

  private change(channel: Channel, by: number): void {
    for (const position of channel) {
      const key = axisKey(position);
      this.counts.set(key, (this.counts.get(key) ?? 0) + by);
    }
  }
}

function axisKey({ value, axis }: Position): string {
  return `${axis} ${value}`;
}
