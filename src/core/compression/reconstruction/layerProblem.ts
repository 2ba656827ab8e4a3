// A layer as a least squares problem: which weights give nearly the outputs of the given ones, under what a method asks
// of them. Pruning and rounding both solve it by the inverse of the Hessian of the squared error, which is 2·XᵀX.
import type { WeightMatrix } from '../../analysis/weightProducts';
import type { Pause } from '../../ir/pacing';
import { inverseFactor } from './inverseFactor';

export interface LayerProblem {
  /** Row-major [rows, features]: one row for each output. */
  readonly weights: Float64Array;
  readonly rows: number;
  readonly features: number;
  /** Row-major [features, features]: XᵀX of the layer's inputs. */
  readonly gram: Float64Array;
}

/** Added to the diagonal as a part of its mean, so that inputs which are always zero have an inverse (SparseGPT, appendix A). */
const damping = 0.01;

/** The upper triangular U with (XᵀX + λI)⁻¹ = UᵀU, or undefined where `gram` holds numbers that are not finite. */
export async function dampedFactor(
  { gram, features }: Pick<LayerProblem, 'gram' | 'features'>,
  pause: Pause,
): Promise<Float64Array | undefined> {
  let trace = 0;
  for (let i = 0; i < features; i++) trace += gram[i * features + i]!;
  if (!gram.every(Number.isFinite)) return undefined;
  // Inputs that are all zero make every choice as good as the other.
  const step = trace > 0 ? (damping * trace) / features : 1;
  for (let added = step; ; added *= 10) {
    const damped = gram.slice();
    for (let i = 0; i < features; i++) damped[i * features + i]! += added;
    const factor = await inverseFactor(damped, features, pause);
    if (factor) return factor;
  }
}

/** Δw·G·Δw of the change of one row: the sum over all inputs of the squared change of the output. */
export function squaredError(before: Float64Array, after: Float64Array, gram: Float64Array): number {
  const n = before.length;
  const change = before.map((weight, j) => weight - after[j]!);
  let error = 0;
  for (let i = 0; i < n; i++) {
    if (change[i] === 0) continue;
    let sum = 0;
    for (let j = 0; j < n; j++) sum += gram[i * n + j]! * change[j]!;
    error += change[i]! * sum;
  }
  return error;
}

/** Where the elements of one group's rows are in the stored tensor, in the order of `LayerProblem.weights`. */
export function placesOfGroup(matrix: WeightMatrix, group: number): Uint32Array {
  const { outputs, features, outputStride, featureStride, groups } = matrix;
  const rows = outputs / groups;
  const places = new Uint32Array(rows * features);
  for (let row = 0, at = 0; row < rows; row++) {
    const first = (group * rows + row) * outputStride;
    for (let j = 0; j < features; j++) places[at++] = first + j * featureStride;
  }
  return places;
}
