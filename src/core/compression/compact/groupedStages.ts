// A convolution as a grouped one, a channel shuffle and a grouped pointwise one, as ShuffleNet mixes its groups (X. Zhang,
// X. Zhou, M. Lin, J. Sun, "ShuffleNet: An Extremely Efficient Convolutional Neural Network for Mobile Devices", 2018).
import { principalAxes } from '../../analysis/principalAxes';
import type { Pause } from '../../ir/pacing';
import { momentsWithin, product, productOfRows, stacked } from './matrices';
import type { BlockSize, Stage, StageShape, WeightBlock } from './stage';

/** As many channels between the two as there are outputs, rounded up to what can be shuffled. */
export function groupedShapes(
  { outputs, channels, positions }: BlockSize,
  groups: number,
): readonly [StageShape, StageShape] {
  const between = groups * groups * termsOf(outputs, groups);
  return [
    { name: 'grouped', outputs: between, channels, groups, slides: true, positions, shuffles: groups },
    { name: 'pointwise', outputs, channels: between, groups, slides: false, positions: 1 },
  ];
}

/** Channels that lead from one group of the first to one group of the second. */
function termsOf(outputs: number, groups: number): number {
  return Math.ceil(outputs / (groups * groups));
}

/**
 * Group h of the outputs gets from group j of the channels what t of the channels between carry, and nothing else does:
 * so the block W[h, j], a matrix [outputs / groups, channels / groups · positions], becomes its best approximation of
 * rank t, and all of them together are the best that the form can express for these groups. Which channels are a group
 * follows from their order. `moments` are Σ x xᵀ of what the layer gets, as in `Fit`.
 */
export async function groupedStages(
  block: WeightBlock,
  groups: number,
  pause: Pause,
  moments?: Float64Array,
): Promise<readonly Stage[]> {
  const { outputs, channels, positions } = block;
  const [first, second] = groupedShapes({ outputs, channels, positions }, groups);
  const terms = termsOf(outputs, groups);
  const [rows, columns] = [outputs / groups, (channels / groups) * positions];
  const grouped = new Float64Array(first.outputs * columns);
  const pointwise = new Float64Array(outputs * terms * groups);
  for (let j = 0; j < groups; j++) {
    const own = moments && momentsWithin(moments, channels * positions, j * columns, columns);
    for (let h = 0; h < groups; h++) {
      const part = blockWithin(block, { h, j, rows, columns });
      const seen = own ? await product(part, own, { m: rows, k: columns, n: columns }, pause) : part;
      const gram = await productOfRows(seen, part, { m: rows, k: columns, n: rows }, pause);
      const { axes } = await principalAxes(gram, rows, Math.min(terms, rows), pause);
      const factors = await product(stacked(axes), part, { m: axes.length, k: rows, n: columns }, pause);
      for (const [t, axis] of axes.entries()) {
        const output = (j * groups + h) * terms + t;
        grouped.set(factors.subarray(t * columns, (t + 1) * columns), output * columns);
        for (let o = 0; o < rows; o++) pointwise[(h * rows + o) * terms * groups + t * groups + j] = axis[o]!;
      }
    }
  }
  return [
    { ...first, weights: grouped },
    { ...second, weights: pointwise },
  ];
}

interface BlockPlace {
  readonly h: number;
  readonly j: number;
  readonly rows: number;
  readonly columns: number;
}

function blockWithin(block: WeightBlock, { h, j, rows, columns }: BlockPlace): Float64Array {
  const features = block.channels * block.positions;
  return stacked(
    Array.from({ length: rows }, (_, o) => {
      const from = (h * rows + o) * features + j * columns;
      return block.values.subarray(from, from + columns);
    }),
  );
}
