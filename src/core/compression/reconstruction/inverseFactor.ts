// Factors and inverses of symmetric positive definite matrices, as second-order methods need them: float64, row-major
// [n, n]. They give other work its turn, because n³ is much.
import type { Pause } from '../../ir/pacing';

/**
 * The upper triangular U with A⁻¹ = UᵀU, zeros below its diagonal; undefined where A is not positive definite. With
 * A = L̃ᵀ·L̃ for a lower triangular L̃ (Cholesky from the last row on), A⁻¹ = L̃⁻¹·L̃⁻ᵀ; so U = L̃⁻ᵀ, and the inverse
 * itself is never made.
 */
export async function inverseFactor(
  matrix: Float64Array,
  n: number,
  pause: Pause,
): Promise<Float64Array | undefined> {
  const lower = await reverseCholesky(matrix, n, pause);
  return lower && transposedInverse(lower, n, pause);
}

/** The lower triangular L with A = LᵀL, or undefined where there is none. */
async function reverseCholesky(
  matrix: Float64Array,
  n: number,
  pause: Pause,
): Promise<Float64Array | undefined> {
  // Row k of L takes the outer product of itself from what is above it and left of it.
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i++) lower.set(matrix.subarray(i * n, i * n + i + 1), i * n);
  for (let k = n - 1; k >= 0; k--) {
    await pause();
    const row = lower.subarray(k * n, k * n + k + 1);
    const pivot = row[k]!;
    if (!(pivot > 0) || pivot === Infinity) return undefined;
    const root = Math.sqrt(pivot);
    for (let j = 0; j <= k; j++) row[j]! /= root;
    for (let i = 0; i < k; i++) {
      const factor = row[i]!;
      if (factor === 0) continue;
      const target = i * n;
      for (let j = 0; j <= i; j++) lower[target + j]! -= factor * row[j]!;
    }
  }
  return lower;
}

/** L⁻ᵀ of a lower triangular L: upper triangular. */
async function transposedInverse(lower: Float64Array, n: number, pause: Pause): Promise<Float64Array> {
  // Column by column of L⁻¹, which are the rows of the result: forward substitution of unit vectors, row-wise.
  const inverse = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    await pause();
    // Row i of L⁻¹ = (e_i − Σ_{j<i} L_ij · row j of L⁻¹) / L_ii.
    const row = inverse.subarray(i * n, i * n + i + 1);
    for (let j = 0; j < i; j++) {
      const factor = lower[i * n + j]!;
      if (factor === 0) continue;
      const other = j * n;
      for (let c = 0; c <= j; c++) row[c]! -= factor * inverse[other + c]!;
    }
    row[i] = 1;
    const pivot = lower[i * n + i]!;
    for (let c = 0; c <= i; c++) row[c]! /= pivot;
  }
  const turned = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) turned[j * n + i] = inverse[i * n + j]!;
  return turned;
}
