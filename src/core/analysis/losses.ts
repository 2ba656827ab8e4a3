// What each loss is, for a network's outputs and the targets of its samples. The training graph computes the same
// formulas, smoothed and with penalties where its options say so; what is reported is the plain loss.
import { CounterweightError } from '../../shared/base/errors';
import type { LossKind } from '../../shared/contracts/viewModels';
import type { DataSet, Targets } from '../data/dataSet';
import { smallestProbability, type ScoreKind } from './classScores';

/** Data with something to predict. */
export type LabelledData = Pick<DataSet, 'name'> & { readonly targets: Targets };

/** Where the parabola of the Huber loss goes over into lines. */
const huberDelta = 1;

/**
 * The loss of one element with output y and target t. The loss of a set of samples is the mean over all of its
 * elements; that of cross-entropy, which needs all scores of a sample at once, is the mean over its samples.
 *
 * - crossEntropy: −ln q(label), q = softmax(y) for logits and q = y for probabilities; see `labelSums`.
 * - binaryCrossEntropy: −t · ln q − (1 − t) · ln(1 − q), q = 1 / (1 + e^−y) for logits and q = y for probabilities;
 *   for logits in the form max(y, 0) − t · y + ln(1 + e^−|y|), which does not overflow.
 * - mse: (y − t)².
 * - mae: |y − t|.
 * - huber: ½ d² where d = |y − t| ≤ δ, else δ · (d − ½ δ), with δ = 1 (P. Huber, "Robust estimation of a location
 *   parameter", 1964).
 *
 * Where targets are classes, the latter four take them as numbers: several outputs predict 1 for the class and 0 for
 * the others, a single output predicts the index of one of two classes.
 */
export function elementLoss(kind: ElementLossKind, scores: ScoreKind): ElementLoss {
  return kind === 'binaryCrossEntropy' && scores === 'logits' ? binaryOfLogit : elementLosses[kind];
}

export type ElementLossKind = Exclude<LossKind, 'crossEntropy'>;
type ElementLoss = (output: number, target: number) => number;

const elementLosses: Readonly<Record<ElementLossKind, ElementLoss>> = {
  binaryCrossEntropy: binaryOfProbability,
  mse: (y, t) => (y - t) ** 2,
  mae: (y, t) => Math.abs(y - t),
  huber: (y, t) => {
    const distance = Math.abs(y - t);
    return distance <= huberDelta ? distance ** 2 / 2 : huberDelta * (distance - huberDelta / 2);
  },
};

/**
 * The loss that `auto` stands for: of classes cross-entropy, or binary cross-entropy where a network has one output
 * for two classes; of values mse. Throws DATA_INVALID for cross-entropy without classes.
 */
export function resolveLoss(
  choice: LossKind | 'auto',
  data: LabelledData,
  outputsPerSample: number,
): LossKind {
  const { name, targets } = data;
  if (targets.kind === 'values') {
    if (choice !== 'crossEntropy') return choice === 'auto' ? 'mse' : choice;
    const problem =
      'cross-entropy needs samples that are labelled with classes, and these have values to predict';
    throw new CounterweightError('DATA_INVALID', { data: name, problem });
  }
  if (choice !== 'auto' && choice !== 'crossEntropy') return choice;
  if (outputsPerSample > 1) return 'crossEntropy';
  if (choice === 'auto' && targets.count <= 2) return 'binaryCrossEntropy';
  const problem = `the model has one output for each sample, which cannot tell ${targets.count} classes apart`;
  throw new CounterweightError('DATA_INVALID', { data: name, problem });
}

function binaryOfLogit(y: number, t: number): number {
  return Math.max(y, 0) - t * y + Math.log1p(Math.exp(-Math.abs(y)));
}

function binaryOfProbability(y: number, t: number): number {
  const q = Math.min(1 - smallestProbability, Math.max(smallestProbability, y));
  return -t * Math.log(q) - (1 - t) * Math.log1p(-q);
}
