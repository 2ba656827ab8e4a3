// NumPy's format for one array: every type and order that is read, and what is refused.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readNpy } from '../../../src/core/data/npy';
import { tensorNumbers } from '../../../src/core/ir/numbers';
import { float16FromNumber } from '../../../src/core/ir/smallFloats';
import { npyFile, npyWithHeader } from '../../support/numpyFiles';

type Write = (view: DataView, offset: number, value: number, littleEndian: boolean) => void;

/** By descr without its byte order: bytes of an element, how one is written, and values that it holds exactly. */
const elements: Readonly<
  Record<string, readonly [size: number, write: Write, values: fc.Arbitrary<number>]>
> = {
  b1: [1, (view, at, value) => view.setUint8(at, value), fc.integer({ min: 0, max: 1 })],
  i1: [1, (view, at, value) => view.setInt8(at, value), fc.integer({ min: -128, max: 127 })],
  u1: [1, (view, at, value) => view.setUint8(at, value), fc.integer({ min: 0, max: 255 })],
  i2: [
    2,
    (view, at, value, little) => view.setInt16(at, value, little),
    fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 }),
  ],
  u2: [
    2,
    (view, at, value, little) => view.setUint16(at, value, little),
    fc.integer({ min: 0, max: 2 ** 16 - 1 }),
  ],
  i4: [
    4,
    (view, at, value, little) => view.setInt32(at, value, little),
    fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  ],
  u4: [
    4,
    (view, at, value, little) => view.setUint32(at, value, little),
    fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  ],
  i8: [8, (view, at, value, little) => view.setBigInt64(at, BigInt(value), little), fc.maxSafeInteger()],
  u8: [8, (view, at, value, little) => view.setBigUint64(at, BigInt(value), little), fc.maxSafeNat()],
  f2: [
    2,
    (view, at, value, little) => view.setUint16(at, float16FromNumber(value), little),
    fc.integer({ min: -2048, max: 2048 }),
  ],
  f4: [
    4,
    (view, at, value, little) => view.setFloat32(at, value, little),
    fc.float({ noDefaultInfinity: true, noNaN: true }),
  ],
  f8: [
    8,
    (view, at, value, little) => view.setFloat64(at, value, little),
    fc.double({ noDefaultInfinity: true, noNaN: true }),
  ],
};

const arrays = fc.constantFrom(...Object.keys(elements)).chain((kind) =>
  fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }).chain((shape) =>
    fc.record({
      kind: fc.constant(kind),
      shape: fc.constant(shape),
      values: fc.array(elements[kind]![2], {
        minLength: shape.reduce((a, b) => a * b, 1),
        maxLength: shape.reduce((a, b) => a * b, 1),
      }),
      bigEndian: fc.boolean(),
      fortranOrder: fc.boolean(),
      version: fc.constantFrom<1 | 2 | 3>(1, 2, 3),
      // A file may lie anywhere in the memory that it was read into.
      shift: fc.integer({ min: 0, max: 7 }),
    }),
  ),
);

/** Place of the element with this row-major index where the first axis runs fastest. */
function columnMajorIndex(index: number, shape: readonly number[]): number {
  let rest = index;
  let place = 0;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const before = shape.slice(0, axis).reduce((a, b) => a * b, 1);
    place += (rest % shape[axis]!) * before;
    rest = Math.floor(rest / shape[axis]!);
  }
  return place;
}

describe('readNpy', () => {
  it('reads every type in both byte orders, both memory orders and all versions', () => {
    fc.assert(
      fc.property(arrays, ({ kind, shape, values, bigEndian, fortranOrder, version, shift }) => {
        const [size, write] = elements[kind]!;
        const content = Buffer.alloc(size * values.length);
        const view = new DataView(content.buffer, content.byteOffset, content.length);
        for (const [i, value] of values.entries()) {
          const place = fortranOrder ? columnMajorIndex(i, shape) : i;
          write(view, size * place, value, !bigEndian);
        }
        const order = size === 1 ? '|' : bigEndian ? '>' : '<';
        const file = npyFile({ descr: order + kind, shape, content, fortranOrder, version });
        const moved = Buffer.alloc(file.length + shift).subarray(shift);
        file.copy(moved);
        const tensor = readNpy('x', moved);
        expect(tensor.shape).toEqual(shape);
        expect([...tensorNumbers(tensor)]).toEqual(values);
      }),
      { numRuns: 300 },
    );
  });

  it('refuses Python objects by name, before it looks at anything else of them', () => {
    const pickled = npyFile({ descr: '|O', shape: [1], content: Buffer.from('\x80\x04N.') });
    expect(() => readNpy('evil.npz: y', pickled)).toThrow(
      expect.objectContaining({ code: 'DATA_PICKLED', message: expect.stringContaining('evil.npz: y') }),
    );
  });

  const one = Buffer.alloc(4);
  it.each([
    ['another format', Buffer.from('PK\x03\x04 and so on'), 'no .npy file'],
    ['an empty file', Buffer.alloc(0), 'no .npy file'],
    ['a version to come', npyWithHeader("{'descr': '<f4'}", one, 9), 'version 9'],
    ['texts', npyFile({ descr: '<U5', shape: [1], content: Buffer.alloc(20) }), '<U5'],
    ['complex numbers', npyFile({ descr: '<c8', shape: [1], content: Buffer.alloc(8) }), '<c8'],
    ['inherited names', npyFile({ descr: 'toString', shape: [1], content: one }), 'toString'],
    [
      'several fields',
      npyWithHeader("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", one, 1),
      'several fields',
    ],
    ['no shape', npyWithHeader("{'descr': '<f4', 'fortran_order': False}", one, 1), 'header cannot be read'],
    [
      'a negative shape',
      npyWithHeader("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", one, 1),
      'header cannot be read',
    ],
    ['too few bytes', npyFile({ descr: '<f4', shape: [2], content: one }), '8 bytes, but 4 follow'],
    [
      'too many bytes',
      npyFile({ descr: '<f4', shape: [], content: Buffer.alloc(8) }),
      '4 bytes, but 8 follow',
    ],
    [
      'more elements than can be',
      npyFile({ descr: '<f4', shape: [2 ** 31, 2 ** 31], content: one }),
      'which cannot be',
    ],
    [
      'too many axes',
      npyFile({ descr: '<f4', shape: Array.from({ length: 40 }, () => 1), content: one }),
      'which cannot be',
    ],
    [
      'a cut header',
      npyFile({ descr: '<f4', shape: [1], content: one }).subarray(0, 40),
      'ends within its header',
    ],
    [
      'a cut preamble',
      npyFile({ descr: '<f4', shape: [1], content: one, version: 2 }).subarray(0, 11),
      'ends within its header',
    ],
  ])('refuses %s', (_, bytes, problem) => {
    expect(() => readNpy('x', bytes)).toThrow(problem);
  });

  it('takes no memory for a header that claims gigabytes', () => {
    const file = npyFile({ descr: '<f4', shape: [1], content: one, version: 2 });
    file.writeUInt32LE(2 ** 32 - 1, 8);
    expect(() => readNpy('x', file)).toThrow('its header would take 4294967295 bytes');
  });

  it('survives any damage to a header', () => {
    const file = npyFile({ descr: '<f4', shape: [2, 3], content: Buffer.alloc(24) });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 127 }), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        const damaged = Buffer.from(file);
        damaged[at] = byte;
        try {
          readNpy('x', damaged);
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^DATA_/) });
        }
      }),
    );
  });
});
