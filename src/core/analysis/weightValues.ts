// The real values of a layer's tensor, a bounded part at a time: what the layer computes with, also where the file
// stores integers and a DequantizeLinear between.
import { attribute } from '../ir/graph';
import { numbersWithin, tensorNumbers, type Numbers } from '../ir/numbers';
import type { Tensor } from '../ir/tensor';
import type { LayerTensor } from '../operators/layers';

export interface WeightValues {
  /** Shape of the stored tensor. */
  readonly shape: readonly number[];
  /** Axis of the output channels, where there is one. */
  readonly outputAxis: number | undefined;
  readonly elements: number;
  /**
   * The elements from `start` (inclusive, 0 by default) to `end` (exclusive), in order. Parts of two tensors of one
   * shape break at the same elements, so that they can be read side by side.
   */
  chunks(start?: number, end?: number): Generator<Numbers>;
}

/** The values of a numeric tensor of a layer: dequantized, x = (q − zero point) · scale, where it is quantized. */
export function weightValues(
  stored: Pick<LayerTensor, 'tensor' | 'dequantize' | 'outputAxis'>,
): WeightValues {
  const { tensor, dequantize, outputAxis } = stored;
  const change = dequantize && dequantizer(tensor, dequantize);
  return {
    shape: tensor.shape,
    outputAxis,
    elements: tensor.elements,
    *chunks(start = 0, end = tensor.elements) {
      let at = start;
      for (const values of elementsBetween(tensor, start, end)) {
        change?.(values, at);
        yield values;
        at += values.length;
      }
    },
  };
}

/** Parts of two tensors of one shape that belong together, with the index of their first element. */
export interface PartPair {
  readonly a: Numbers;
  readonly b: Numbers;
  readonly start: number;
}

/** The elements of two tensors of one shape from `start` to `end`, side by side. */
export function pairedChunks(
  a: WeightValues,
  b: WeightValues,
  start = 0,
  end = a.elements,
): Generator<PartPair> {
  return sideBySide(a.chunks(start, end), b.chunks(start, end), start);
}

/** The same for parts that are at hand, the first of which begin with element `start`. */
export function* sideBySide(a: Iterable<Numbers>, b: Iterable<Numbers>, start = 0): Generator<PartPair> {
  const others = b[Symbol.iterator]();
  let at = start;
  for (const values of a) {
    const other = others.next();
    if (other.done) throw new Error('Tensors of different sizes were read side by side');
    yield { a: values, b: other.value, start: at };
    at += values.length;
  }
}

const partElements = 1 << 18;

/** Parts may begin inside a byte; so every read begins at a multiple of eight elements, whatever the type. */
function* elementsBetween(tensor: Tensor, start: number, end: number): Generator<Numbers> {
  let skip = start % 8;
  for (let at = start - skip; at < end; at += partElements) {
    const values = numbersWithin(tensor, at, Math.min(partElements, end - at));
    yield skip > 0 ? values.subarray(skip) : values;
    skip = 0;
  }
}

type Dequantizer = (values: Numbers, start: number) => void;

/** Changes stored numbers, beginning with element `start`, into real ones, in place. */
function dequantizer(tensor: Tensor, grid: NonNullable<LayerTensor['dequantize']>): Dequantizer {
  const scales = Float64Array.from(tensorNumbers(grid.scale));
  const zeroPoints = new Float64Array(scales.length);
  if (grid.zeroPoint) zeroPoints.set(tensorNumbers(grid.zeroPoint));
  const axis = grid.axis;
  if (axis === undefined || scales.length === 1) {
    return (values) => dequantizeRun(values, 0, values.length, scales[0]!, zeroPoints[0]!);
  }
  const channels = tensor.shape[axis]!;
  const inner = tensor.shape.slice(axis + 1).reduce((product, dimension) => product * dimension, 1);
  const block = attribute(grid.node, 'block_size', 'int') ?? 0;
  if (block > 0) return blockDequantizer(scales, zeroPoints, channels, inner, block);
  if (inner === 1) return (values, start) => dequantizeLines(values, start % channels, scales, zeroPoints);
  return (values, start) => {
    let channel = Math.floor(start / inner) % channels;
    for (let i = 0, next = inner - (start % inner); i < values.length; i = next, next += inner) {
      const end = Math.min(next, values.length);
      dequantizeRun(values, i, end, scales[channel]!, zeroPoints[channel]!);
      channel = channel + 1 === channels ? 0 : channel + 1;
    }
  };
}

/** Blocked quantization (opset 21): along its axis, every `block` elements share a scale. */
function blockDequantizer(
  scales: Float64Array,
  zeroPoints: Float64Array,
  channels: number,
  inner: number,
  block: number,
): Dequantizer {
  const blocks = Math.ceil(channels / block);
  return (values, start) => {
    for (let i = 0; i < values.length; i++) {
      const element = start + i;
      const line = Math.floor(element / inner);
      const outer = Math.floor(line / channels);
      const scale = (outer * blocks + Math.floor((line % channels) / block)) * inner + (element % inner);
      values[i] = (values[i]! - zeroPoints[scale]!) * scales[scale]!;
    }
  };
}

function dequantizeRun(values: Numbers, from: number, to: number, scale: number, zeroPoint: number): void {
  for (let i = from; i < to; i++) values[i] = (values[i]! - zeroPoint) * scale;
}

/** Channels along the last axis: every element is in the channel after that of the one before. */
function dequantizeLines(
  values: Numbers,
  firstChannel: number,
  scales: Float64Array,
  zeroPoints: Float64Array,
): void {
  const channels = scales.length;
  let channel = firstChannel;
  for (let i = 0; i < values.length; i++) {
    values[i] = (values[i]! - zeroPoints[channel]!) * scales[channel]!;
    if (++channel === channels) channel = 0;
  }
}
