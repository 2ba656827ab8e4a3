// The form of the step lowRank: how many channels are between the stages, and by which method they are found.
import { principalAxes } from '../../analysis/principalAxes';
import type { CompactForm, Fit } from './compactForm';
import { blockSize, type LinearShape } from './linearLayers';
import { reasonTooNarrow } from './narrowness';
import { stageParameters, type BlockSize, type StageShape, type WeightBlock } from './stage';
import { channelGram, outputGram, tuckerShapes, tuckerStages, type TuckerRanks } from './tuckerStages';

export interface LowRankOptions {
  /** Where not given, tucker2 for convolutions with a kernel of several elements and svd for all others. */
  readonly method?: 'svd' | 'tucker2' | undefined;
  /** Of the three that say how many channels there are, one is given. */
  readonly rank?: number | undefined;
  readonly energy?: number | undefined;
  readonly ratio?: number | undefined;
}

/**
 * The singular value decomposition of a matrix (of a convolution, outputs by channels · positions: Jaderberg, Vedaldi,
 * Zisserman, "Speeding up Convolutional Neural Networks with Low Rank Expansions", 2014, and Denton et al., 2014), or
 * Tucker-2 of a convolution.
 */
export function lowRankForm(options: LowRankOptions): CompactForm {
  const shapes = (layer: LinearShape): readonly StageShape[] | string | undefined => {
    const method = methodOf(layer, options);
    if (method === 'none') return 'a decomposition by tucker2 needs a kernel of several elements';
    const size = blockSize(layer);
    const ranks = ranksOf(size, method, options);
    if (ranks === undefined || typeof ranks === 'string') return ranks;
    return tooLarge(size, ranks) ?? tuckerShapes(size, ranks);
  };
  return {
    shapes,
    // A rank is what somebody wants; a ratio may leave a small layer next to nothing.
    doubt: (layer) => {
      const found = options.ratio === undefined ? undefined : shapes(layer);
      return typeof found === 'object' ? reasonTooNarrow(found) : undefined;
    },
    stages: async (layer, block, fit) => {
      const method = methodOf(layer, options) === 'tucker2' ? 'tucker2' : 'svd';
      const ranks =
        ranksOf(block, method, options) ?? (await ranksForEnergy(block, method, options.energy ?? 1, fit));
      if (typeof ranks === 'string') return ranks;
      return tooLarge(block, ranks) ?? tuckerStages(block, ranks, fit.pause, fit.moments);
    },
  };
}

type Method = 'svd' | 'tucker2';

function methodOf(layer: LinearShape, { method }: LowRankOptions): Method | 'none' {
  const hasKernel = blockSize(layer).positions > 1;
  if (method === 'tucker2' && !hasKernel) return 'none';
  return method ?? (hasKernel ? 'tucker2' : 'svd');
}

/** The ranks as far as shapes tell, or the reason in words why there are none. */
function ranksOf(
  size: BlockSize,
  method: Method,
  { rank, ratio }: LowRankOptions,
): TuckerRanks | string | undefined {
  if (rank !== undefined) return ranksFor(size, method, rank);
  return ratio === undefined ? undefined : ranksWithin(size, method, ratio);
}

function ranksFor(
  { outputs, channels, positions }: BlockSize,
  method: Method,
  rank: number,
): TuckerRanks | string {
  const full = method === 'svd' ? Math.min(outputs, channels * positions) : Math.max(outputs, channels);
  if (rank >= full) return `the rank ${rank} is not below its full rank of ${full}`;
  return {
    channels: method === 'svd' ? channels : Math.min(rank, channels),
    outputs: Math.min(rank, outputs),
  };
}

/** The largest ranks with which at most that part of the weights remains; both sides by the same factor. */
function ranksWithin(size: BlockSize, method: Method, ratio: number): TuckerRanks | string {
  const { outputs, channels, positions } = size;
  const most = ratio * outputs * channels * positions;
  for (let rank = Math.min(outputs, channels * positions); rank > 0; rank--) {
    const ranks: TuckerRanks = {
      outputs: rank,
      channels: method === 'svd' ? channels : Math.max(1, Math.round((channels * rank) / outputs)),
    };
    if (stageParameters(tuckerShapes(size, ranks)) <= most) return ranks;
  }
  return `no rank leaves so few weights as a ratio of ${ratio} allows`;
}

/**
 * The smallest ranks that keep the part of the squared singular values. Both sides of Tucker-2 lose half of what may be
 * lost, because the error of both together is at most their sum.
 */
async function ranksForEnergy(
  block: WeightBlock,
  method: Method,
  energy: number,
  { pause, moments }: Fit,
): Promise<TuckerRanks | string> {
  const { outputs, channels } = block;
  const unbounded = tooLarge(block, { channels, outputs });
  if (unbounded !== undefined) return unbounded;
  const kept = method === 'svd' ? energy : 1 - (1 - energy) / 2;
  const ofOutputs = await principalAxes(await outputGram(block, pause, moments), outputs, outputs, pause);
  const ranks = { channels, outputs: smallestRank(ofOutputs.values, kept) };
  if (method === 'svd') return ranks;
  const ofChannels = await principalAxes(await channelGram(block, pause), channels, channels, pause);
  return { ...ranks, channels: smallestRank(ofChannels.values, kept) };
}

function smallestRank(values: Float64Array, kept: number): number {
  const total = values.reduce((sum, value) => sum + Math.max(0, value), 0);
  let sum = 0;
  const at = values.findIndex((value) => (sum += value) >= kept * total * (1 - 1e-12));
  return at === -1 ? values.length : at + 1;
}

/** Multiplications of a decomposition that takes minutes. */
const mostWork = 2e11;

/** Why a decomposition takes too long, in words; undefined where it does not. */
function tooLarge({ outputs, channels, positions }: BlockSize, ranks: TuckerRanks): string | undefined {
  const work =
    axesWork(outputs, channels * positions, ranks.outputs) +
    (ranks.channels < channels ? axesWork(channels, outputs * positions, ranks.channels) : 0);
  return work > mostWork
    ? `the decomposition of ${outputs} × ${channels * positions} weights would take too long`
    : undefined;
}

/** Products of all pairs of lines, and about as many as the leading axes of these take. */
function axesWork(n: number, length: number, rank: number): number {
  return n * n * length + Math.min(30 * n ** 3, 26 * n * n * (rank + 16));
}
