// Brings inputs to the range that a network learns best from: x' = (x − mean) / deviation.
import { dataProblem } from './dataProblem';
import { indicesFrom, type Batch, type DataSet } from './dataSet';
import type { Normalize } from './dataSchema';

export interface Normalization {
  /** One number for all, or one for each channel or column. */
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

const samplesAtOnce = 256;

/** What `normalize` asks for; its statistics are those of `train`. Throws DATA_INVALID where it does not fit. */
export async function normalizationOf(normalize: Normalize, train: DataSet): Promise<Normalization> {
  if (train.inputs.length !== 1) {
    return dataProblem(
      train.name,
      `normalize is for samples with one input, and these have ${train.inputs.length}`,
    );
  }
  const groups = groupCount(train);
  if (normalize === 'standardize') return standardization(train, groups);
  const spread = (value: number | number[], key: string): number[] => {
    const list = typeof value === 'number' ? [value] : value;
    if (list.length === 1 || list.length === groups) return list;
    return dataProblem(
      train.name,
      `normalize.${key} has ${list.length} numbers, but samples have ${groups} channels`,
    );
  };
  return {
    mean: spread(normalize.mean, 'mean'),
    deviation: spread(normalize.standardDeviation, 'standardDeviation'),
  };
}

/** The same samples with a normalized input. */
export function normalized(data: DataSet, { mean, deviation }: Normalization): DataSet {
  const groups = Math.max(mean.length, deviation.length);
  const length = elements(data) / groups;
  return {
    ...data,
    rows: async (indices) => {
      const batch = await data.rows(indices);
      const [input] = batch.inputs as readonly [Float32Array];
      const values = new Float32Array(input.length);
      for (let start = 0, group = 0; start < values.length; start += length, group = (group + 1) % groups) {
        const subtract = mean[mean.length === 1 ? 0 : group]!;
        const divide = deviation[deviation.length === 1 ? 0 : group]!;
        for (let i = start; i < start + length; i++) values[i] = (input[i]! - subtract) / divide;
      }
      return { ...batch, inputs: [values] } satisfies Batch;
    },
  };
}

/** Mean and deviation of every channel or column over all samples; a constant one is only centred. */
async function standardization(data: DataSet, groups: number): Promise<Normalization> {
  const sums = new Float64Array(groups);
  const squares = new Float64Array(groups);
  const shift = new Float64Array(groups);
  const length = elements(data) / groups;
  for (let start = 0; start < data.count; start += samplesAtOnce) {
    const batch = await data.rows(indicesFrom(start, Math.min(data.count, start + samplesAtOnce)));
    const [input] = batch.inputs as readonly [Float32Array];
    // Squares of distances from a value of the data keep their digits where the mean is far from 0.
    if (start === 0) for (let group = 0; group < groups; group++) shift[group] = input[group * length]!;
    for (let at = 0, group = 0; at < input.length; at += length, group = (group + 1) % groups) {
      for (let i = at; i < at + length; i++) {
        const distance = input[i]! - shift[group]!;
        sums[group]! += distance;
        squares[group]! += distance * distance;
      }
    }
  }
  const count = data.count * length;
  const mean = Array.from(sums, (sum, group) => shift[group]! + sum / count);
  const deviation = Array.from(sums, (sum, group) => {
    const variance = squares[group]! / count - (sum / count) ** 2;
    return variance > 0 ? Math.sqrt(variance) : 1;
  });
  return { mean, deviation };
}

/** Columns of a row of numbers, channels of an image; anything else is one group. */
function groupCount({ inputs }: DataSet): number {
  const shape = inputs[0]?.shape ?? [];
  return shape.length === 1 || shape.length === 3 ? shape[0]! : 1;
}

function elements({ inputs }: DataSet): number {
  return (inputs[0]?.shape ?? []).reduce((product, dimension) => product * dimension, 1);
}
