// What a data set is to training, calibration and comparison: samples by index, labelled where they are known.

export interface DataSet {
  /** How it is named in reports. */
  readonly name: string;
  readonly count: number;
  /** Shape of one sample, like [1, 28, 28]. */
  readonly sampleShape: readonly number[];
  /** Number of classes, where samples are labelled with classes. */
  readonly classes?: number;
  /** The samples from `start` on: inputs row-major [count, ...sampleShape], and their class indices. */
  batch(start: number, count: number): Batch;
}

export interface Batch {
  readonly count: number;
  readonly inputs: Float32Array;
  readonly labels?: Int32Array;
}
