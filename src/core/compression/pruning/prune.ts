// The recipe step "prune": sets the weights of smallest magnitude to zero. Learning both weights and connections for
// efficient neural networks (Han, Pool, Tran, Dally; NIPS 2015), here in one shot and without the fine-tuning after it.
import { z } from 'zod';
import { note, type Note } from '../../../shared/base/messages';
import type { Tensor } from '../../ir/tensor';
import { defineStep } from '../defineStep';
import { pauseFor } from '../../ir/pacing';
import type { StepContext, StepResult, WeightShare } from '../step';
import { replaceWeights, weightsOf, type Weight } from '../weights';
import type { Model } from '../../ir/graph';
import { magnitudeCuts } from './magnitudeCuts';
import { magnitudeSource, type MagnitudeSource } from './magnitudeSource';
import { prunedTensor } from './prunedTensor';

const schema = z.strictObject({
  sparsity: z
    .number()
    .min(0)
    .lt(1)
    .describe('Fraction of the weights that are zero afterwards; weights that are zero already count.'),
  criterion: z
    .enum(['magnitude'])
    .default('magnitude')
    .describe('What tells which weights matter least: their magnitude |w|.'),
  granularity: z.enum(['element']).default('element').describe('What is removed together: single weights.'),
  scope: z
    .enum(['global', 'layer'])
    .default('global')
    .describe(
      'Whether the weights of the whole model compete with each other, or those of each layer by themselves.',
    ),
});

export const prune = defineStep({
  id: 'prune',
  title: 'Prune',
  phase: 'pruning',
  schema,
  suffix: ({ sparsity }) => `prune${Number((100 * sparsity).toFixed(2))}`,
  apply: pruneModel,
  estimate: pruneShare,
});

/** Zeros that are there already are not known without reading, and would count: they can only make it fewer. */
function pruneShare(share: WeightShare, { sparsity }: z.output<typeof schema>): WeightShare {
  if (typeof magnitudeSource(share.weight) === 'string') return share;
  const { elements } = share.weight.tensor;
  return { ...share, nonZeros: Math.min(share.nonZeros, elements - Math.floor(sparsity * elements)) };
}

/** Biases, normalization parameters and everything else that is no weight stay as they are. */
async function pruneModel(
  model: Model,
  options: z.output<typeof schema>,
  context: StepContext,
): Promise<StepResult> {
  const notes: Note[] = [];
  const groups = new Map<string, MagnitudeSource[]>();
  for (const weight of weightsOf(model)) {
    const source = magnitudeSource(weight);
    if (typeof source === 'string') {
      notes.push(note('NOT_PRUNED', { tensor: weight.value, reason: source }));
    } else {
      const group = options.scope === 'layer' ? weight.layer : '';
      groups.set(group, [...(groups.get(group) ?? []), source]);
    }
  }
  const replacements = await pruneGroups(groups, options.sparsity, context);
  return { model: replaceWeights(model, replacements), notes, pruned: true };
}

async function pruneGroups(
  groups: ReadonlyMap<Weight['layer'], readonly MagnitudeSource[]>,
  sparsity: number,
  context: StepContext,
): Promise<Map<Tensor, Tensor>> {
  const replacements = new Map<Tensor, Tensor>();
  const pause = pauseFor(context.signal);
  let done = 0;
  for (const [layer, sources] of groups) {
    const cuts = await magnitudeCuts(sources, sparsity, pause, (fraction) =>
      context.progress((done + fraction) / groups.size, layer === '' ? undefined : layer),
    );
    for (const [source, cut] of cuts) replacements.set(source.tensor, prunedTensor(source, cut));
    done++;
  }
  return replacements;
}
