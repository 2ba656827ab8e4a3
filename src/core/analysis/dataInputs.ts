// Samples of a data set as inputs of a model: in the model's shape and type, and in batches of the size that it takes.
import { CounterweightError } from '../../shared/base/errors';
import { isFloat } from '../ir/elementType';
import type { Shape } from '../ir/graph';
import type { DataSet } from '../data/dataSet';
import type { RuntimeValue } from '../runtime/runtime';
import { runtimeTensor } from './runtimeNumbers';
import type { Feeds } from './sampleInputs';

/** Samples in one run of a model whose batch is free. */
const freeBatch = 64;

export interface SampleBatch {
  readonly feeds: Feeds;
  /** Samples of the data set in it; the rest of a fixed batch repeats the last one. */
  readonly samples: number;
  readonly labels?: Int32Array;
}

export interface DataInputs {
  /** The samples from `start` on, as many as one run takes but none from `end` on. */
  batch(start: number, end: number): SampleBatch;
}

/** How a data set feeds the model with these inputs. Throws DATA_INVALID, saying what does not fit. */
export function dataInputs(data: DataSet, inputs: readonly RuntimeValue[]): DataInputs {
  const [input, ...others] = inputs;
  if (!input || others.length > 0) {
    return fail(data, `the model has ${inputs.length} inputs, but data fills only one`);
  }
  const { type, name } = input;
  if (!type || !isFloat(type)) {
    return fail(
      data,
      `input ${name} of the model takes ${type ?? 'no tensor'}, but the data are real numbers`,
    );
  }
  const layout = sampleLayout(data, input);
  const elements = size(layout.sample);
  const perRun = layout.batch ?? freeBatch;
  return {
    batch(start, end) {
      const samples = Math.min(perRun, end - start);
      const { inputs: values, labels } = data.batch(start, samples);
      const rows = layout.batch ?? samples;
      const content = new Float32Array(rows * elements);
      for (let row = 0; row < rows; row++) {
        const from = Math.min(row, samples - 1) * elements;
        layout.place(
          values.subarray(from, from + elements),
          content.subarray(row * elements, (row + 1) * elements),
        );
      }
      const shape = layout.batched ? [rows, ...layout.sample] : layout.sample;
      return {
        feeds: { [name]: runtimeTensor(type, shape, content) },
        samples,
        ...(labels ? { labels } : {}),
      };
    },
  };
}

interface SampleLayout {
  /** Shape of one sample as the model takes it. */
  readonly sample: readonly number[];
  /** Whether the input has an axis of samples before it. */
  readonly batched: boolean;
  /** Samples in a run; undefined where the model leaves it free. */
  readonly batch: number | undefined;
  /** Writes a sample of the data in the model's order. */
  readonly place: (sample: Float32Array, target: Float32Array) => void;
}

function sampleLayout(data: DataSet, input: RuntimeValue): SampleLayout {
  const shape = input.shape ?? [undefined, ...data.sampleShape];
  const [first, ...rest] = shape;
  const inBatches = shape.length > 0 && boundSample(data.sampleShape, rest);
  if (inBatches) {
    const batch = typeof first === 'number' && first > 0 ? first : undefined;
    return { sample: inBatches, batched: true, batch, place: placement(data.sampleShape, inBatches) };
  }
  const alone = boundSample(data.sampleShape, shape);
  if (alone) return { sample: alone, batched: false, batch: 1, place: placement(data.sampleShape, alone) };
  return fail(
    data,
    `its samples are ${describe(data.sampleShape)}, but input ${input.name} of the model takes ${describe(shape)}`,
  );
}

/** The model's sample shape with its free dimensions bound, if samples of the given shape fit into it. */
function boundSample(sample: readonly number[], wanted: Shape): readonly number[] | undefined {
  if (wanted.every((dimension) => typeof dimension === 'number')) {
    return size(wanted) === size(sample) ? wanted : undefined;
  }
  if (wanted.length === sample.length) {
    const fits = wanted.every(
      (dimension, axis) => typeof dimension !== 'number' || dimension === sample[axis],
    );
    return fits ? sample : undefined;
  }
  // A single free dimension takes what the others leave.
  const known = size(wanted.filter((dimension) => typeof dimension === 'number'));
  const free = wanted.filter((dimension) => typeof dimension !== 'number').length;
  const left = size(sample) / known;
  if (free !== 1 || !Number.isInteger(left)) return undefined;
  return wanted.map((dimension) => (typeof dimension === 'number' ? dimension : left));
}

/** Samples are channels-first. A model that wants the channels last gets them last; else the order is kept. */
function placement(sample: readonly number[], wanted: readonly number[]): SampleLayout['place'] {
  const [channels = 1, ...image] = sample;
  const isChannelsLast =
    sample.length === 3 &&
    wanted.length === 3 &&
    !sample.every((dimension, axis) => dimension === wanted[axis]) &&
    [...image, channels].every((dimension, axis) => dimension === wanted[axis]);
  if (!isChannelsLast) return (values, target) => target.set(values);
  const pixels = image[0]! * image[1]!;
  return (values, target) => {
    for (let pixel = 0; pixel < pixels; pixel++) {
      for (let channel = 0; channel < channels; channel++) {
        target[pixel * channels + channel] = values[channel * pixels + pixel]!;
      }
    }
  };
}

function size(shape: readonly number[]): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}

function describe(shape: Shape): string {
  return `[${shape.map((dimension) => dimension ?? '?').join(', ')}]`;
}

function fail(data: DataSet, problem: string): never {
  throw new CounterweightError('DATA_INVALID', { data: data.name, problem });
}
