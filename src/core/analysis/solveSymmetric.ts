// Solutions of symmetric positive definite systems, by which layers are fitted to what they get.
import { CholeskyDecomposition, Matrix } from 'ml-matrix';

/**
 * X [n, columns] with A X = B for a symmetric positive definite A [n, n], all row-major; undefined where A is none. Takes
 * time that grows with n³ and cannot be interrupted: 512 take a quarter of a second.
 */
export function solveSymmetric(
  a: Float64Array,
  n: number,
  b: Float64Array,
  columns: number,
): Float64Array | undefined {
  if (!a.every(Number.isFinite)) return undefined;
  // The library wants it to be symmetric to the last bit, which sums in another order are not.
  const symmetric = a.map((value, i) => (value + a[(i % n) * n + Math.floor(i / n)]!) / 2);
  const factors = new CholeskyDecomposition(matrixOf(symmetric, n, n));
  if (!factors.isPositiveDefinite()) return undefined;
  return Float64Array.from(factors.solve(matrixOf(b, n, columns)).to1DArray());
}

function matrixOf(values: Float64Array, rows: number, columns: number): Matrix {
  const matrix = Matrix.zeros(rows, columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) matrix.set(i, j, values[i * columns + j]!);
  return matrix;
}
