// Uniform affine quantization to int8: real value = (stored value − zero point) · scale, the scheme of Jacob et al.,
// "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference" (CVPR 2018, eq. 1),
// per tensor or per channel as in Krishnamoorthi, "Quantizing deep convolutional networks for efficient inference"
// (2018, §2 and §3). Rounding and saturation are those of ONNX QuantizeLinear.

export type Scheme = 'symmetric' | 'asymmetric';

/** Smallest and largest value. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** The grid of one channel, or of a whole tensor. */
export interface AffineGrid {
  /** Step of the grid, a positive normal float32. */
  readonly scale: number;
  /** The stored value of real zero, in −128..127. */
  readonly zeroPoint: number;
}

const smallestNormal = 2 ** -126;

/**
 * The grid for values of a finite range.
 * Symmetric: scale = max|w| / 127, zero point 0; −128 is not used.
 * Asymmetric: the range is widened to contain 0, scale = (max − min) / 255, zero point = −128 − min / scale, rounded,
 * so that zero is on the grid. A range of nothing but zeros gets the scale 1.
 */
export function affineGrid({ min, max }: Range, scheme: Scheme): AffineGrid {
  const low = Math.min(min, 0);
  const high = Math.max(max, 0);
  if (low === 0 && high === 0) return { scale: 1, zeroPoint: 0 };
  if (scheme === 'symmetric') return { scale: toScale(Math.max(-low, high) / 127), zeroPoint: 0 };
  const scale = toScale((high - low) / 255);
  return { scale, zeroPoint: clamp(-128 + roundHalfToEven(-low / scale), -128, 127) };
}

/**
 * The stored value of a real one: round(w / scale) + zero point, rounded half to even after a division in float32 as
 * ONNX QuantizeLinear does, and saturated.
 */
export function quantizeValue(value: number, { scale, zeroPoint }: AffineGrid): number {
  return clamp(roundHalfToEven(Math.fround(value / scale)) + zeroPoint, -128, 127);
}

/** The real value of a stored one, in float32 as ONNX DequantizeLinear computes it. */
export function dequantizeValue(stored: number, { scale, zeroPoint }: AffineGrid): number {
  return Math.fround((stored - zeroPoint) * scale);
}

/** A scale as float32; subnormal ones are raised to the smallest normal number, for they have too few digits. */
function toScale(scale: number): number {
  return Math.max(Math.fround(scale), smallestNormal);
}

const roundingShift = 1.5 * 2 ** 52;

/** Rounds by adding a number so large that float64 keeps no fraction beside it. For |x| < 2^51. */
function roundHalfToEven(x: number): number {
  if (Math.abs(x) >= 2 ** 51) return x;
  return x + roundingShift - roundingShift;
}

function clamp(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value;
}
