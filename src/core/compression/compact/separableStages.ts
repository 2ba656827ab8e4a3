// A convolution as a depthwise one and a pointwise one, as MobileNets are built (Howard et al., "MobileNets: Efficient
// Convolutional Neural Networks for Mobile Vision Applications", 2017). The kernels are those that come nearest to the
// original weights: Denton, Zaremba, Bruna, LeCun, Fergus, "Exploiting Linear Structure Within Convolutional Networks
// for Efficient Evaluation", 2014, approximate each input channel's slice by products in this way.
import { principalAxes } from '../../analysis/principalAxes';
import type { Pause } from '../../ir/pacing';
import type { Stage, StageShape, WeightBlock } from './stage';

/**
 * The slice W[:, i, :] of input channel i, a matrix [outputs, positions], becomes Σₘ p[:, i, m] · d[i, m, :] with
 * `multiplier` terms: the largest of its singular value decomposition, which no other choice comes nearer with (Eckart
 * and Young, 1936). The slices share nothing, so that the whole is the best approximation too. `moments` are Σ x xᵀ
 * [positions, positions] of the windows of each channel: with them the error of p·dᵀ is that of its outputs.
 */
export async function separableStages(
  { outputs, channels, positions, values }: WeightBlock,
  multiplier: number,
  pause: Pause,
  moments?: (channel: number) => Float64Array,
): Promise<readonly Stage[]> {
  const [first, second] = separableShapes({ outputs, channels, positions }, multiplier);
  const between = channels * multiplier;
  const depthwise = new Float64Array(between * positions);
  const pointwise = new Float64Array(outputs * between);
  const slice = new Float64Array(outputs * positions);
  for (let channel = 0; channel < channels; channel++) {
    await pause();
    for (let o = 0; o < outputs; o++) {
      const from = (o * channels + channel) * positions;
      slice.set(values.subarray(from, from + positions), o * positions);
    }
    const terms = sliceTerms({ slice, outputs, positions }, multiplier, moments?.(channel));
    for (const [m, { kernel, factors }] of terms.entries()) {
      const place = channel * multiplier + m;
      depthwise.set(kernel, place * positions);
      for (let o = 0; o < outputs; o++) pointwise[o * between + place] = factors[o]!;
    }
  }
  return [
    { ...first, weights: depthwise },
    { ...second, weights: pointwise },
  ];
}

/** `multiplier` depthwise kernels for each input channel, and what puts them together. */
export function separableShapes(
  { outputs, channels, positions }: Omit<WeightBlock, 'values'>,
  multiplier: number,
): readonly [StageShape, StageShape] {
  const between = channels * multiplier;
  return [
    { name: 'depthwise', outputs: between, channels, groups: channels, slides: true, positions },
    { name: 'pointwise', outputs, channels: between, groups: 1, slides: false, positions: 1 },
  ];
}

interface Slice {
  /** [outputs, positions]. */
  readonly slice: Float64Array;
  readonly outputs: number;
  readonly positions: number;
}

interface Term {
  /** d, [positions]. */
  readonly kernel: Float64Array;
  /** p, [outputs]. */
  readonly factors: Float64Array;
}

/**
 * With the eigenvectors v of MᵀM, or of RᵀMᵀMR where the moments are RRᵀ, d = R⁻ᵀv and p = M·R·v. Both get the root of
 * the singular value, so that training finds them at the same scale.
 */
function sliceTerms({ slice, outputs, positions }: Slice, count: number, moments?: Float64Array): Term[] {
  const { root, inverse } = moments ? roots(moments, positions) : { root: undefined, inverse: undefined };
  const seen = root ? timesSymmetric(slice, outputs, root, positions) : slice;
  const { values, axes } = principalAxes(innerProducts(seen, outputs, positions), positions);
  return Array.from({ length: count }, (_, m) => {
    const axis = axes[m]!;
    const scale = Math.sqrt(Math.sqrt(Math.max(0, values[m]!))) || 1;
    const kernel = inverse ? timesSymmetric(axis, 1, inverse, positions) : axis;
    const factors = new Float64Array(outputs);
    for (let o = 0; o < outputs; o++) {
      let sum = 0;
      for (let k = 0; k < positions; k++) sum += seen[o * positions + k]! * axis[k]!;
      factors[o] = sum / scale;
    }
    return { kernel: kernel.map((value) => value * scale), factors };
  });
}

/** Eigenvalues of the moments below this part of the largest are no directions that the data has. */
const smallestPart = 1e-6;

/** The symmetric square root of moments and its inverse, with what the data hardly has raised to `smallestPart`. */
function roots(
  moments: Float64Array,
  n: number,
):
  | { readonly root: Float64Array; readonly inverse: Float64Array }
  | { readonly root?: undefined; readonly inverse?: undefined } {
  const { values, axes } = principalAxes(moments, n);
  const largest = values[0]!;
  if (!(largest > 0) || largest === Infinity) return {};
  const root = new Float64Array(n * n);
  const inverse = new Float64Array(n * n);
  for (const [i, axis] of axes.entries()) {
    const scale = Math.sqrt(Math.max(values[i]!, smallestPart * largest));
    for (let a = 0; a < n; a++) {
      for (let b = 0; b < n; b++) {
        const product = axis[a]! * axis[b]!;
        root[a * n + b]! += product * scale;
        inverse[a * n + b]! += product / scale;
      }
    }
  }
  return { root, inverse };
}

/** A · S of a matrix [rows, n] and a symmetric one. */
function timesSymmetric(a: Float64Array, rows: number, s: Float64Array, n: number): Float64Array {
  const result = new Float64Array(rows * n);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < n; k++) {
      const factor = a[i * n + k]!;
      if (factor === 0) continue;
      for (let j = 0; j < n; j++) result[i * n + j]! += factor * s[k * n + j]!;
    }
  }
  return result;
}

/** AᵀA of a matrix [rows, n]. */
function innerProducts(a: Float64Array, rows: number, n: number): Float64Array {
  const result = new Float64Array(n * n);
  for (let r = 0; r < rows; r++) {
    const row = a.subarray(r * n, (r + 1) * n);
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) result[i * n + j]! += row[i]! * row[j]!;
  }
  return result;
}
