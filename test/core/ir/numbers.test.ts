// Numbers and bytes of every numeric type, against exhaustive search and the values of the specifications.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elementTypes, isInteger, packedBytes, type ElementType } from '../../../src/core/ir/elementType';
import { encodeNumbers, isNumeric, tensorChunks, tensorNumbers } from '../../../src/core/ir/numbers';
import { Tensor } from '../../../src/core/ir/tensor';

const numericTypes = (Object.keys(elementTypes) as ElementType[]).filter(isNumeric);

function decode(type: ElementType, bytes: Uint8Array, count: number): number[] {
  return [...tensorNumbers(Tensor.fromBytes('t', type, [count], bytes))];
}

/** The closest value to `value` that the type can store, found by trying all of its codes. */
function nearestStorable(type: 'float16' | 'bfloat16', value: number): number {
  const codes = Uint16Array.from({ length: 1 << 16 }, (_, code) => code);
  const all = decode(type, new Uint8Array(codes.buffer), codes.length);
  let best = 0;
  all.forEach((candidate, code) => {
    if (!Number.isFinite(candidate)) return;
    const distance = Math.abs(candidate - value);
    const least = Math.abs(all[best]! - value);
    if (distance < least || (distance === least && code % 2 === 0 && best % 2 === 1)) best = code;
  });
  return all[best]!;
}

describe('numbers of tensors', () => {
  it('cover every type but strings and complex numbers', () => {
    const others = Object.keys(elementTypes).filter((type) => !isNumeric(type as ElementType));
    expect(others).toEqual(['complex64', 'complex128', 'string']);
  });

  it.each(numericTypes)('of type %s come back from their bytes', (type) => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 0, maxLength: 64 }), fc.nat(7), (content, shift) => {
        const { bits } = elementTypes[type];
        const count = Math.floor((8 * content.length) / bits);
        const bytes = content.slice(0, packedBytes(type, count));
        if (type === 'bool') bytes.forEach((byte, i) => (bytes[i] = byte & 1));
        // The same content at every alignment.
        const holder = new Uint8Array(bytes.length + shift);
        holder.set(bytes, shift);
        const numbers = decode(type, holder.subarray(shift), count);
        expect(numbers).toHaveLength(count);
        const encoded = encodeNumbers(type, numbers);
        expect(encoded).toHaveLength(bytes.length);
        expect(decode(type, encoded, count)).toEqual(numbers);
        if (isInteger(type) && bits < 64) expect(encoded).toEqual(bytes);
      }),
    );
  });

  it('are a copy that does not share memory with the tensor', () => {
    const bytes = new Uint8Array(Float32Array.of(1, 2).buffer);
    const tensor = Tensor.fromBytes('t', 'float32', [2], bytes);
    tensorNumbers(tensor)[0] = 5;
    expect([...tensorNumbers(tensor)]).toEqual([1, 2]);
  });

  it.each(['float32', 'int4', 'uint2', 'float16', 'int64'] as const)(
    'of type %s come in chunks that make up the whole',
    (type) => {
      const count = (1 << 18) + 5;
      const values = Float64Array.from({ length: count }, (_, i) => i % 3);
      const tensor = Tensor.fromBytes('t', type, [count], encodeNumbers(type, values));
      const chunks = [...tensorChunks(tensor)];
      expect(chunks.map((chunk) => chunk.length)).toEqual([1 << 18, 5]);
      expect(chunks.flatMap((chunk) => [...chunk])).toEqual([...values]);
    },
  );

  it('refuse content that is shorter than the shape', () => {
    expect(() => tensorNumbers(Tensor.fromBytes('t', 'float32', [3], new Uint8Array(8)))).toThrow();
  });

  it('keep 64-bit integers that float64 can hold', () => {
    const values = [0, -1, 2 ** 53, -(2 ** 53), 2 ** 62, 4294967295, 4294967296, -4294967297];
    expect(decode('int64', encodeNumbers('int64', values), values.length)).toEqual(values);
    const unsigned = [0, 2 ** 63, 2 ** 64 - 2048, 4294967295];
    expect(decode('uint64', encodeNumbers('uint64', unsigned), unsigned.length)).toEqual(unsigned);
  });

  it('are rounded to even and clamped when written as integers', () => {
    const values = [0.5, 1.5, 2.5, -0.5, -1.5, 300, -300, NaN, Infinity, -Infinity];
    expect(decode('int8', encodeNumbers('int8', values), values.length)).toEqual([
      0, 2, 2, 0, -2, 127, -128, 0, 127, -128,
    ]);
    expect(decode('uint4', encodeNumbers('uint4', [-1, 7.5, 99]), 3)).toEqual([0, 8, 15]);
    expect(decode('int64', encodeNumbers('int64', [1.5, Infinity, -Infinity]), 3)).toEqual([
      2,
      2 ** 63,
      -(2 ** 63),
    ]);
  });
});

