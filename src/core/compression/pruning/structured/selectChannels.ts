// Chooses the channels that go: the least important ones, as many as asked for, never all of an axis. Runtimes compute
// channels in blocks of 8 or 16, so that what is left may have to come in multiples to be faster.
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
 * of all groups, whose importances are compared as multiples of the mean magnitude in their group. A group that
 * loses channels keeps a multiple of `multiple`: they go in blocks, by the mean of their importances, and in all never
 * more than the fraction.
 */
export function selectChannels(
  groups: readonly ScoredGroup[],
  sparsity: number,
  scope: 'global' | 'layer',
  multiple = 1,
): ChannelSelection {
  const left = new Remaining(groups.map(({ group }) => group));
  const contests = groups.map((scored) => blocksOf(scored, multiple));
  const selection = new Map<ChannelGroup, number[]>();
  for (const contest of scope === 'layer' ? contests : [contests.flat()]) {
    const channels = contest.reduce((sum, { indices }) => sum + indices.length, 0);
    let wanted = Math.floor(sparsity * channels + 1e-9);
    // A block that stays keeps those after it in its group, or what is left would be no multiple.
    const closed = new Set<ChannelGroup>();
    for (const { group, indices } of contest.toSorted(byScore)) {
      if (wanted === 0) break;
      if (closed.has(group)) continue;
      if (indices.length > wanted || !left.remove(indices.map((index) => group.channels[index]!))) {
        closed.add(group);
        continue;
      }
      selection.set(group, [...(selection.get(group) ?? []), ...indices]);
      wanted -= indices.length;
    }
  }
  return selection;
}

/** Channels of a group that go together, by their places in `channels`. */
interface Block {
  readonly group: ChannelGroup;
  readonly indices: readonly number[];
  readonly score: number;
}

/** The channels from the least important on; after each block a multiple is left. */
function blocksOf({ group, importance }: ScoredGroup, multiple: number): readonly Block[] {
  const scores = Array.from(importance);
  // A score may be infinite, for weights that are no numbers, or negative.
  const mean = meanOf(scores.filter(Number.isFinite).map(Math.abs));
  const ordered = scores
    .map((score, index) => ({ index, score: mean > 0 ? score / mean : score }))
    .toSorted(byScore);
  const blocks: Block[] = [];
  for (let start = 0; start < ordered.length;) {
    const members = ordered.slice(start, start + ((ordered.length - start) % multiple || multiple));
    const score = meanOf(members.map((member) => member.score));
    blocks.push({ group, indices: members.map(({ index }) => index), score });
    start += members.length;
  }
  return blocks;
}

function meanOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
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

  /** Takes channels away, unless an axis would have none left. */
  remove(channels: readonly Channel[]): boolean {
    for (const channel of channels) this.change(channel, -1);
    if (channels.every((channel) => channel.every((position) => this.counts.get(axisKey(position))! > 0)))
      return true;
    for (const channel of channels) this.change(channel, 1);
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
