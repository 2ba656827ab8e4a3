// Uniform affine quantization: real value = (stored value − zero point) · scale, the scheme of Jacob et al.,
// "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference" (CVPR 2018, eq. 1).
// Rounding and saturation are those of ONNX QuantizeLinear.

export type Scheme = 'symmetric' | 'asymmetric';

/** Smallest and largest real value. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** The stored values that a grid uses, both inclusive. */
export interface Levels {
  readonly lowest: number;
  readonly highest: number;
}

export interface AffineGrid extends Levels {
  /** Step of the grid, a positive normal float32. */
  readonly scale: number;
  /** The stored value of real zero, in lowest..highest. */
  readonly zeroPoint: number;
}

const smallestNormal = 2 ** -126;

/**
 * The signed levels of a number of bits from 2 to 8. Symmetric ones leave out −2^(bits−1), so that a value and its
 * negative are both on the grid or both not: 8 bits −127..127, 2 bits −1..1. Asymmetric: 8 bits −128..127.
 */
export function signedLevels(bits: number, scheme: Scheme): Levels {
  const half = 2 ** (bits - 1);
  return { lowest: scheme === 'symmetric' ? 1 - half : -half, highest: half - 1 };
}

/** The levels from 0 on, as activations are mostly stored: 8 bits 0..255. */
export function unsignedLevels(bits: number): Levels {
  return { lowest: 0, highest: 2 ** bits - 1 };
}

/**
 * The grid for values of a finite range.
 * Symmetric: scale = max|w| / highest, zero point 0; for levels around 0.
 * Asymmetric: the range is widened to contain 0, scale = (max − min) / (highest − lowest), zero point =
 * lowest − min / scale, rounded, so that zero is on the grid. A range of nothing but zeros gets the scale 1.
 */
export function affineGrid({ min, max }: Range, scheme: Scheme, levels: Levels): AffineGrid {
  const { lowest, highest } = levels;
  const low = Math.min(min, 0);
  const high = Math.max(max, 0);
  const zero = Math.max(lowest, Math.min(highest, 0));
  if (low === 0 && high === 0) return { lowest, highest, scale: 1, zeroPoint: zero };
  if (scheme === 'symmetric') {
    return { lowest, highest, scale: toScale(Math.max(-low, high) / highest), zeroPoint: 0 };
  }
  const scale = toScale((high - low) / (highest - lowest));
  const zeroPoint = clamp(lowest + roundHalfToEven(-low / scale), lowest, highest);
  return { lowest, highest, scale, zeroPoint };
}

/**
 * The stored value of a real one: round(w / scale) + zero point, rounded half to even after a division in float32 as
 * ONNX QuantizeLinear does, and saturated.
 */
export function quantizeValue(value: number, { scale, zeroPoint, lowest, highest }: AffineGrid): number {
  return clamp(roundHalfToEven(Math.fround(value / scale)) + zeroPoint, lowest, highest);
}

/** The real value of a stored one, in float32 as ONNX DequantizeLinear computes it. */
export function dequantizeValue(
  stored: number,
  { scale, zeroPoint }: Pick<AffineGrid, 'scale' | 'zeroPoint'>,
): number {
  return Math.fround((stored - zeroPoint) * scale);
}

/** A scale as float32; subnormal ones are raised to the smallest normal number, for they have too few digits. */
export function toScale(scale: number): number {
  return Math.max(Math.fround(scale), smallestNormal);
}

const roundingShift = 1.5 * 2 ** 52;

/** Rounds by adding a number so large that float64 keeps no fraction beside it. For |x| < 2^51. */
export function roundHalfToEven(x: number): number {
  if (Math.abs(x) >= 2 ** 51) return x;
  return x + roundingShift - roundingShift;
}

function clamp(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value;
}
