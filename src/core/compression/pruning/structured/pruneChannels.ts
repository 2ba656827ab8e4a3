// Pruning by channels: the file gets smaller and the network faster as it is, with nothing left to code or to skip.
import { note, type Note } from '../../../../shared/base/messages';
import { inferShapes } from '../../../analysis/shapes';
import type { Model } from '../../../ir/graph';
import { pauseFor } from '../../../ir/pacing';
import { weightsOf } from '../../weights';
import type { Criterion, CriterionContext } from '../criteria/criterion';
import { channelGroups, type ChannelGroup, type ChannelGroups, type RefusedLayer } from './channelGroups';
import { channelImportance, type ScoredTensors } from './channelImportance';
import { groupsOfHeads, headNotes } from './heads';
import { removeChannels } from './removeChannels';
import { selectChannels, type ScoredGroup } from './selectChannels';

export interface ChannelPruning {
  /** What goes: channels of every kind, or heads of attention alone. */
  readonly granularity: 'channel' | 'head';
  /** Fraction of the removable channels that go, from 0 to below 1; always rounded down. */
  readonly sparsity: number;
  /** Whether the channels of the whole model compete, or those of each group of layers by themselves. */
  readonly scope: 'global' | 'layer';
  readonly criterion: Criterion;
  /** Names of layers that keep all of the channels that they make. */
  readonly exclude: readonly string[];
  /** A group of channels of which some go keeps a multiple of this many. */
  readonly multiple: number;
}

export interface ChannelPruned {
  readonly model: Model;
  readonly notes: readonly Note[];
}

/**
 * A smaller model, or the given one where there is nothing to remove. Notes tell how many channels or heads are gone and
 * which layers keep all of theirs, and why. Throws HEADS_MISSING, and what the criterion and the inference of shapes
 * throw.
 */
export async function pruneChannels(
  model: Model,
  { granularity, sparsity, scope, criterion, exclude, multiple }: ChannelPruning,
  context: CriterionContext,
): Promise<ChannelPruned> {
  const pause = pauseFor(context.signal);
  const shapes = await inferShapes(model, { signal: context.signal });
  const found = channelGroups(model, shapes);
  const asked = granularity === 'head' ? { groups: groupsOfHeads(found, context.path), refused: [] } : found;
  const { groups, refused } = withoutExcluded(asked, exclude);
  await pause();
  const scored = groups.length === 0 ? new Map() : await scoresOf(model, groups, criterion, context);
  const candidates: ScoredGroup[] = [];
  for (const group of groups) {
    await pause();
    candidates.push({ group, importance: channelImportance(group, scored) });
  }
  const selection = selectChannels(candidates, sparsity, scope, multiple);
  const total = groups.reduce((sum, { channels }) => sum + channels.length, 0);
  const removed = [...selection.values()].reduce((sum, indices) => sum + indices.length, 0);
  context.progress(1);
  const notes =
    granularity === 'head'
      ? headNotes(groups, selection, found.keptHeads)
      : [note('CHANNELS_REMOVED', { removed, total, groups: groups.length })];
  return { model: removeChannels(model, shapes, selection), notes: [...notes, ...refusalNotes(refused)] };
}

type Selectable = Pick<ChannelGroups, 'groups' | 'refused'>;

/** A channel that several layers make stays where one of them is excluded. */
function withoutExcluded(found: Selectable, exclude: readonly string[]): Selectable {
  if (exclude.length === 0) return found;
  const groups = found.groups.filter(({ layers }) => !layers.some((layer) => exclude.includes(layer)));
  const left = new Set(groups.flatMap(({ layers }) => layers));
  const kept = new Set(found.groups.flatMap(({ layers }) => layers).filter((layer) => !left.has(layer)));
  const refused = [...kept].map((layer): RefusedLayer => {
    const reason = exclude.includes(layer)
      ? 'they are excluded'
      : 'they have channels in common with layers that are excluded';
    return { layer, reason };
  });
  return { groups, refused: [...found.refused, ...refused] };
}

/** Scores of the weights that the channels run through; the criterion is not asked about others. */
async function scoresOf(
  model: Model,
  groups: readonly ChannelGroup[],
  criterion: Criterion,
  context: CriterionContext,
): Promise<ScoredTensors> {
  const touched = new Set(groups.flatMap(({ channels }) => channels[0]!.map(({ value }) => value)));
  const weights = weightsOf(model).filter(
    ({ value, storedIn }) => storedIn === model.graph && touched.has(value),
  );
  const scores = await criterion.scores(model, weights, {
    ...context,
    progress: (fraction) => context.progress(0.9 * fraction),
  });
  return new Map(
    weights.flatMap(({ value, tensor }) => {
      const own = scores.get(tensor);
      return own ? [[value, { tensor, scores: own }] as const] : [];
    }),
  );
}

/** One note for each reason, with the layers that it holds for. */
export function refusalNotes(refused: readonly RefusedLayer[]): readonly Note[] {
  const layersBy = new Map<string, string[]>();
  for (const { layer, reason } of refused) layersBy.set(reason, [...(layersBy.get(reason) ?? []), layer]);
  return [...layersBy].map(([reason, layers]) =>
    note('CHANNELS_KEPT', { layers: layers.join(', '), reason }),
  );
}
