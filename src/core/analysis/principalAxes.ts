// Eigenvectors of symmetric matrices, by which decompositions of weights find their best approximation.
import { EVD, Matrix } from 'ml-matrix';

export interface PrincipalAxes {
  /** Eigenvalues in descending order. */
  readonly values: Float64Array;
  /** Row i is the unit eigenvector of eigenvalue i. */
  readonly axes: readonly Float64Array[];
}

/**
 * All eigenvalues and eigenvectors of a symmetric matrix [n, n], row-major. They take time that grows with n³ and cannot
 * be interrupted: 768 take about two seconds.
 */
export function principalAxes(matrix: Float64Array, n: number): PrincipalAxes {
  const rows = Array.from({ length: n }, (_, i) => matrix.subarray(i * n, (i + 1) * n));
  const { realEigenvalues, eigenvectorMatrix } = new EVD(new Matrix(rows.map((row) => [...row])), {
    assumeSymmetric: true,
  });
  const order = realEigenvalues
    .map((_, i) => i)
    .toSorted((a, b) => realEigenvalues[b]! - realEigenvalues[a]!);
  return {
    values: Float64Array.from(order, (i) => realEigenvalues[i]!),
    axes: order.map((column) => Float64Array.from({ length: n }, (_, i) => eigenvectorMatrix.get(i, column))),
  };
}
