// Decides for each weight whether it is quantized, and on which grids.
import { isInteger } from '../../ir/elementType';
import type { Pause } from '../../ir/pacing';
import type { Weight } from '../weights';
import { onnxTypeCodes } from './castType';
import { affineGrid, signedLevels } from './grids/affineGrid';
import { narrowedRanges } from './grids/fitGrids';
import {
  channelLayout,
  groupLayout,
  tensorLayout,
  type Granularity,
  type GridLayout,
} from './grids/gridLayout';
import type { WeightGrid } from './grids/weightGrid';
import { weightRanges } from './grids/weightRanges';
import type { WeightOptions } from './quantizeOptions';

/** Cast takes its type as a number since this version. */
const castOpset = 6;

/** The grid for a weight of a model of the given opset, or the reason why it keeps its type. */
export async function planWeight(
  weight: Weight,
  options: WeightOptions,
  opset: number,
  pause: Pause,
): Promise<WeightGrid | string> {
  const { bits, scheme, observer } = options;
  const planned = weightLayout(weight, options);
  if (typeof planned === 'string') return planned;
  const { type } = weight.tensor;
  if (type !== 'float32' && opset < castOpset)
    return `opset ${opset} cannot cast int8 weights back to ${type}`;
  const { layout } = planned;
  const ranges = await weightRanges(weight.tensor, layout, pause);
  if (!ranges) return 'it holds NaN or infinite values';
  const levels = signedLevels(bits, scheme);
  const fitting =
    observer === 'mse' ? await narrowedRanges(weight.tensor, layout, ranges, scheme, levels, pause) : ranges;
  const grids = fitting.map((range) => affineGrid(range, scheme, levels));
  return {
    kind: 'uniform',
    bits,
    ...levels,
    layout,
    scales: Float32Array.from(grids, ({ scale }) => scale),
    zeroPoints: Int8Array.from(grids, ({ zeroPoint }) => zeroPoint),
  };
}

/** How a weight would be stored, as far as its shape and type tell. */
export interface PlannedLayout {
  readonly layout: GridLayout;
  /** About what it takes in the file, with all that belongs to it. */
  readonly bytes: number;
}

/** The layout of a weight's grids, or the reason why it keeps its type. */
export function weightLayout(
  { tensor, value, outputAxis, dequantize }: Weight,
  { granularity }: Pick<WeightOptions, 'granularity'>,
): PlannedLayout | string {
  const { type, shape } = tensor;
  if (dequantize || isInteger(type)) return `it is quantized already (${type})`;
  if (!Object.hasOwn(onnxTypeCodes, type)) return `elements of type ${type} are not supported`;
  const layout = layoutOf(shape, outputAxis, granularity);
  if (!layout)
    return 'its outputs are neither its first nor its last axis, so that its inputs make no groups';
  const bytes = tensor.elements + layout.count * bytesPerGrid + bytesPerWeight(value);
  if (bytes >= tensor.byteLength) {
    return `its ${tensor.byteLength} bytes are so few that int8 with scales would take more`;
  }
  return { layout, bytes };
}

function layoutOf(
  shape: readonly number[],
  outputAxis: number | undefined,
  granularity: Granularity,
): GridLayout | undefined {
  if (granularity === 'tensor' || outputAxis === undefined) return tensorLayout(shape);
  if (granularity === 'group') return groupLayout(shape, outputAxis, 32);
  return (shape[outputAxis] ?? 1) > 1 ? channelLayout(shape, outputAxis) : tensorLayout(shape);
}

/** A float32 scale and an int8 zero point. */
const bytesPerGrid = 5;

/** About what the new node, the new initializers and their names add to the file for one weight. */
function bytesPerWeight(value: string): number {
  return 120 + 7 * value.length;
}
