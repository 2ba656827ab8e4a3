// Ridge regression in closed form: the last layer of a network without any gradient.
// Source: A. Hoerl and R. Kennard, "Ridge Regression", Technometrics 12 (1970), eq. 2.1.

/** Sums over all samples of features x [features] and targets y [outputs], row-major. */
export interface Moments {
  readonly count: number;
  readonly features: number;
  readonly outputs: number;
  /** Σ x xᵀ, [features, features]. */
  readonly xx: Float64Array;
  /** Σ x yᵀ, [features, outputs]. */
  readonly xy: Float64Array;
  /** Σ x, [features]. */
  readonly x: Float64Array;
  /** Σ y, [outputs]. */
  readonly y: Float64Array;
}

/**
 * Weights W [features, outputs] and bias b [outputs] that minimize Σ ‖Wᵀx + b − y‖² + λ‖W‖², the bias left free.
 * @param lambda λ relative to the mean variance of the features; above 0.
 */
export function ridge(moments: Moments, lambda: number): { weights: Float32Array; bias: Float32Array } {
  const { count, features, outputs, xx, xy, x, y } = moments;
  // Centred sums: the bias then drops out of the equations.
  const covariance = xx.map(
    (sum, i) => sum - (at(x, Math.floor(i / features)) * at(x, i % features)) / count,
  );
  const cross = xy.map((sum, i) => sum - (at(x, Math.floor(i / outputs)) * at(y, i % outputs)) / count);
  let trace = 0;
  for (let i = 0; i < features; i++) trace += at(covariance, i * features + i);
  for (let i = 0; i < features; i++) covariance[i * features + i]! += (lambda * trace) / features;
  factorize(covariance, features);
  solve(covariance, features, cross, outputs);
  const bias = Float32Array.from({ length: outputs }, (_, output) => {
    let sum = at(y, output);
    for (let i = 0; i < features; i++) sum -= at(cross, i * outputs + output) * at(x, i);
    return sum / count;
  });
  return { weights: Float32Array.from(cross), bias };
}

function at(array: Float64Array, index: number): number {
  return array[index]!;
}

/** Cholesky factor L of a symmetric positive definite matrix [n, n], in place in its lower triangle. */
function factorize(a: Float64Array, n: number): void {
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let sum = at(a, i * n + j);
      const [rowI, rowJ] = [i * n, j * n];
      for (let k = 0; k < j; k++) sum -= a[rowI + k]! * a[rowJ + k]!;
      a[i * n + j] = i === j ? Math.sqrt(sum) : sum / at(a, j * n + j);
    }
  }
}

/** Solves L Lᵀ X = B for X, in place of B [n, columns]. */
function solve(l: Float64Array, n: number, b: Float64Array, columns: number): void {
  for (let c = 0; c < columns; c++) {
    for (let i = 0; i < n; i++) {
      let sum = at(b, i * columns + c);
      for (let k = 0; k < i; k++) sum -= l[i * n + k]! * b[k * columns + c]!;
      b[i * columns + c] = sum / at(l, i * n + i);
    }
    for (let i = n - 1; i >= 0; i--) {
      let sum = at(b, i * columns + c);
      for (let k = i + 1; k < n; k++) sum -= l[k * n + i]! * b[k * columns + c]!;
      b[i * columns + c] = sum / at(l, i * n + i);
    }
  }
}
