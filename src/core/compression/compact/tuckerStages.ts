// A layer through fewer channels: W ≈ U · core · V, where V mixes the input channels into fewer, the core has the kernel,
// and U makes the outputs of what comes out of it. With all input channels kept it is the singular value decomposition
// of W [outputs, channels · positions].
import { principalAxes } from '../../analysis/principalAxes';
import type { Pause } from '../../ir/pacing';
import { product, productOfRows, stacked, transposed } from './matrices';
import type { BlockSize, Stage, StageShape, WeightBlock } from './stage';

/** How many channels there are between the stages. */
export interface TuckerRanks {
  /** After the first; all of them where there is no such stage. */
  readonly channels: number;
  /** Before the last; all of them where there is no such stage. */
  readonly outputs: number;
}

/** Rounds of fitting one side to the other; more hardly change anything (Kim et al., 2016, use the first guess alone). */
const rounds = 3;

/** The stages of a block for the ranks. A side that keeps all of its channels has no stage. */
export function tuckerShapes(
  { outputs, channels, positions }: BlockSize,
  ranks: TuckerRanks,
): readonly StageShape[] {
  const point = { groups: 1, slides: false, positions: 1 };
  const shapes: StageShape[] = [];
  if (ranks.channels < channels) shapes.push({ name: 'reduce', outputs: ranks.channels, channels, ...point });
  const core = { outputs: ranks.outputs, channels: ranks.channels, groups: 1, slides: true, positions };
  // Without a first stage the core is what makes the channels fewer.
  shapes.push({ name: shapes.length === 0 ? 'reduce' : 'core', ...core });
  if (ranks.outputs < outputs) shapes.push({ name: 'expand', outputs, channels: ranks.outputs, ...point });
  return shapes;
}

/**
 * Tucker-2 decomposition as of Kim, Park, Yoo, Choi, Yang, Shin, "Compression of Deep Convolutional Neural Networks for
 * Fast and Low Power Mobile Applications", 2016: both sides are the leading singular vectors of their unfolding (HOSVD),
 * then those of the tensor as the other side lets it through, in turns (HOOI; De Lathauwer, De Moor, Vandewalle, "On the
 * best rank-1 and rank-(R1, …, RN) approximation of higher-order tensors", 2000). With `moments` M = Σ x xᵀ the side of
 * the outputs is the leading eigenvectors of W M Wᵀ, the principal axes of the outputs themselves (Zhang, Zou, He, Sun,
 * "Accelerating Very Deep Convolutional Networks for Classification and Detection", 2015, equation 5).
 */
export async function tuckerStages(
  block: WeightBlock,
  ranks: TuckerRanks,
  pause: Pause,
  moments?: Float64Array,
): Promise<readonly Stage[]> {
  const { outputs, channels, positions } = block;
  let out = ranks.outputs < outputs ? await outputAxes(block, ranks.outputs, pause, moments) : undefined;
  let into = ranks.channels < channels ? await channelAxes(block, ranks.channels, pause) : undefined;
  if (out && into) {
    // The axes of measured outputs are not those of the numbers alone: only the other side follows them.
    for (let round = 0; round < (moments ? 1 : rounds); round++) {
      into = await channelAxes(await withOutputs(block, out, ranks.outputs, pause), ranks.channels, pause);
      if (!moments) out = await outputAxes(withChannels(block, into, ranks.channels), ranks.outputs, pause);
    }
  }
  const narrow = into ? withChannels(block, into, ranks.channels) : block;
  const core = out ? await withOutputs(narrow, out, ranks.outputs, pause) : narrow;
  const weights = [into, core.values, out && transposed(out, ranks.outputs, outputs)].filter(
    (values) => values !== undefined,
  );
  return tuckerShapes({ outputs, channels, positions }, ranks).map((shape, i) => ({
    ...shape,
    weights: weights[i]!,
  }));
}

/** The leading eigenvectors of the side of the outputs, as rows [rank, outputs]. */
async function outputAxes(
  block: WeightBlock,
  rank: number,
  pause: Pause,
  moments?: Float64Array,
): Promise<Float64Array> {
  const gram = await outputGram(block, pause, moments);
  return stacked((await principalAxes(gram, block.outputs, rank, pause)).axes);
}

/** The same of the side of the channels: rows [rank, channels]. */
async function channelAxes(block: WeightBlock, rank: number, pause: Pause): Promise<Float64Array> {
  return stacked((await principalAxes(await channelGram(block, pause), block.channels, rank, pause)).axes);
}

/** W Wᵀ, or W M Wᵀ with moments M: [outputs, outputs]. */
export async function outputGram(
  { outputs, channels, positions, values }: WeightBlock,
  pause: Pause,
  moments?: Float64Array,
): Promise<Float64Array> {
  const features = channels * positions;
  const seen = moments
    ? await product(values, moments, { m: outputs, k: features, n: features }, pause)
    : values;
  return productOfRows(seen, values, { m: outputs, k: features, n: outputs }, pause);
}

/** Products of what each pair of channels is multiplied with: [channels, channels]. */
export async function channelGram(block: WeightBlock, pause: Pause): Promise<Float64Array> {
  const { outputs, channels, positions } = block;
  const unfolded = byChannel(block);
  return productOfRows(unfolded, unfolded, { m: channels, k: outputs * positions, n: channels }, pause);
}

/** [channels, outputs, positions]. */
function byChannel({ outputs, channels, positions, values }: WeightBlock): Float64Array {
  const unfolded = new Float64Array(values.length);
  for (let o = 0; o < outputs; o++) {
    for (let c = 0; c < channels; c++) {
      const from = (o * channels + c) * positions;
      unfolded.set(values.subarray(from, from + positions), (c * outputs + o) * positions);
    }
  }
  return unfolded;
}

/** The block as the rows [rank, outputs] see its outputs. */
async function withOutputs(
  { outputs, channels, positions, values }: WeightBlock,
  axes: Float64Array,
  rank: number,
  pause: Pause,
): Promise<WeightBlock> {
  const size = { m: rank, k: outputs, n: channels * positions };
  return { outputs: rank, channels, positions, values: await product(axes, values, size, pause) };
}

/** The block as the rows [rank, channels] see its channels. */
function withChannels(
  { outputs, channels, positions, values }: WeightBlock,
  axes: Float64Array,
  rank: number,
): WeightBlock {
  const result = new Float64Array(outputs * rank * positions);
  for (let o = 0; o < outputs; o++) {
    for (let r = 0; r < rank; r++) {
      const to = (o * rank + r) * positions;
      for (let c = 0; c < channels; c++) {
        const factor = axes[r * channels + c]!;
        const from = (o * channels + c) * positions;
        for (let k = 0; k < positions; k++) result[to + k]! += factor * values[from + k]!;
      }
    }
  }
  return { outputs, channels: rank, positions, values: result };
}
