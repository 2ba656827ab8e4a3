// How far values y are from the values x that they stand for. Sums are kept in float64 and values taken in in parts.

/** x is the original, y what became of it; n values, both finite. */
export interface ErrorMeasures {
  /** Mean squared error, Σ(x−y)² / n. */
  readonly mse: number;
  /**
   * Signal to quantization noise ratio in decibels, 10 · log10(Σx² / Σ(x−y)²). Null where the error is exactly zero;
   * −300 where there is an error but no signal, so that the measure stays a number wherever it is written.
   */
  readonly sqnrDb: number | null;
  /** max |x−y|. */
  readonly maxError: number;
  /** Cosine of the angle between x and y, Σxy / √(Σx² · Σy²); 1 if both are all zeros, 0 if only one is. */
  readonly cosine: number;
  /** n. */
  readonly count: number;
  /** Pairs left out because exactly one of the two, or both in different ways, is not finite. */
  readonly notFinite: number;
}

export interface ErrorSums {
  /** Takes in values of the original and, index by index, what became of them. */
  add(x: ArrayLike<number>, y: ArrayLike<number>): void;
  /** The measures of all values taken in; of none, those of no error. */
  measures(): ErrorMeasures;
}

const noSignalDb = -300;

export function errorSums(): ErrorSums {
  const sums = { count: 0, notFinite: 0, squaredError: 0, maxError: 0, xx: 0, yy: 0, xy: 0 };
  return {
    add(x, y) {
      if (x.length !== y.length) throw new Error('Values of different counts were compared');
      // Locals, because sums that live on the heap make a new number object at every step.
      let { count, notFinite, squaredError, maxError, xx, yy, xy } = sums;
      for (let i = 0; i < x.length; i++) {
        const a = x[i]!;
        const b = y[i]!;
        const error = a - b;
        if (error - error !== 0) {
          if (!Object.is(a, b)) notFinite++;
          continue;
        }
        count++;
        squaredError += error * error;
        const size = Math.abs(error);
        if (size > maxError) maxError = size;
        xx += a * a;
        yy += b * b;
        xy += a * b;
      }
      Object.assign(sums, { count, notFinite, squaredError, maxError, xx, yy, xy });
    },
    measures: () => measuresOf(sums),
  };
}

interface Sums {
  readonly count: number;
  readonly notFinite: number;
  readonly squaredError: number;
  readonly maxError: number;
  readonly xx: number;
  readonly yy: number;
  readonly xy: number;
}

function measuresOf({ count, notFinite, squaredError, maxError, xx, yy, xy }: Sums): ErrorMeasures {
  return {
    mse: count === 0 ? 0 : squaredError / count,
    sqnrDb: squaredError === 0 ? null : Math.max(noSignalDb, 10 * Math.log10(xx / squaredError)),
    maxError,
    cosine: cosine(xx, yy, xy),
    count,
    notFinite,
  };
}

function cosine(xx: number, yy: number, xy: number): number {
  if (xx === 0 && yy === 0) return 1;
  if (xx === 0 || yy === 0) return 0;
  return Math.max(-1, Math.min(1, xy / (Math.sqrt(xx) * Math.sqrt(yy))));
}
