// What a layer gives for rows of inputs, and how far that is from what it should give.
import { modelToBytes } from '../../../formats/modelBytes';
import { pauseFor } from '../../../ir/pacing';
import { onnxRuntime } from '../../../runtime/onnxRuntime';
import type { LayerTail } from './layerTail';
import { names, outputGraph, type LayerShape } from './roundingGraph';

export interface LayerRows {
  readonly rows: number;
  /** One entry for each group: [rows, features]. */
  readonly groups: readonly Float32Array[];
}

/** Rows that are run together. */
const rowsAtOnce = 512;

/** The outputs of the layer and its tail, [groups, rows, outputs], for weights [groups, features, outputs]. */
export async function layerOutputs(
  layer: {
    readonly shape: LayerShape;
    readonly tail: LayerTail;
    readonly inputs: LayerRows;
    readonly weights: Float32Array;
  },
  signal: AbortSignal,
): Promise<Float32Array> {
  const { shape, tail, inputs, weights } = layer;
  const { groups, features, outputs } = shape;
  const session = await (await onnxRuntime()).load(modelToBytes(outputGraph(shape, tail)));
  const result = new Float32Array(groups * inputs.rows * outputs);
  const pause = pauseFor(signal);
  try {
    const factor = { type: 'float32' as const, shape: [groups, features, outputs], data: weights };
    for (let start = 0; start < inputs.rows; start += rowsAtOnce) {
      await pause();
      const count = Math.min(rowsAtOnce, inputs.rows - start);
      const data = new Float32Array(groups * count * features);
      for (const [group, rows] of inputs.groups.entries()) {
        data.set(rows.subarray(start * features, (start + count) * features), group * count * features);
      }
      const rows = { type: 'float32' as const, shape: [groups, count, features], data };
      const feeds = { [names.rows]: rows, [names.weights]: factor };
      const made = (await session.run(feeds, [tail.output]))[tail.output]!.data as Float32Array;
      for (let group = 0; group < groups; group++) {
        const own = made.subarray(group * count * outputs, (group + 1) * count * outputs);
        result.set(own, (group * inputs.rows + start) * outputs);
      }
    }
    return result;
  } finally {
    await session.dispose();
  }
}

/** Σ (y − ỹ)² over the rows, of each output of each group. */
export function outputErrors(
  { groups, outputs }: LayerShape,
  rows: number,
  made: Float32Array,
  wanted: Float32Array,
): Float64Array {
  const errors = new Float64Array(groups * outputs);
  for (let group = 0, at = 0; group < groups; group++) {
    for (let row = 0; row < rows; row++) {
      for (let output = 0; output < outputs; output++, at++) {
        errors[group * outputs + output]! += (made[at]! - wanted[at]!) ** 2;
      }
    }
  }
  return errors;
}
