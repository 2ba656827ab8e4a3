// The loss of a batch and its gradient by the network's output, written as graph. The formulas are those of
// `analysis/losses.ts`, so that what is trained is what is measured.
import type { LossKind } from '../../shared/contracts/viewModels';
import { smallestProbability, type ScoreKind } from '../analysis/classScores';
import type { Targets } from '../data/dataSet';
import type { GraphBuilder } from '../ir/graphBuilder';
import { expressions, type Expressions } from '../operators/expressions';

export interface LossTask {
  readonly build: GraphBuilder;
  readonly kind: LossKind;
  /** What the output is, for binary cross-entropy; of cross-entropy it is logits. */
  readonly scores: ScoreKind;
  /** The network's output as [batch, elements]. */
  readonly output: string;
  readonly elements: number;
  readonly targets: Targets;
  /** Class indices, int64 [batch], or values, float32 [batch, elements]. */
  readonly target: string;
  /** What each sample counts, [batch, 1]; the sum of all is 1. */
  readonly sampleWeights: string;
  readonly labelSmoothing: number;
}

export interface LossGraph {
  /** The loss without smoothing, without dimensions. */
  readonly loss: string;
  /** Gradient of the loss, smoothed where that is asked for, by the output; [batch, elements]. */
  readonly gradient: string;
}

export function lossGraph(task: LossTask): LossGraph {
  const { build, sampleWeights, elements } = task;
  const e = expressions(build);
  const { losses, gradients, perElement } =
    task.kind === 'crossEntropy' ? crossEntropy(task, e) : elementLoss(task.kind, task, e);
  const weights = perElement && elements > 1 ? e.divide(sampleWeights, elements) : sampleWeights;
  const weighted = e.multiply(losses, weights);
  return {
    loss: build.reduce('ReduceSum', weighted, [0, 1], { keep: false }),
    gradient: e.multiply(gradients, weights),
  };
}

interface ElementGraph {
  /** [batch, elements]; their weighted sum is the loss. */
  readonly losses: string;
  readonly gradients: string;
  /** Whether the loss is a mean over elements too. */
  readonly perElement: boolean;
}

// −Σ t·ln softmax(y), whose gradient is softmax(y) − t as the targets t sum to 1; with smoothing s, t = (1 − s)·onehot
// + s / classes (Szegedy et al.: Rethinking the Inception architecture for computer vision; CVPR 2016).
function crossEntropy(
  { build, output, elements, labelSmoothing, target }: LossTask,
  e: Expressions,
): ElementGraph {
  const logs = build.node('LogSoftmax', [output], { axis: 1 });
  const hot = oneHot(build, target, elements);
  const smooth =
    labelSmoothing === 0 ? hot : e.add(e.multiply(hot, 1 - labelSmoothing), labelSmoothing / elements);
  return {
    losses: e.apply('Neg', e.multiply(logs, hot)),
    gradients: e.subtract(e.apply('Exp', logs), smooth),
    perElement: false,
  };
}

function elementLoss(kind: Exclude<LossKind, 'crossEntropy'>, task: LossTask, e: Expressions): ElementGraph {
  const { output: y } = task;
  const t = numericTarget(task);
  const rule = kind === 'binaryCrossEntropy' ? binaryLosses[task.scores] : distanceLosses[kind];
  return { ...rule({ e, build: task.build }, y, t), perElement: true };
}

/** Targets as numbers, [batch, elements]: 1 for the class and 0 for the others, or the index of one of two classes. */
function numericTarget({ build, targets, target, elements }: LossTask): string {
  if (targets.kind === 'values') return target;
  if (elements > 1) return oneHot(build, target, elements);
  return build.node('Unsqueeze', [build.node('Cast', [target], { to: 1 }), build.ints([1])]);
}

function oneHot(build: GraphBuilder, labels: string, classes: number): string {
  return build.node('OneHot', [labels, build.int(classes), build.floats([2], [0, 1])], { axis: 1 });
}

interface Writing {
  readonly e: Expressions;
  readonly build: GraphBuilder;
}

type ElementRule = (
  writing: Writing,
  y: string,
  t: string,
) => { readonly losses: string; readonly gradients: string };

/** The place where the Huber loss goes over into lines is 1. */
const distanceLosses: Readonly<Record<'mse' | 'mae' | 'huber', ElementRule>> = {
  mse: ({ e }, y, t) => {
    const d = e.subtract(y, t);
    return { losses: e.multiply(d, d), gradients: e.multiply(d, 2) };
  },
  mae: ({ e }, y, t) => {
    const d = e.subtract(y, t);
    return { losses: e.apply('Abs', d), gradients: e.apply('Sign', d) };
  },
  // With c = d limited to [−1, 1]: c·(d − ½c) is ½d² within and |d| − ½ beyond, and c is its derivative.
  huber: ({ e, build }, y, t) => {
    const d = e.subtract(y, t);
    const limited = limit(build, d, -1, 1);
    return {
      losses: e.multiply(limited, e.subtract(d, e.multiply(limited, 0.5))),
      gradients: limited,
    };
  },
};

const binaryLosses: Readonly<Record<ScoreKind, ElementRule>> = {
  // ln(1 + e^y) − t·y.
  logits: ({ e }, y, t) => ({
    losses: e.subtract(e.apply('Softplus', y), e.multiply(t, y)),
    gradients: e.subtract(e.apply('Sigmoid', y), t),
  }),
  // −t·ln y − (1 − t)·ln(1 − y), with derivative (1 − t)/(1 − y) − t/y. Both y and 1 − y are kept from zero.
  probabilities: ({ e, build }, y, t) => {
    const yes = limit(build, y, smallestProbability, 1);
    const no = limit(build, e.subtract(1, y), smallestProbability, 1);
    const other = e.subtract(1, t);
    const logs = e.add(e.multiply(t, e.apply('Log', yes)), e.multiply(other, e.apply('Log', no)));
    return {
      losses: e.apply('Neg', logs),
      gradients: e.subtract(e.divide(other, no), e.divide(t, yes)),
    };
  },
};

function limit(build: GraphBuilder, value: string, least: number, most: number): string {
  return build.node('Clip', [value, build.scalar(least), build.scalar(most)]);
}
