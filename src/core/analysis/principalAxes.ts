// Leading eigenvectors of symmetric positive matrices, by which decompositions of weights find their best approximation.
import { EVD, Matrix } from 'ml-matrix';
import { normals } from '../../shared/base/random';
import type { Pause } from '../ir/pacing';

export interface PrincipalAxes {
  /** Eigenvalues in descending order. */
  readonly values: Float64Array;
  /** Row i is the unit eigenvector of eigenvalue i. */
  readonly axes: readonly Float64Array[];
}

/** Up to this size all eigenvectors are computed, which takes half a second then and grows with n³. */
const mostExact = 256;

/** Axes that are followed besides the wanted ones, and rounds: the error falls with each by the gap between them. */
const extraAxes = 16;
const rounds = 12;

/**
 * The `count` largest eigenvalues and eigenvectors of a symmetric matrix [n, n] without negative eigenvalues, row-major.
 * Of large matrices they are found by subspace iteration with a Rayleigh–Ritz step at the end (Halko, Martinsson, Tropp,
 * "Finding structure with randomness", 2011, algorithms 4.4 and 5.3), always the same for the same matrix: exact where
 * the others are zero, and where eigenvalues at the border hardly differ, nearly as good as those.
 */
export async function principalAxes(
  matrix: Float64Array,
  n: number,
  count: number,
  pause: Pause,
): Promise<PrincipalAxes> {
  const followed = Math.min(n, count + extraAxes);
  if (n <= mostExact || followed > 0.7 * n) return leading(eigenvectors(matrix, n), count);
  const start = normals(followed * n, n);
  let basis: Float64Array[] = Array.from({ length: followed }, (_, i) =>
    Float64Array.from(start.subarray(i * n, (i + 1) * n)),
  );
  await orthonormalize(basis, pause);
  for (let round = 0; round < rounds; round++) {
    basis = await applied(matrix, n, basis, pause);
    await orthonormalize(basis, pause);
  }
  const images = await applied(matrix, n, basis, pause);
  const inner = new Float64Array(followed * followed);
  for (const [i, a] of basis.entries()) {
    await pause();
    for (let j = 0; j <= i; j++) inner[i * followed + j] = inner[j * followed + i] = dot(a, images[j]!);
  }
  const { values, axes } = leading(eigenvectors(inner, followed), count);
  const turned: Float64Array[] = [];
  for (const axis of axes) {
    await pause();
    const sum = new Float64Array(n);
    for (const [i, factor] of axis.entries()) addTo(sum, basis[i]!, factor);
    turned.push(sum);
  }
  return { values, axes: turned };
}

/** All eigenvalues and eigenvectors, in descending order. */
function eigenvectors(matrix: Float64Array, n: number): PrincipalAxes {
  const dense = Matrix.zeros(n, n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) dense.set(i, j, matrix[i * n + j]!);
  const { realEigenvalues, eigenvectorMatrix } = new EVD(dense, { assumeSymmetric: true });
  const order = realEigenvalues
    .map((_, i) => i)
    .toSorted((a, b) => realEigenvalues[b]! - realEigenvalues[a]!);
  return {
    values: Float64Array.from(order, (i) => realEigenvalues[i]!),
    axes: order.map((column) => Float64Array.from({ length: n }, (_, i) => eigenvectorMatrix.get(i, column))),
  };
}

function leading({ values, axes }: PrincipalAxes, count: number): PrincipalAxes {
  return { values: values.slice(0, count), axes: axes.slice(0, count) };
}

/** The matrix times each vector. */
async function applied(
  matrix: Float64Array,
  n: number,
  vectors: readonly Float64Array[],
  pause: Pause,
): Promise<Float64Array[]> {
  const results: Float64Array[] = [];
  for (const vector of vectors) {
    await pause();
    // A symmetric matrix's rows are its columns, and rows lie together.
    const result = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      const factor = vector[i]!;
      if (factor === 0) continue;
      const from = i * n;
      for (let j = 0; j < n; j++) result[j]! += factor * matrix[from + j]!;
    }
    results.push(result);
  }
  return results;
}

/** Modified Gram–Schmidt in place, twice, because once leaves what rounding made of nearly parallel vectors. */
async function orthonormalize(vectors: readonly Float64Array[], pause: Pause): Promise<void> {
  for (const [i, vector] of vectors.entries()) {
    await pause();
    const before = Math.sqrt(dot(vector, vector));
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j < i; j++) addTo(vector, vectors[j]!, -dot(vector, vectors[j]!));
    }
    const norm = Math.sqrt(dot(vector, vector));
    // What lies in the span of the others is nothing of its own: it stays zero, and its eigenvalue is.
    const scale = norm > 1e-12 * before ? 1 / norm : 0;
    for (let k = 0; k < vector.length; k++) vector[k]! *= scale;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function addTo(sum: Float64Array, vector: Float64Array, factor: number): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += factor * vector[i]!;
}
