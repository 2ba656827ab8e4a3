// What convolutions and pools share: a window that slides over the spatial dimensions.
import { attribute, type Dimension, type Node, type Shape } from '../ir/graph';

/** Attributes of a sliding window with the defaults of ONNX, one entry per spatial dimension. */
export interface Window {
  readonly kernel: readonly Dimension[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Begin of every dimension, then end of every dimension. */
  readonly pads: readonly number[];
  readonly autoPad: string;
  readonly ceilMode: boolean;
}

/** The window of a node. `kernel` is what its weight says, where the attribute is not given. */
export function windowOf(node: Node, spatialRank: number, kernel?: readonly Dimension[]): Window {
  return {
    kernel: attribute(node, 'kernel_shape', 'ints') ?? kernel ?? [],
    strides: attribute(node, 'strides', 'ints') ?? filled(spatialRank, 1),
    dilations: attribute(node, 'dilations', 'ints') ?? filled(spatialRank, 1),
    pads: attribute(node, 'pads', 'ints') ?? filled(2 * spatialRank, 0),
    autoPad: attribute(node, 'auto_pad', 'string') ?? 'NOTSET',
    ceilMode: attribute(node, 'ceil_mode', 'int') === 1,
  };
}

/** Spatial output sizes of a convolution or pool. */
export function windowOutput(spatial: Shape, window: Window): Shape {
  return spatial.map((size, i) => {
    const kernel = window.kernel[i];
    const stride = window.strides[i] ?? 1;
    if (typeof size !== 'number' || typeof kernel !== 'number') return undefined;
    if (window.autoPad.startsWith('SAME')) return Math.ceil(size / stride);
    const extent = (kernel - 1) * (window.dilations[i] ?? 1) + 1;
    const begin = window.autoPad === 'VALID' ? 0 : (window.pads[i] ?? 0);
    const end = window.autoPad === 'VALID' ? 0 : (window.pads[i + spatial.length] ?? 0);
    const steps = (size + begin + end - extent) / stride;
    if (!window.ceilMode) return Math.floor(steps) + 1;
    const output = Math.ceil(steps) + 1;
    // A window that would start in the padding after the end is left out.
    return (output - 1) * stride >= size + begin ? output - 1 : output;
  });
}

/** The pads of a convolution or pool over known sizes: begins, then ends, with `auto_pad` worked out. */
export function explicitPads(spatial: readonly number[], window: Window): readonly number[] {
  if (window.autoPad === 'VALID') return filled(2 * spatial.length, 0);
  if (!window.autoPad.startsWith('SAME')) return window.pads;
  const totals = spatial.map((size, i) => {
    const kernel = window.kernel[i];
    const stride = window.strides[i] ?? 1;
    const extent = ((typeof kernel === 'number' ? kernel : 1) - 1) * (window.dilations[i] ?? 1) + 1;
    return Math.max(0, (Math.ceil(size / stride) - 1) * stride + extent - size);
  });
  return halved(totals, window.autoPad);
}

/** Padding in total, shared out between begin and end: what is odd goes to the end, or to the begin for SAME_LOWER. */
export function halved(totals: readonly number[], autoPad: string): readonly number[] {
  const less = totals.map((total) => Math.floor(total / 2));
  const more = totals.map((total) => Math.ceil(total / 2));
  return autoPad === 'SAME_LOWER' ? [...more, ...less] : [...less, ...more];
}

/** Spatial output sizes of a transposed convolution. */
export function transposedOutput(spatial: Shape, window: Window, node: Node): Shape {
  const stated = attribute(node, 'output_shape', 'ints');
  const outputPadding = attribute(node, 'output_padding', 'ints') ?? filled(spatial.length, 0);
  return spatial.map((size, i) => {
    // Some exporters state the batch and the channels too.
    if (stated) return stated[stated.length - spatial.length + i];
    const kernel = window.kernel[i];
    const stride = window.strides[i] ?? 1;
    if (typeof size !== 'number' || typeof kernel !== 'number') return undefined;
    const extent = (kernel - 1) * (window.dilations[i] ?? 1) + 1;
    const full = stride * (size - 1) + (outputPadding[i] ?? 0) + extent;
    // Padding only ever takes away: a kernel smaller than its stride gives less than size · stride.
    if (window.autoPad.startsWith('SAME')) return Math.min(full, size * stride);
    if (window.autoPad === 'VALID') return full;
    return full - (window.pads[i] ?? 0) - (window.pads[i + spatial.length] ?? 0);
  });
}

function filled(length: number, value: number): readonly number[] {
  return Array.from({ length }, () => value);
}
