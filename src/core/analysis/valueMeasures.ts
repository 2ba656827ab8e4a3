// How far predicted values are from those that were to be predicted.

export interface ValueMeasures {
  /** Mean absolute error over all elements. */
  readonly mae: number;
  /** Root of the mean squared error over all elements. */
  readonly rmse: number;
  /**
   * Coefficient of determination, 1 − Σ (y − t)² / Σ (t − t̄)², where each element of a sample has a mean t̄ of its own
   * over the samples. Where the targets are constant, 1 for exact predictions and else 0.
   */
  readonly r2: number;
}

export interface ValueSums {
  /** Takes in the elements of a sample: outputs and targets from these places on. */
  add(outputs: ArrayLike<number>, outputStart: number, targets: ArrayLike<number>, targetStart: number): void;
  /** Of at least one sample. */
  measures(): ValueMeasures;
}

export function valueSums(elements: number): ValueSums {
  // Mean and squared deviation of each element in one pass (B. Welford, "Note on a method for calculating corrected
  // sums of squares and products", 1962): a difference of large sums would lose its digits.
  const mean = new Float64Array(elements);
  let deviation = 0;
  let samples = 0;
  let absolute = 0;
  let squared = 0;
  return {
    add(outputs, outputStart, targets, targetStart) {
      samples++;
      for (let i = 0; i < elements; i++) {
        const target = targets[targetStart + i]!;
        const error = outputs[outputStart + i]! - target;
        absolute += Math.abs(error);
        squared += error * error;
        const change = target - mean[i]!;
        mean[i]! += change / samples;
        deviation += change * (target - mean[i]!);
      }
    },
    measures: () => ({
      mae: absolute / (samples * elements),
      rmse: Math.sqrt(squared / (samples * elements)),
      r2: deviation > 0 ? 1 - squared / deviation : Number(squared === 0),
    }),
  };
}
