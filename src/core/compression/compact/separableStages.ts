// A convolution as a depthwise one and a pointwise one, as MobileNets are built (Howard et al., "MobileNets: Efficient
// Convolutional Neural Networks for Mobile Vision Applications", 2017). The kernels are those that come nearest to the
// original weights: Denton, Zaremba, Bruna, LeCun, Fergus, "Exploiting Linear Structure Within Convolutional Networks
// for Efficient Evaluation", 2014, approximate each input channel's slice by products in this way.
import { principalAxes } from '../../analysis/principalAxes';
import type { Pause } from '../../ir/pacing';
import { product, productOfRows, transposed } from './matrices';
import type { BlockSize, Stage, StageShape, WeightBlock } from './stage';

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
    const terms = await sliceTerms({ slice, outputs, positions }, multiplier, pause, moments?.(channel));
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
  { outputs, channels, positions }: BlockSize,
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
 * With the eigenvectors v of MᵀM, or of RMᵀMR where the moments are R², d = v and p = M·v, or d = R⁻¹v and p = M·R·v. A
 * slice of smaller rank has fewer terms; the others get kernels too, which the next stage multiplies with zeros.
 */
async function sliceTerms(
  { slice, outputs, positions }: Slice,
  count: number,
  pause: Pause,
  moments?: Float64Array,
): Promise<readonly Term[]> {
  const square = { m: outputs, k: positions, n: positions };
  const roots = moments && (await rootsOf(moments, positions, pause));
  const seen = roots ? await product(slice, roots.root, square, pause) : slice;
  const columns = transposed(seen, outputs, positions);
  const gram = await productOfRows(columns, columns, { m: positions, k: outputs, n: positions }, pause);
  const { axes } = await principalAxes(gram, positions, count, pause);
  const terms: Term[] = [];
  for (const axis of axes) {
    const factors = await productOfRows(seen, axis, { m: outputs, k: positions, n: 1 }, pause);
    const kernel = roots
      ? await product(axis, roots.inverse, { m: 1, k: positions, n: positions }, pause)
      : axis;
    terms.push({ kernel, factors });
  }
  return terms;
}

/** Eigenvalues of the moments below this part of the largest are raised to it: the data hardly has those directions. */
const smallestPart = 1e-6;

interface Roots {
  readonly root: Float64Array;
  readonly inverse: Float64Array;
}

/** The symmetric square root of moments, and its inverse; undefined where a channel is always zero. */
async function rootsOf(moments: Float64Array, n: number, pause: Pause): Promise<Roots | undefined> {
  const { values, axes } = await principalAxes(moments, n, n, pause);
  const largest = values[0]!;
  if (!(largest > 0)) return undefined;
  const root = new Float64Array(n * n);
  const inverse = new Float64Array(n * n);
  for (const [i, axis] of axes.entries()) {
    const scale = Math.sqrt(Math.max(values[i]!, smallestPart * largest));
    for (let a = 0; a < n; a++) {
      for (let b = 0; b < n; b++) {
        const outer = axis[a]! * axis[b]!;
        root[a * n + b]! += outer * scale;
        inverse[a * n + b]! += outer / scale;
      }
    }
  }
  return { root, inverse };
}