describe('small floats', () => {
  it.each(['float16', 'bfloat16'] as const)('%s is the nearest value of all that can be stored', (type) => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.double({ min: -65519, max: 65519, noNaN: true }),
          fc.double({ min: -1e-7, max: 1e-7, noNaN: true }),
          // Half way between two neighbours.
          fc.nat(1 << 14).map((n) => (n + 0.5) * 2 ** -24),
        ),
        (value) => {
          expect(decode(type, encodeNumbers(type, [value]), 1)[0] === nearestStorable(type, value)).toBe(
            true,
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it('float16 rounds ties to even, keeps subnormals and overflows to infinity', () => {
    const cases: [number, number][] = [
      [1, 0x3c00],
      [-2, 0xc000],
      [65504, 0x7bff],
      [65519.999, 0x7bff],
      [65520, 0x7c00],
      [Infinity, 0x7c00],
      [-Infinity, 0xfc00],
      [2 ** -24, 1],
      [2 ** -25, 0],
      [1.5 * 2 ** -24, 2],
      [2 ** -14, 0x0400],
      [1 + 2 ** -11, 0x3c00],
      [1 + 3 * 2 ** -11, 0x3c02],
      // Rounded once: through float32 this would become a tie and then 0x3c02.
      [1 + 3 * 2 ** -11 - 2 ** -40, 0x3c01],
      [-0, 0x8000],
      [1 / 3, 0x3555],
    ];
    for (const [value, bits] of cases) {
      expect(new Uint16Array(encodeNumbers('float16', [value]).buffer)[0], String(value)).toBe(bits);
    }
    expect(decode('float16', encodeNumbers('float16', [NaN]), 1)).toEqual([NaN]);
  });

  it('bfloat16 rounds ties to even and overflows to infinity', () => {
    const cases: [number, number][] = [
      [1, 0x3f80],
      [1 + 2 ** -8, 0x3f80],
      [1 + 3 * 2 ** -8, 0x3f82],
      [3.4e38, 0x7f80],
      [2 ** -133, 1],
      [-1e-45, 0x8000],
    ];
    for (const [value, bits] of cases) {
      expect(new Uint16Array(encodeNumbers('bfloat16', [value]).buffer)[0], String(value)).toBe(bits);
    }
    expect(decode('bfloat16', encodeNumbers('bfloat16', [NaN]), 1)).toEqual([NaN]);
  });

  it('of 8 and 4 bits have the values of their specifications', () => {
    const at = (type: ElementType, code: number) => decode(type, Uint8Array.of(code), 1)[0];
    expect(at('float8e4m3fn', 0x7e)).toBe(448);
    expect(at('float8e4m3fn', 0x01)).toBe(2 ** -9);
    expect(at('float8e4m3fn', 0xff)).toBeNaN();
    expect(at('float8e4m3fnuz', 0x7f)).toBe(240);
    expect(at('float8e4m3fnuz', 0x80)).toBeNaN();
    expect(at('float8e5m2', 0x7b)).toBe(57344);
    expect(at('float8e5m2', 0xfc)).toBe(-Infinity);
    expect(at('float8e5m2fnuz', 0x7f)).toBe(57344);
    expect(at('float8e8m0', 0x7f)).toBe(1);
    expect(at('float8e8m0', 0x00)).toBe(2 ** -127);
    expect(decode('float4e2m1', Uint8Array.of(0x10, 0x32, 0x54, 0x76, 0xf9), 10)).toEqual([
      0, 0.5, 1, 1.5, 2, 3, 4, 6, -0.5, -6,
    ]);
  });

  it('of 8 and 4 bits saturate, and break ties to the even code', () => {
    expect(decode('float8e4m3fn', encodeNumbers('float8e4m3fn', [1e9, -1e9, Infinity]), 3)).toEqual([
      448, -448, 448,
    ]);
    expect(decode('float8e5m2', encodeNumbers('float8e5m2', [1e9, Infinity]), 2)).toEqual([57344, Infinity]);
    expect(decode('float4e2m1', encodeNumbers('float4e2m1', [2.5, 5, 0.25, 7, -0.75]), 5)).toEqual([
      2, 4, 0, 6, -1,
    ]);
  });
});
