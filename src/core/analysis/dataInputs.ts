// Samples of a data set as inputs of a model: in the model's shape and type, and in batches of the size that it takes.
import { elementsOf } from '../ir/elements';
import { CounterweightError } from '../../shared/base/errors';
import { indicesFrom, type Batch, type DataSet, type SampleInput } from '../data/dataSet';
import { elementTypes, isFloat, isInteger, type ElementType } from '../ir/elementType';
import type { Shape } from '../ir/graph';
import type { RuntimeTensor, RuntimeValue } from '../runtime/runtime';
import { runtimeTensor } from './runtimeNumbers';
import type { Feeds } from './sampleInputs';

/** Samples in one run of a model whose batch is free. */
const freeBatch = 64;

export interface SampleBatch {
  readonly feeds: Feeds;
  /** Samples of the data set in it; the rest of a fixed batch repeats the last one. */
  readonly samples: number;
  readonly labels?: Int32Array;
  readonly values?: Float32Array;
}

export interface DataInputs {
  /** Samples in one run: as many as the model takes, or a number that suits where it leaves that free. */
  readonly samplesPerRun: number;
  /** Lays samples out as the model takes them, at most as many as fit in a run. What is so already is not copied. */
  place(batch: Batch): SampleBatch;
  /** The samples from `start` on, as many as one run takes but none from `end` on. */
  batch(start: number, end: number): Promise<SampleBatch>;
}

/** How a data set feeds the model with these inputs. Throws DATA_INVALID, saying what does not fit. */
export function dataInputs(data: DataSet, inputs: readonly RuntimeValue[]): DataInputs {
  const { fixedBatch, place } = placement(data, inputs);
  const samplesPerRun = fixedBatch ?? freeBatch;
  return {
    samplesPerRun,
    place,
    batch: async (start, end) =>
      place(await data.rows(indicesFrom(start, Math.min(end, start + samplesPerRun)))),
  };
}

/** What is known of the samples of a data set. */
type Samples = Pick<DataSet, 'name' | 'inputs'>;

export interface Placement extends Pick<DataInputs, 'place'> {
  /** Samples in one run, where the model's inputs do not leave that free. */
  readonly fixedBatch: number | undefined;
}

/** How samples are laid out for the model with these inputs. Throws DATA_INVALID, saying what does not fit. */
export function placement(data: Samples, inputs: readonly RuntimeValue[]): Placement {
  const filled = pairs(data, inputs).map(({ sample, index, input }) => ({
    index,
    input,
    layout: sampleLayout(data, sample, input),
  }));
  const [fixed, ...others] = new Set(filled.flatMap(({ layout }) => layout.batch ?? []));
  if (others.length > 0) fail(data, `the model's inputs take batches of different sizes`);
  const place: Placement['place'] = ({ count, inputs: arrays, labels, values }) => {
    const feeds: Record<string, RuntimeTensor> = {};
    for (const { index, input, layout } of filled) {
      if (isInteger(input.type)) requireWhole(data, arrays[index]!, input);
      feeds[input.name] = filledTensor(arrays[index]!, count, fixed ?? count, input, layout);
    }
    return { feeds, samples: count, ...(labels && { labels }), ...(values && { values }) };
  };
  return { fixedBatch: fixed, place };
}

interface Pair {
  readonly sample: SampleInput;
  /** Place of the sample's part in a batch. */
  readonly index: number;
  readonly input: RuntimeValue & { readonly type: ElementType };
}

/** Parts of a sample go to the model's inputs of their names, or in order where they have none. */
function pairs(data: Samples, inputs: readonly RuntimeValue[]): Pair[] {
  const parts = data.inputs.map((sample, index) => ({ sample, index }));
  const named = parts.some(({ sample }) => inputs.some(({ name }) => name === sample.name));
  if (!named && parts.length !== inputs.length) {
    return fail(
      data,
      `the model has ${counted(inputs.length, 'input')}, but data fills ${counted(parts.length, 'input')}`,
    );
  }
  return inputs.map((input, place): Pair => {
    const part = named ? parts.find(({ sample }) => sample.name === input.name) : parts[place];
    if (!part) {
      const names = data.inputs.map(({ name }) => name ?? '?').join(', ');
      return fail(data, `it has nothing for input ${input.name} of the model; it holds ${names}`);
    }
    const { type } = input;
    if (!type || !(isFloat(type) || isInteger(type))) {
      return fail(
        data,
        `input ${input.name} of the model takes ${type ?? 'no tensor'}, but the data are numbers`,
      );
    }
    return { ...part, input: { ...input, type } };
  });
}

