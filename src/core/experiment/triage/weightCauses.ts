// Whether the weights are guilty: they get the numbers of the original back, all together and layer by layer, and those
// with one grid for all channels get one grid for each.
import { note } from '../../../shared/base/messages';
import { formatPercent } from '../../../shared/base/numbers';
import type { CauseView } from '../../../shared/contracts/triageViews';
import { weightValues } from '../../analysis/weightValues';
import { channelLayout } from '../../compression/quantization/grids/gridLayout';
import { onGrid } from '../../compression/quantization/grids/onGrid';
import { uniformGrid } from '../../compression/quantization/grids/uniformGrid';
import { weightRanges } from '../../compression/quantization/grids/weightRanges';
import { elementTypes } from '../../ir/elementType';
import type { Model } from '../../ir/graph';
import { float32Tensor } from '../../ir/numbers';
import type { Pause } from '../../ir/pacing';
import type { Tensor } from '../../ir/tensor';
import { layersOf, type LayerTensor } from '../../operators/layers';
import type { HarmMeter } from './harmMeter';
import { integerWeights, type StoredIntegers } from './quantizers';
import { withWeights } from './variants';

/** A cause counts when so much of the harm is gone without it. */
export const leastPart = 0.2;

/** The quantized weights with their numbers before that, in the order of the graph. */
export type OriginalWeights = ReadonlyMap<StoredIntegers, Tensor>;

/**
 * The numbers before quantization of each weight that is stored as integers, from the first of the models that has a
 * weight of the same layer and size whose numbers are near: quantization may have changed the weights before.
 */
export function originalWeights(quantized: Model, candidates: readonly Model[]): OriginalWeights {
  const known = candidates.map(
    (model) => new Map(layersOf(model).map((layer) => [layer.label, layer.tensors])),
  );
  const pairs = integerWeights(quantized).flatMap((weight): [StoredIntegers, Tensor][] => {
    for (const layers of known) {
      const before = layers
        .get(weight.layer)
        ?.find(
          ({ role, tensor, dequantize }) =>
            role === 'weight' && !dequantize && tensor.elements === weight.tensor.elements,
        );
      if (before && areNear(before, weight)) return [[weight, asFloat32(before, weight.tensor.shape)]];
    }
    return [];
  });
  return new Map(pairs);
}

/** Whether the difference is smaller than the numbers themselves. */
function areNear(before: LayerTensor, after: LayerTensor): boolean {
  const [a, b] = [numbersOf(before), numbersOf(after)];
  let error = 0;
  let size = 0;
  for (const [i, value] of a.entries()) {
    error += (value - b[i]!) ** 2;
    size += value * value;
  }
  return error < size;
}

function numbersOf(stored: LayerTensor): Float32Array {
  const numbers = new Float32Array(stored.tensor.elements);
  let at = 0;
  for (const part of weightValues(stored).chunks()) {
    numbers.set(part, at);
    at += part.length;
  }
  return numbers;
}

/** In the shape in which the integers are stored, which may be another. */
function asFloat32(stored: LayerTensor, shape: readonly number[]): Tensor {
  return float32Tensor(stored.value, shape, numbersOf(stored));
}

export interface WeightFindings {
  readonly causes: readonly CauseView[];
  /** The part of the harm that is gone without rounded weights. */
  readonly recovered: number;
}

/** Measures twice for the whole, and once for each layer where the weights matter. */
export async function weightCauses(
  quantized: Model,
  weights: OriginalWeights,
  meter: HarmMeter,
  pause: Pause,
): Promise<WeightFindings> {
  if (weights.size === 0) return { causes: [], recovered: 0 };
  const recovered = await meter.recoveredBy(withWeights(quantized, weights));
  if (recovered < leastPart) return { causes: [], recovered };
  const layers = await guiltyLayers(quantized, weights, meter);
  const shared = new Map([...weights].filter(([weight]) => sharesOneGrid(weight)));
  const perChannel = await byChannel(shared, pause);
  const spared = perChannel.size === 0 ? 0 : await meter.recoveredBy(withWeights(quantized, perChannel));
  if (spared >= recovered / 2) {
    const guilty = layers.filter((layer) => [...shared.keys()].some((weight) => weight.layer === layer));
    const spread = await largestSpread(shared, guilty[0], pause);
    return {
      recovered,
      causes: [
        {
          kind: 'per-tensor',
          where: guilty,
          recovered: spared,
          evidence: note('CAUSE_PER_TENSOR', {
            layer: guilty[0] ?? '',
            spread: spread.toFixed(0),
            part: formatPercent(spared, 0),
          }),
          advice: note('ADVICE_PER_CHANNEL', {}),
        },
      ],
    };
  }
  return {
    recovered,
    causes: [
      {
        kind: 'weight-bits',
        where: layers,
        recovered,
        evidence: note('CAUSE_WEIGHT_BITS', { layer: layers[0] ?? '', part: formatPercent(recovered, 0) }),
        advice: note('ADVICE_WEIGHT_BITS', { layer: layers[0] ?? '' }),
      },
    ],
  };
}

/** The layers by what is gone when they alone get their numbers back, those that matter. */
async function guiltyLayers(quantized: Model, weights: OriginalWeights, meter: HarmMeter): Promise<string[]> {
  const parts: { readonly layer: string; readonly part: number }[] = [];
  for (const layer of new Set([...weights.keys()].map((weight) => weight.layer))) {
    const own = new Map([...weights].filter(([weight]) => weight.layer === layer));
    parts.push({ layer, part: await meter.recoveredBy(withWeights(quantized, own)) });
  }
  const sorted = parts.toSorted((a, b) => b.part - a.part);
  const most = sorted[0]?.part ?? 0;
  return sorted.filter(({ part }, i) => i === 0 || part >= most / 3).map(({ layer }) => layer);
}

function sharesOneGrid({ dequantize, outputAxis, tensor }: StoredIntegers): boolean {
  return dequantize.scale.elements === 1 && outputAxis !== undefined && (tensor.shape[outputAxis] ?? 1) > 1;
}

/** The numbers as they would be with a symmetric grid of as many bits for each channel. */
async function byChannel(weights: OriginalWeights, pause: Pause): Promise<Map<StoredIntegers, Tensor>> {
  const rounded = new Map<StoredIntegers, Tensor>();
  for (const [weight, values] of weights) {
    const layout = channelLayout(weight.tensor.shape, weight.outputAxis);
    const ranges = await weightRanges(values, layout, pause);
    if (!ranges) continue;
    const { bits } = elementTypes[weight.tensor.type];
    rounded.set(weight, onGrid(values, uniformGrid(layout, ranges, 'symmetric', bits)));
  }
  return rounded;
}

/** How many times larger the largest weight of one channel is than that of another. */
async function largestSpread(
  weights: OriginalWeights,
  layer: string | undefined,
  pause: Pause,
): Promise<number> {
  let spread = 1;
  for (const [weight, values] of weights) {
    if (weight.layer !== layer) continue;
    const ranges = await weightRanges(values, channelLayout(weight.tensor.shape, weight.outputAxis), pause);
    const sizes = (ranges ?? []).map(({ min, max }) => Math.max(-min, max)).filter((size) => size > 0);
    if (sizes.length > 0) spread = Math.max(spread, Math.max(...sizes) / Math.min(...sizes));
  }
  return spread;
}
