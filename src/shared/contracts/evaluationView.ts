// What a model file reaches on a data set, and how long one run of it takes.
import type { LossKind, MeasureView } from './viewModels';

/** The answer of `evaluate`. */
export interface EvaluationView extends MeasureView {
  readonly path: string;
  readonly data: string;
  readonly lossKind: LossKind;
  /** Fraction of samples whose class is among the five of the highest scores; for more than five classes. */
  readonly top5?: number;
  /** Counts by [true class][predicted class]. */
  readonly confusion?: readonly (readonly number[])[];
  readonly classNames?: readonly string[];
  /** Of a regression: mean absolute error, root of the mean squared error, coefficient of determination. */
  readonly regression?: { readonly mae: number; readonly rmse: number; readonly r2: number };
  readonly latency: {
    readonly medianMs: number;
    readonly p95Ms: number;
    readonly batch: number;
    readonly threads: number;
  };
}