/** A fraction would be cut off in silence, and with it all of an image from 0 to 1. */
function requireWhole(data: Samples, values: Float32Array, { name, type }: Pair['input']): void {
  const { bits, kind } = elementTypes[type];
  const least = kind === 'int' ? -(2 ** (bits - 1)) : 0;
  const most = kind === 'int' ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
  const wrong = values.find((value) => !Number.isInteger(value) || value < least || value > most);
  if (wrong === undefined) return;
  fail(
    data,
    `input ${name} of the model takes whole numbers (${type}) from ${least} to ${most}, but a sample holds ${wrong}`,
  );
}

function filledTensor(
  values: Float32Array,
  count: number,
  rows: number,
  { type }: Pair['input'],
  layout: SampleLayout,
): RuntimeTensor {
  const elements = elementsOf(layout.sample);
  const shape = layout.batched ? [rows, ...layout.sample] : layout.sample;
  const { place = (sample, target) => target.set(sample) } = layout;
  // What is there as the model takes it is not copied: batches are large, and steps are many.
  if (!layout.place && rows === count && type === 'float32')
    return { type, shape, data: values.subarray(0, rows * elements) };
  const content = new Float32Array(rows * elements);
  for (let row = 0; row < rows; row++) {
    const from = Math.min(row, count - 1) * elements;
    place(values.subarray(from, from + elements), content.subarray(row * elements, (row + 1) * elements));
  }
  return runtimeTensor(type, shape, content);
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

interface SampleLayout {
  /** Shape of one sample as the model takes it. */
  readonly sample: readonly number[];
  /** Whether the input has an axis of samples before it. */
  readonly batched: boolean;
  /** Samples in a run; undefined where the model leaves it free. */
  readonly batch: number | undefined;
  /** Writes a sample of the data in the model's order; undefined where that is its own. */
  readonly place: ((sample: Float32Array, target: Float32Array) => void) | undefined;
}

function sampleLayout(data: Samples, given: SampleInput, input: RuntimeValue): SampleLayout {
  const shape = input.shape ?? [undefined, ...given.shape];
  const [first, ...rest] = shape;
  const inBatches = shape.length > 0 && boundSample(given.shape, rest);
  if (inBatches) {
    const batch = typeof first === 'number' && first > 0 ? first : undefined;
    return { sample: inBatches, batched: true, batch, place: order(given.shape, inBatches) };
  }
  // A free first size is that of the batch, and no part of a sample that has fewer dimensions.
  const startsFree = typeof first !== 'number' && shape.length !== given.shape.length;
  const alone = startsFree ? undefined : boundSample(given.shape, shape);
  if (alone) return { sample: alone, batched: false, batch: 1, place: order(given.shape, alone) };
  return fail(
    data,
    `its samples are ${describe(given.shape)}, but input ${input.name} of the model takes ${describe(shape)}`,
  );
}

/** The model's sample shape with its free dimensions bound, if samples of the given shape fit into it. */
function boundSample(sample: readonly number[], wanted: Shape): readonly number[] | undefined {
  if (wanted.every((dimension) => typeof dimension === 'number')) {
    return elementsOf(wanted) === elementsOf(sample) ? wanted : undefined;
  }
  if (wanted.length === sample.length) {
    const fits = wanted.every(
      (dimension, axis) => typeof dimension !== 'number' || dimension === sample[axis],
    );
    return fits ? sample : undefined;
  }
  // A single free dimension takes what the others leave.
  const known = elementsOf(wanted.filter((dimension) => typeof dimension === 'number'));
  const free = wanted.filter((dimension) => typeof dimension !== 'number').length;
  const left = elementsOf(sample) / known;
  if (free !== 1 || !Number.isInteger(left)) return undefined;
  return wanted.map((dimension) => (typeof dimension === 'number' ? dimension : left));
}

/** Samples are channels-first. A model that wants the channels last gets them last; else the order is kept. */
function order(sample: readonly number[], wanted: readonly number[]): SampleLayout['place'] {
  const [channels = 1, ...image] = sample;
  const isChannelsLast =
    sample.length === 3 &&
    wanted.length === 3 &&
    !sample.every((dimension, axis) => dimension === wanted[axis]) &&
    [...image, channels].every((dimension, axis) => dimension === wanted[axis]);
  if (!isChannelsLast) return undefined;
  const pixels = image[0]! * image[1]!;
  return (values, target) => {
    for (let pixel = 0; pixel < pixels; pixel++) {
      for (let channel = 0; channel < channels; channel++) {
        target[pixel * channels + channel] = values[channel * pixels + pixel]!;
      }
    }
  };
}

function describe(shape: Shape): string {
  return `[${shape.map((dimension) => dimension ?? '?').join(', ')}]`;
}

function fail(data: Samples, problem: string): never {
  throw new CounterweightError('DATA_INVALID', { data: data.name, problem });
}
