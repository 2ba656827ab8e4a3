// Whether the original itself gets its samples as it was trained on them: it is measured on samples that are prepared
// in the other usual ways.
import { note } from '../../../shared/base/messages';
import { formatPercent } from '../../../shared/base/numbers';
import type { CauseView } from '../../../shared/contracts/triageViews';
import { variantMeter } from '../../analysis/variantMeter';
import type { DataSet } from '../../data/dataSet';
import type { Model } from '../../ir/graph';

interface Preparation {
  /** What is done to the samples, in words. */
  readonly change: string;
  /** Undefined where it is not for samples of this shape. */
  readonly apply: (values: Float32Array, shape: readonly number[]) => Float32Array | undefined;
}

const preparations: readonly Preparation[] = [
  { change: 'multiplied by 255', apply: (values) => values.map((value) => 255 * value) },
  { change: 'divided by 255', apply: (values) => values.map((value) => value / 255) },
  { change: 'brought from 0..1 to −1..1', apply: (values) => values.map((value) => 2 * value - 1) },
  { change: 'brought from 0..255 to −1..1', apply: (values) => values.map((value) => value / 127.5 - 1) },
  { change: 'brought to mean 0 and deviation 1', apply: standardized },
  { change: 'inverted', apply: inverted },
  { change: 'given with channels in the opposite order', apply: reversedChannels },
];

/** So much better must the original be for another preparation to be the right one. */
const leastGain = 0.1;

export interface PreparationTask {
  readonly original: Model;
  readonly data: DataSet;
  readonly samples: number;
  /** Accuracy of the original on the data as they are. */
  readonly accuracy: number;
  readonly signal: AbortSignal;
}

export async function preparationCauses(task: PreparationTask): Promise<readonly CauseView[]> {
  const { original, data, samples: limit, accuracy, signal } = task;
  let best: { readonly change: string; readonly accuracy: number } | undefined;
  for (const { change, apply } of preparations) {
    const prepared = preparedData(data, apply);
    if (!prepared) continue;
    const meter = await variantMeter(original, prepared, { limit, signal });
    await meter.dispose();
    const reached = meter.baseline.accuracy ?? 0;
    if (reached > (best?.accuracy ?? 0)) best = { change, accuracy: reached };
  }
  if (!best || best.accuracy < accuracy + leastGain) return [];
  return [
    {
      kind: 'preparation',
      where: [],
      recovered: null,
      evidence: note('CAUSE_DATA_PREPARATION', {
        before: formatPercent(accuracy, 1),
        after: formatPercent(best.accuracy, 1),
        change: best.change,
      }),
      advice: note('ADVICE_DATA_PREPARATION', {}),
    },
  ];
}

function preparedData(data: DataSet, apply: Preparation['apply']): DataSet | undefined {
  const [input, ...others] = data.inputs;
  if (!input || others.length > 0 || !apply(new Float32Array(sizeOf(input.shape)), input.shape))
    return undefined;
  return {
    ...data,
    rows: async (indices) => {
      const batch = await data.rows(indices);
      return { ...batch, inputs: [apply(batch.inputs[0]!, input.shape)!] };
    },
  };
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** By mean and deviation of the batch. */
function standardized(values: Float32Array): Float32Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  const deviation = variance > 0 ? Math.sqrt(variance) : 1;
  return values.map((value) => (value - mean) / deviation);
}

/** Dark for light, within the range of the batch. */
function inverted(values: Float32Array): Float32Array {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return values.map((value) => low + high - value);
}

/** Of images, which are channels first. */
function reversedChannels(values: Float32Array, shape: readonly number[]): Float32Array | undefined {
  const [channels = 1, height = 1, width = 1] = shape;
  if (shape.length !== 3 || channels !== 3) return undefined;
  const plane = height * width;
  const turned = new Float32Array(values.length);
  for (let start = 0; start < values.length; start += plane) {
    const channel = (start / plane) % channels;
    turned.set(values.subarray(start, start + plane), start + (channels - 1 - 2 * channel) * plane);
  }
  return turned;
}
