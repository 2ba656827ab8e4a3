// The verdict on each network that a run began with, went through and ended with, and what its compression did to the
// gap between training and validation.
import { measureBaseline } from '../analysis/overfitting/baseline';
import { diagnose } from '../analysis/overfitting/diagnose';
import { gapEffect } from '../analysis/overfitting/gapEffect';
import type { ParsedStep } from '../compression/step';
import { classCount, type DataSplits } from '../data/dataSet';
import { formatShortPercent } from '../../shared/base/numbers';
import type {
  GeneralizationView,
  LossKind,
  MeasureView,
  RunGeneralizationView,
  SizesView,
  TrainingView,
} from '../../shared/contracts/viewModels';
import { measuredTrainSamples } from '../training/train';

export interface RunMeasures {
  readonly steps: readonly ParsedStep[];
  readonly training: readonly TrainingView[];
  readonly generalization: Pick<RunGeneralizationView, 'before' | 'after'>;
  readonly sizes: { readonly before: SizesView; readonly after: SizesView };
  readonly splits: DataSplits;
  /** The loss of the measures. */
  readonly loss: LossKind;
  readonly signal: AbortSignal;
}

/**
 * Judges by the measures of the networks alone. The effect is that of the steps that compress and of all that follow
 * them: on the network that the run trained before, or else on the original. There is none where that network had learned
 * too little for a gap to mean something. A run that only trains is judged by its curves, which tell more.
 */
export async function judgeGeneralization(run: RunMeasures): Promise<RunGeneralizationView> {
  const { steps, training, generalization, sizes, splits, loss, signal } = run;
  const first = steps.findIndex(({ phase }) => phase !== 'training');
  if (first < 0) return generalization;
  const baseline = await measureBaseline(splits.train, loss, signal);
  const classes = classCount(splits.train);
  const judged = (measured: GeneralizationView, parameters: number): GeneralizationView => {
    const { verdict, evidence } = diagnose({
      history: [],
      epochs: 0,
      ended: true,
      loss,
      samples: { train: splits.train.count, validation: splits.validation.count },
      parameters,
      generalization: measured,
      ...(baseline && { baseline }),
      ...(classes !== undefined && { classes }),
    });
    return { ...measured, judgement: { verdict, evidence } };
  };
  const before = judged(generalization.before, sizes.before.nonZeros);
  const after = judged(generalization.after, sizes.after.nonZeros);
  const dense = training.findLast(({ step }) => step < first);
  const measuredDense = dense && keptMeasures(dense, steps, splits);
  const trained = measuredDense && judged(measuredDense, dense.parameters);
  const reference = trained ?? before;
  const isKnown = reference.judgement?.verdict !== 'underfit' && reference.judgement?.verdict !== 'diverged';
  return {
    before,
    ...(trained && { trained }),
    after,
    ...(isKnown && { effect: gapEffect(reference, after, deeds(steps.slice(first), first, training)) }),
  };
}

/** The epoch whose weights the training kept; undefined where its losses are no numbers. */
function keptMeasures(
  { history, bestEpoch, step }: TrainingView,
  steps: readonly ParsedStep[],
  splits: DataSplits,
): GeneralizationView | undefined {
  const keepsLast = steps[step]?.options['keep'] === 'last';
  const kept = keepsLast ? history.at(-1) : history.find(({ epoch }) => epoch === bestEpoch);
  if (!kept || kept.trainLoss === null || kept.validationLoss === null) return undefined;
  return {
    train: measure(kept.trainLoss, kept.trainAccuracy, measuredTrainSamples(splits)),
    validation: measure(kept.validationLoss, kept.validationAccuracy, splits.validation.count),
  };
}

function measure(loss: number, accuracy: number | undefined, samples: number): MeasureView {
  return { loss, ...(accuracy !== undefined && { accuracy }), samples };
}

/** "pruning 90%, fine-tuning and quantizing": what the steps do, as their phases say it. `first` is the place of the first. */
function deeds(steps: readonly ParsedStep[], first: number, training: readonly TrainingView[]): string {
  const words = steps.flatMap(({ phase, options: { sparsity } }, index) => {
    if (phase === 'training') return ['fine-tuning'];
    const deed = typeof sparsity === 'number' ? `${phase} ${formatShortPercent(sparsity, 2)}` : phase;
    return training.some(({ step }) => step === first + index) ? [deed, 'fine-tuning'] : [deed];
  });
  const each = words.filter((word, index) => word !== words[index - 1]);
  return each.length < 2 ? each.join('') : `${each.slice(0, -1).join(', ')} and ${each.at(-1)}`;
}
