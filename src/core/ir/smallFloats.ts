// Floats narrower than 32 bits, as stored bits and as numbers. Numbers are rounded once, from float64, to the nearest
// representable value, ties to even (IEEE 754 §4.3.1).
import type { ElementType } from './elementType';

/** IEEE 754 binary16 to number. */
export function float16ToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Number to IEEE 754 binary16; beyond the range it becomes an infinity. */
export function float16FromNumber(value: number): number {
  return roundToBits(value, 10, -14, 0x7c00, 0x8000);
}

const scratch = new DataView(new ArrayBuffer(8));

/** Number to bfloat16; beyond the range it becomes an infinity. */
export function bfloat16FromNumber(value: number): number {
  return roundToBits(value, 7, -126, 0x7f80, 0x8000);
}

function roundToBits(
  value: number,
  fractionBits: number,
  minExponent: number,
  infinity: number,
  signBit: number,
): number {
  if (Number.isNaN(value)) return infinity | (1 << (fractionBits - 1));
  const sign = value < 0 || Object.is(value, -0) ? signBit : 0;
  const size = Math.abs(value);
  if (size === Infinity) return sign | infinity;
  scratch.setFloat64(0, size);
  const exponent = Math.max((scratch.getUint32(0) >>> 20) - 1023, minExponent);
  // The significand in units of the last place. Rounding up to the next power of two carries into the exponent below.
  const units = roundHalfEven(size * 2 ** (fractionBits - exponent));
  const bits = ((exponent - minExponent + 1) << fractionBits) + units - (1 << fractionBits);
  return sign | Math.min(bits, infinity);
}

/** Rounds a number of at most 2^51 in size to the nearest integer, ties to even. */
export function roundHalfEven(value: number): number {
  const shift = value < 0 ? -(2 ** 52) : 2 ** 52;
  return value + shift - shift;
}

interface TinyFloat {
  readonly bits: number;
  readonly fractionBits: number;
  readonly bias: number;
  /** Which codes are no finite numbers, by code without sign (the whole code for `special` of a negative zero). */
  readonly special: (code: number) => number | undefined;
  readonly signed: boolean;
}

// OFP8 (Micikevicius et al. 2022), the "fnuz" types (Noune et al. 2022) and the OCP microscaling formats (2023).
const tinyFloats = {
  float8e4m3fn: {
    bits: 8,
    fractionBits: 3,
    bias: 7,
    signed: true,
    special: (code) => ((code & 0x7f) === 0x7f ? NaN : undefined),
  },
  float8e4m3fnuz: {
    bits: 8,
    fractionBits: 3,
    bias: 8,
    signed: true,
    special: (code) => (code === 0x80 ? NaN : undefined),
  },
  float8e5m2: {
    bits: 8,
    fractionBits: 2,
    bias: 15,
    signed: true,
    special: (code) => {
      if ((code & 0x7f) < 0x7c) return undefined;
      if ((code & 0x7f) > 0x7c) return NaN;
      return code & 0x80 ? -Infinity : Infinity;
    },
  },
  float8e5m2fnuz: {
    bits: 8,
    fractionBits: 2,
    bias: 16,
    signed: true,
    special: (code) => (code === 0x80 ? NaN : undefined),
  },
  float8e8m0: {
    bits: 8,
    fractionBits: 0,
    bias: 127,
    signed: false,
    // Without a sign, a fraction and subnormals: code c is 2^(c-127), also for 0.
    special: (code) => (code === 0xff ? NaN : 2 ** (code - 127)),
  },
  float4e2m1: { bits: 4, fractionBits: 1, bias: 1, signed: true, special: () => undefined },
} as const satisfies Partial<Record<ElementType, TinyFloat>>;

export type TinyFloatType = keyof typeof tinyFloats;

const valueTables = new Map<TinyFloatType, Float32Array>();

/** The value of every code of an 8-bit or 4-bit float type, by code. */
export function tinyFloatValues(type: TinyFloatType): Float32Array {
  const known = valueTables.get(type);
  if (known) return known;
  const facts: TinyFloat = tinyFloats[type];
  const values = Float32Array.from({ length: 1 << facts.bits }, (_, code) => tinyFloatValue(facts, code));
  valueTables.set(type, values);
  return values;
}

function tinyFloatValue(facts: TinyFloat, code: number): number {
  const special = facts.special(code);
  if (special !== undefined) return special;
  const sign = code >> (facts.bits - 1) ? -1 : 1;
  const size = code & ((1 << (facts.bits - 1)) - 1);
  const exponent = size >> facts.fractionBits;
  const fraction = (size & ((1 << facts.fractionBits) - 1)) / (1 << facts.fractionBits);
  return exponent === 0
    ? sign * fraction * 2 ** (1 - facts.bias)
    : sign * (1 + fraction) * 2 ** (exponent - facts.bias);
}

interface Codes {
  /** Finite values, ascending, with their codes. */
  readonly values: readonly number[];
  readonly codes: readonly number[];
}

const codeTables = new Map<TinyFloatType, Codes>();

/**
 * The code of the nearest finite value, ties to the even code; infinities stay where the type has them, NaN becomes
 * the type's NaN, or 0 where there is none.
 */
export function tinyFloatFromNumber(type: TinyFloatType, value: number): number {
  const all = tinyFloatValues(type);
  if (!Number.isFinite(value)) {
    const exact = all.findIndex((candidate) => Object.is(candidate, value));
    if (exact >= 0) return exact;
    if (Number.isNaN(value)) return 0;
  }
  if (Object.is(value, -0))
    return Math.max(
      0,
      all.findIndex((candidate) => Object.is(candidate, -0)),
    );
  const { values, codes } = finiteCodes(type, all);
  let low = 0;
  let high = values.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (values[middle]! <= value) low = middle;
    else high = middle;
  }
  const below = value - values[low]!;
  const above = values[high]! - value;
  const code = below < above || (below === above && codes[low]! % 2 === 0) ? codes[low]! : codes[high]!;
  return code;
}

function finiteCodes(type: TinyFloatType, all: Float32Array): Codes {
  const known = codeTables.get(type);
  if (known) return known;
  const codes = [...all.keys()]
    .filter((code) => Number.isFinite(all[code]) && !Object.is(all[code], -0))
    .toSorted((a, b) => all[a]! - all[b]!);
  const table = { values: codes.map((code) => all[code]!), codes };
  codeTables.set(type, table);
  return table;
}
