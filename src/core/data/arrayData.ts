// Arrays of numbers as a data set: the first axis counts samples.
import { isFloat } from '../ir/elementType';
import { numbersWithin, tensorChunks, tensorNumbers } from '../ir/numbers';
import type { Tensor } from '../ir/tensor';
import { dataProblem } from './dataProblem';
import type { DataSet, SampleInput } from './dataSet';
import { arrayTargets, type TargetKind } from './targets';

export interface NamedArray {
  readonly name: string;
  readonly tensor: Tensor;
}

/**
 * The arrays [count, ...] as inputs, and what is to be predicted where there is something. Throws DATA_INVALID, saying
 * which array does not fit.
 */
export function arrayData(
  name: string,
  inputs: readonly NamedArray[],
  targets?: NamedArray,
  kind?: TargetKind,
): DataSet {
  const [first] = inputs;
  const count = first?.tensor.shape[0];
  if (!first || count === undefined || count === 0) return dataProblem(name, 'it holds no samples');
  const arrays = targets ? [...inputs, targets] : inputs;
  for (const { name: array, tensor } of arrays) {
    if (tensor.shape[0] !== count) {
      return dataProblem(
        name,
        `${first.name} holds ${count} samples, but ${array} ${tensor.shape[0] ?? 'is a single number'}`,
      );
    }
    requireFinite(name, array, tensor);
  }
  const readers = inputs.map((input) => inputReader(name, input));
  const predicted = targets && predictedOf(name, targets, kind);
  const width = predicted && 'values' in predicted ? predicted.values.length / count : 0;
  return {
    name,
    count,
    inputs: readers.map(({ input }) => input),
    ...(predicted && { targets: predicted.targets }),
    ...(predicted && 'labels' in predicted && { labels: predicted.labels }),
    rows: async (indices) => ({
      count: indices.length,
      inputs: readers.map((reader) => reader.read(indices)),
      ...(predicted &&
        'labels' in predicted && {
          labels: Int32Array.from(indices, (index) => predicted.labels[index]!),
        }),
      ...(predicted && 'values' in predicted && { values: gatherRows(predicted.values, indices, width) }),
    }),
  };
}

function predictedOf(
  name: string,
  { name: array, tensor }: NamedArray,
  kind: TargetKind | undefined,
): ReturnType<typeof arrayTargets> {
  const numbers = tensorNumbers(tensor);
  return arrayTargets(`${name}: ${array}`, numbers, tensor.shape, !isFloat(tensor.type), kind);
}

interface InputReader {
  readonly input: SampleInput;
  read(indices: ArrayLike<number>): Float32Array;
}

function inputReader(data: string, { name, tensor }: NamedArray): InputReader {
  const [, ...rest] = tensor.shape;
  const stored = rest.length === 0 ? [1] : rest;
  const length = stored.reduce((product, dimension) => product * dimension, 1);
  if (length === 0) return dataProblem(data, `samples of ${name} are empty`);
  const channels = channelsAtEnd(stored);
  const shape = channels === undefined ? stored : [channels, stored[0]!, stored[1]!];
  // Bytes of an image are from 0 to 255, as everywhere; bytes in a row of numbers are numbers.
  const unit = tensor.type === 'uint8' && stored.length > 1 ? 255 : 1;
  return {
    input: { name, shape },
    read: (indices) => {
      const values = new Float32Array(indices.length * length);
      for (let row = 0; row < indices.length; row++) {
        const sample = numbersWithin(tensor, indices[row]! * length, length);
        const target = values.subarray(row * length, (row + 1) * length);
        if (channels !== undefined) toChannelsFirst(sample, target, channels);
        else target.set(sample);
        if (unit !== 1) for (let i = 0; i < length; i++) target[i]! /= unit;
      }
      return values;
    },
  };
}

const mostChannels = 4;
const channelCounts = new Set([1, 3, mostChannels]);

/** The number of channels of an image [height, width, channels]; undefined for anything else. */
function channelsAtEnd(shape: readonly number[]): number | undefined {
  const [height = 0, width = 0, last = 0] = shape;
  const areImages = shape.length === 3 && Math.min(height, width) > mostChannels;
  return areImages && channelCounts.has(last) ? last : undefined;
}

function toChannelsFirst(sample: ArrayLike<number>, target: Float32Array, channels: number): void {
  const pixels = target.length / channels;
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let channel = 0; channel < channels; channel++) {
      target[channel * pixels + pixel] = sample[pixel * channels + channel]!;
    }
  }
}

/** A number that is none makes every loss one; it is better found before training than as its end. */
function requireFinite(data: string, array: string, tensor: Tensor): void {
  if (!isFloat(tensor.type)) return;
  let seen = 0;
  for (const chunk of tensorChunks(tensor)) {
    const at = chunk.findIndex((value) => !Number.isFinite(value));
    if (at >= 0) {
      const sample = Math.floor((seen + at) / (tensor.elements / tensor.shape[0]!));
      return dataProblem(data, `sample ${sample} of ${array} holds ${chunk[at]}`);
    }
    seen += chunk.length;
  }
}

function gatherRows(values: Float32Array, indices: ArrayLike<number>, width: number): Float32Array {
  const rows = new Float32Array(indices.length * width);
  for (let row = 0; row < indices.length; row++) {
    const from = indices[row]! * width;
    rows.set(values.subarray(from, from + width), row * width);
  }
  return rows;
}
