// Keeps samples in memory that are expensive to make, like drawn or decoded images: all epochs but the first are fast.
import type { Batch, DataSet } from './dataSet';

/** What is kept where nobody says otherwise. */
const defaultCacheBytes = 512 * 2 ** 20;

interface Sample {
  readonly inputs: readonly Float32Array[];
  readonly label: number | undefined;
  readonly values: Float32Array | undefined;
}

/**
 * The same samples, kept as far as `bytes` reach. Those that were asked for first stay: an epoch goes through all
 * samples once, so that of a data set larger than its cache the least recently used is the very one that comes next.
 */
export function cached(data: DataSet, bytes = defaultCacheBytes): DataSet {
  const samples = new Map<number, Sample>();
  let left = bytes;
  const keep = (batch: Batch, at: number, index: number): void => {
    if (samples.has(index)) return;
    const size = bytesPerSample(batch);
    if (size > left) return;
    left -= size;
    samples.set(index, sampleAt(batch, at));
  };
  return {
    ...data,
    rows: async (indices) => {
      const missing = [...new Set(Array.from(indices))].filter((index) => !samples.has(index));
      if (missing.length === indices.length) {
        const batch = await data.rows(indices);
        missing.forEach((index, at) => keep(batch, at, index));
        return batch;
      }
      const fresh = new Map<number, Sample>();
      if (missing.length > 0) {
        const batch = await data.rows(missing);
        missing.forEach((index, at) => {
          fresh.set(index, sampleAt(batch, at));
          keep(batch, at, index);
        });
      }
      return gather(Array.from(indices, (index) => (samples.get(index) ?? fresh.get(index))!));
    },
  };
}

function bytesPerSample({ count, inputs, labels, values }: Batch): number {
  const arrays = [...inputs, ...(labels ? [labels] : []), ...(values ? [values] : [])];
  return arrays.reduce((bytes, array) => bytes + array.byteLength, 0) / count;
}

/** A copy of its own: a part of a batch would keep the whole batch alive. */
function sampleAt({ count, inputs, labels, values }: Batch, at: number): Sample {
  const part = (array: Float32Array): Float32Array => {
    const length = array.length / count;
    return array.slice(at * length, (at + 1) * length);
  };
  return { inputs: inputs.map(part), label: labels?.[at], values: values && part(values) };
}

/** A batch of at least one sample. */
function gather(samples: readonly Sample[]): Batch {
  const [first] = samples as readonly [Sample, ...Sample[]];
  const joined = (partOf: (sample: Sample) => Float32Array): Float32Array => {
    const length = partOf(first).length;
    const all = new Float32Array(samples.length * length);
    samples.forEach((sample, i) => all.set(partOf(sample), i * length));
    return all;
  };
  return {
    count: samples.length,
    inputs: first.inputs.map((_, input) => joined((sample) => sample.inputs[input]!)),
    ...(first.label !== undefined && { labels: Int32Array.from(samples, ({ label }) => label!) }),
    ...(first.values && { values: joined((sample) => sample.values!) }),
  };
}
