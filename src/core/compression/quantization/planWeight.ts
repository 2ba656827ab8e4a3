// Decides for one weight whether it becomes int8, and on which grids.
import { isInteger } from '../../ir/elementType';
import type { Pause } from '../../ir/pacing';
import type { Weight } from '../weights';
import { affineGrid, type AffineGrid, type Scheme } from './affineGrid';
import { onnxTypeCodes, type CastType } from './castType';
import { channelRanges, channelsOf, type Channels } from './channels';

export interface WeightPlan {
  /** Axis of the channels; undefined for one grid per tensor. */
  readonly axis: number | undefined;
  /** One for each channel, or a single one. */
  readonly grids: readonly AffineGrid[];
  /** Set where the layer wants another type than the float32 that DequantizeLinear makes. */
  readonly castTo: CastType | undefined;
}

interface PlanOptions {
  readonly scheme: Scheme;
  readonly granularity: 'tensor' | 'channel';
}

/** Cast takes its type as a number since this version. */
const castOpset = 6;

/** The plan for a weight of a model of the given opset, or the reason why it keeps its type. */
export async function planWeight(
  weight: Weight,
  options: PlanOptions,
  opset: number,
  pause: Pause,
): Promise<WeightPlan | string> {
  const layout = int8Layout(weight, options);
  if (typeof layout === 'string') return layout;
  const { axis, channels, castTo } = layout;
  if (castTo && opset < castOpset) return `opset ${opset} cannot cast int8 weights back to ${castTo}`;
  const ranges = await channelRanges(weight.tensor, channels, pause);
  if (!ranges) return 'it holds NaN or infinite values';
  return { axis, grids: ranges.map((range) => affineGrid(range, options.scheme)), castTo };
}

/** How a weight would be stored, as far as its shape and type tell. */
export interface Int8Layout extends Pick<WeightPlan, 'axis' | 'castTo'> {
  readonly channels: Channels;
  /** About what it takes in the file, with all that belongs to it. */
  readonly bytes: number;
}

/** The layout of a weight as int8, or the reason why it keeps its type. */
export function int8Layout(
  { tensor, value, outputAxis, dequantize }: Weight,
  { granularity }: Pick<PlanOptions, 'granularity'>,
): Int8Layout | string {
  if (dequantize || isInteger(tensor.type)) return `it is quantized already (${tensor.type})`;
  const castTo = Object.keys(onnxTypeCodes).find((type): type is CastType => type === tensor.type);
  if (tensor.type !== 'float32' && !castTo) return `elements of type ${tensor.type} are not supported`;
  const axis =
    granularity === 'channel' && (tensor.shape[outputAxis ?? -1] ?? 1) > 1 ? outputAxis : undefined;
  const channels = channelsOf(tensor.shape, axis);
  const bytes = tensor.elements + channels.count * bytesPerChannel + bytesPerWeight(value);
  if (bytes >= tensor.byteLength) {
    return `its ${tensor.byteLength} bytes are so few that int8 with scales would take more`;
  }
  return { axis, channels, castTo, bytes };
}

/** A float32 scale and an int8 zero point. */
const bytesPerChannel = 5;

/** About what the new node, the new initializers and their names add to the file for one weight. */
function bytesPerWeight(value: string): number {
  return 120 + 7 * value.length;
}
