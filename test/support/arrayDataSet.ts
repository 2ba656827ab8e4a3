// Samples in memory as a data set, for tests of what measures on data.
import type { DataSet } from '../../src/core/data/dataSet';

/** A data set of one input, without targets. `values` is row-major [count, ...shape]. */
export function arrayDataSet(shape: readonly number[], values: Float32Array): DataSet {
  const elements = shape.reduce((product, size) => product * size, 1);
  const count = values.length / elements;
  return {
    name: 'array',
    count,
    inputs: [{ shape }],
    rows: (indices) => {
      const rows = Float32Array.from(
        { length: indices.length * elements },
        (_, i) => values[indices[Math.floor(i / elements)]! * elements + (i % elements)]!,
      );
      return Promise.resolve({ count: indices.length, inputs: [rows] });
    },
  };
}
