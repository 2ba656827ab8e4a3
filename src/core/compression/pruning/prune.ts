// The recipe step "prune": sets weights that matter least to zero. Learning both weights and connections for efficient
// neural networks (Han, Pool, Tran, Dally; NIPS 2015).
import { CounterweightError } from '../../../shared/base/errors';
import type { Model } from '../../ir/graph';
import { defineStep } from '../defineStep';
import { checkLayerNames } from '../layerNames';
import type { StepContext, StepResult, WeightShare } from '../step';
import { criterionOf } from './criteria/criteria';
import { magnitudeSource } from './magnitudeSource';
import { pruneInRounds, trainingsOf } from './pruneInRounds';
import { needsSamples, pruneOnce } from './pruneOnce';
import { pruneWithRegrowth } from './pruneWithRegrowth';
import { defaultPattern, defaultSamples, pruneSchema, takesOut, type PruneOptions } from './pruneOptions';
import { sparsityTarget } from './sparsityOfLayers';
import { pruneChannels } from './structured/pruneChannels';

export const prune = defineStep({
  id: 'prune',
  title: 'Prune',
  phase: 'pruning',
  schema: pruneSchema,
  needsData: (options) => options.fineTune !== undefined || needsSamples(options),
  effort: (options) => 1 + 2 * (options.fineTune?.epochs ?? 0) * trainingsOf(options),
  suffix,
  apply: pruneModel,
  estimate: pruneShare,
});

function suffix({ sparsity, threshold, granularity, pattern = defaultPattern }: PruneOptions): string {
  if (sparsity !== undefined && takesOut(granularity))
    return `prune${Number((100 * sparsity).toFixed(2))}${granularity}s`;
  if (sparsity !== undefined) return `prune${Number((100 * sparsity).toFixed(2))}`;
  if (threshold !== undefined) return `prune-below-${threshold}`;
  return `prune${pattern.keep}of${pattern.of}`;
}

/**
 * Zeros that are there already are not known without reading, and would count: they can only make it fewer. Nothing is
 * known of a threshold. How much smaller a weight gets where channels go follows from how they compete, and from those of
 * the layers around it: that it gets no larger is all that its shape tells.
 */
function pruneShare(share: WeightShare, options: PruneOptions): WeightShare {
  if (takesOut(options.granularity)) return { ...share, atMost: true };
  if (typeof magnitudeSource(share.weight) === 'string' || options.threshold !== undefined) return share;
  const { layer } = share.weight;
  if (options.exclude?.includes(layer)) return share;
  const { elements } = share;
  const { keep, of } = options.pattern ?? defaultPattern;
  const sparsity = options.perLayer?.[layer]?.sparsity ?? options.sparsity ?? 1 - keep / of;
  return { ...share, nonZeros: Math.min(share.nonZeros, elements - Math.floor(sparsity * elements)) };
}

async function pruneModel(model: Model, options: PruneOptions, context: StepContext): Promise<StepResult> {
  const { exclude = [], perLayer = {} } = options;
  checkLayerNames(model, { step: 'prune', option: 'exclude', names: exclude });
  checkLayerNames(model, { step: 'prune', option: 'perLayer', names: Object.keys(perLayer) });
  if (takesOut(options.granularity)) return pruneByChannels(model, options, options.granularity, context);
  if (options.regrow) return pruneWithRegrowth(model, options, context);
  if (options.fineTune) return pruneInRounds(model, options, context);
  const task = { model, options, target: sparsityTarget(options), seed: context.seed };
  const pruned = await pruneOnce(task, context);
  return { ...pruned, pruned: true };
}

/** Nothing is left that has to stay zero. */
async function pruneByChannels(
  model: Model,
  options: PruneOptions,
  granularity: 'channel' | 'head',
  { path, seed, data, signal, progress }: StepContext,
): Promise<StepResult> {
  const { sparsity = 0, scope, samples = defaultSamples, exclude = [], multiple = 1 } = options;
  const criterion = criterionOf(options.criterion);
  if (!data && criterion.needs === 'data') throw new CounterweightError('STEP_NEEDS_DATA', { step: 'prune' });
  return pruneChannels(
    model,
    { granularity, sparsity, scope: scope === 'layer' ? 'layer' : 'global', criterion, exclude, multiple },
    { path, samples, seed, signal, progress, ...(data && { data }) },
  );
}
