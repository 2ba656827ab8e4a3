// Products of dense matrices in float64, row-major. They give other work its turn, because n³ is much.
import type { Pause } from '../../ir/pacing';

/** A · B of [m, k] and [k, n]. Zeros in A cost nothing. */
export async function product(
  a: Float64Array,
  b: Float64Array,
  { m, k, n }: { readonly m: number; readonly k: number; readonly n: number },
  pause: Pause,
): Promise<Float64Array> {
  const result = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    await pause();
    const row = result.subarray(i * n, (i + 1) * n);
    for (let p = 0; p < k; p++) {
      const factor = a[i * k + p]!;
      if (factor === 0) continue;
      const from = p * n;
      for (let j = 0; j < n; j++) row[j]! += factor * b[from + j]!;
    }
  }
  return result;
}

/** A · Bᵀ of [m, k] and [n, k]. */
export async function productOfRows(
  a: Float64Array,
  b: Float64Array,
  { m, k, n }: { readonly m: number; readonly k: number; readonly n: number },
  pause: Pause,
): Promise<Float64Array> {
  const result = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    await pause();
    const row = a.subarray(i * k, (i + 1) * k);
    for (let j = 0; j < n; j++) {
      const from = j * k;
      let sum = 0;
      for (let p = 0; p < k; p++) sum += row[p]! * b[from + p]!;
      result[i * n + j] = sum;
    }
  }
  return result;
}

/** The transpose of [m, n]. */
export function transposed(a: Float64Array, m: number, n: number): Float64Array {
  const result = new Float64Array(m * n);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) result[j * m + i] = a[i * n + j]!;
  return result;
}

/** Several rows as one matrix. */
export function stacked(rows: readonly Float64Array[]): Float64Array {
  const size = rows[0]?.length ?? 0;
  const result = new Float64Array(rows.length * size);
  for (const [i, row] of rows.entries()) result.set(row, i * size);
  return result;
}

/** Rows and columns from `start` on of a symmetric matrix [n, n]. */
export function momentsWithin(moments: Float64Array, n: number, start: number, count: number): Float64Array {
  return stacked(
    Array.from({ length: count }, (_, i) => {
      const from = (start + i) * n + start;
      return moments.subarray(from, from + count);
    }),
  );
}
