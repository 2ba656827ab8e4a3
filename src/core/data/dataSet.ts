// What a data set is to training, calibration and comparison: samples by index, with labels or values to predict
// where they are known.

export interface DataSet {
  /** How it is named in reports. */
  readonly name: string;
  readonly count: number;
  /** What a sample consists of, in the order of `Batch.inputs`; at least one. */
  readonly inputs: readonly SampleInput[];
  /** What is to be predicted, where the source tells. */
  readonly targets?: Targets;
  /** The class of every sample, where the source knows it without reading the samples. */
  readonly labels?: Int32Array;
  /**
   * The samples of these indices, in this order; an index may repeat. What is not in memory yet is read now, and
   * nothing that was read is kept without a bound.
   */
  rows(indices: ArrayLike<number>): Promise<Batch>;
}

export interface SampleInput {
  /** The name of the model's input that it fills, where the source names one; else inputs are filled in their order. */
  readonly name?: string;
  /** Shape of one sample, like [1, 28, 28]; images are channels first. */
  readonly shape: readonly number[];
}

export type Targets = ClassTargets | ValueTargets;

export interface ClassTargets {
  readonly kind: 'classes';
  /** Number of classes; labels are from 0 to count − 1. */
  readonly count: number;
  /** Names by class index, where the source has them. */
  readonly names?: readonly string[];
}

export interface ValueTargets {
  readonly kind: 'values';
  /** Shape of one sample's target. */
  readonly shape: readonly number[];
}

export interface Batch {
  readonly count: number;
  /** One array per input, row-major [count, ...shape]. Whole numbers (token ids) are exact up to 2²⁴. */
  readonly inputs: readonly Float32Array[];
  /** Class indices [count], where the targets are classes. */
  readonly labels?: Int32Array;
  /** Row-major [count, ...shape], where the targets are values. */
  readonly values?: Float32Array;
}

/** The parts of a source that a training run uses. No sample is in two of them. */
export interface DataSplits {
  readonly train: DataSet;
  /** Chooses: the best epoch, the learning rate, the moment to stop. */
  readonly validation: DataSet;
  /** Measures the end result and never chooses anything. */
  readonly test?: DataSet;
}

/** The indices from `start` on, none from `end` on. */
export function indicesFrom(start: number, end: number): Int32Array {
  return Int32Array.from({ length: Math.max(0, end - start) }, (_, i) => start + i);
}

/** Number of classes, where samples are labelled with classes. */
export function classCount({ targets }: DataSet): number | undefined {
  return targets?.kind === 'classes' ? targets.count : undefined;
}
