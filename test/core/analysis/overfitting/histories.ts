// Made-up runs for tests of the diagnosis: curves by formula, with the facts that a run of ten classes has.
import type {
  CompressionResponse,
  DiagnosisFacts,
} from '../../../../src/core/analysis/overfitting/diagnosisFacts';
import type {
  DiagnosisView,
  EpochView,
  LearningPointView,
} from '../../../../src/shared/contracts/viewModels';

export interface Point {
  readonly train: number | null;
  readonly validation: number | null;
  readonly trainAccuracy?: number;
  readonly validationAccuracy?: number;
}

/** Epochs from 1 on. */
export function historyOf(points: readonly Point[]): readonly EpochView[] {
  return points.map(({ train, validation, trainAccuracy, validationAccuracy }, i): EpochView => ({
    epoch: i + 1,
    trainLoss: train,
    validationLoss: validation,
    ...(trainAccuracy !== undefined && { trainAccuracy }),
    ...(validationAccuracy !== undefined && { validationAccuracy }),
    learningRate: 1e-3,
    seconds: 1,
  }));
}

/** A finished run with ten classes. */
export function classRun(points: readonly Point[], more: Partial<DiagnosisFacts> = {}): DiagnosisFacts {
  return {
    history: historyOf(points),
    epochs: points.length,
    ended: true,
    loss: 'crossEntropy',
    classes: 10,
    samples: { train: 2000, validation: 500 },
    parameters: 5000,
    options: { learningRate: 1e-3, weightDecay: 0, dropout: 0 },
    ...more,
  };
}

/** A finished run that predicts values whose spread (the loss of their mean) is `spread`. */
export function valueRun(
  points: readonly Point[],
  spread: number,
  more: Partial<DiagnosisFacts> = {},
): DiagnosisFacts {
  const { classes: _, ...rest } = classRun(points);
  return { ...rest, loss: 'mse', baseline: { loss: spread }, ...more };
}

export function epochs(count: number, point: (epoch: number) => Point): readonly Point[] {
  return Array.from({ length: count }, (_, i) => point(i + 1));
}

/** Learns what carries over and nothing else. */
export const balancedPoints = epochs(12, (n) => ({
  train: 2.3 * Math.exp(-n / 3) + 0.08,
  validation: 2.3 * Math.exp(-n / 3) + 0.11,
  trainAccuracy: 0.98 - 0.85 * Math.exp(-n / 2),
  validationAccuracy: 0.965 - 0.85 * Math.exp(-n / 2),
}));

/** Learns its samples by heart: validation turns around in epoch 4. */
export const overfitPoints = epochs(12, (n) => ({
  train: 2.3 * Math.exp(-n / 2),
  validation: 0.9 + 0.03 * (n - 4) ** 2,
  trainAccuracy: 1 - 0.8 * Math.exp(-n / 2),
  validationAccuracy: 0.72,
}));

/** Can do no better. */
export const underfitPoints = epochs(12, (n) => ({
  train: 1.7 + 0.6 * Math.exp(-n),
  validation: 1.72 + 0.6 * Math.exp(-n),
  trainAccuracy: 0.35,
  validationAccuracy: 0.34,
}));

/** Pruning takes the validation loss from 1 to `after` and the gap from one number to another. */
export function response(gapBefore: number, gapAfter: number, after = 1): CompressionResponse {
  return {
    sparsity: 0.5,
    before: { train: { loss: 1 - gapBefore, samples: 9 }, validation: { loss: 1, samples: 9 } },
    after: { train: { loss: after - gapAfter, samples: 9 }, validation: { loss: after, samples: 9 } },
  };
}

export function learningCurve(validation: readonly number[]): readonly LearningPointView[] {
  return validation.map((loss, i) => ({
    samples: 250 * 2 ** i,
    train: { loss: 0.05, samples: 250 },
    validation: { loss, samples: 500 },
  }));
}

export function codes({ evidence }: DiagnosisView): readonly string[] {
  return evidence.map(({ note }) => note.code);
}
