// Dequantized values against the formula written out, for every way in which scales can lie.
import { describe, expect, it } from 'vitest';
import { pairedChunks, weightValues } from '../../../src/core/analysis/weightValues';
import { Tensor } from '../../../src/core/ir/tensor';
import { floats, node } from '../../support/build';
import { normals } from '../../../src/shared/base/random';
import { weightOf, type StoredWeight } from './weightOf';

function all(stored: StoredWeight, start?: number, end?: number): number[] {
  return [...weightValues(stored).chunks(start, end)].flatMap((part) => [...part]);
}

function int8s(shape: readonly number[], values: readonly number[], name = 'q'): Tensor {
  return Tensor.fromBytes(name, 'int8', shape, new Uint8Array(Int8Array.from(values).buffer));
}

function quantized(
  tensor: Tensor,
  scales: Tensor,
  zeroPoints?: Tensor,
  axis?: number,
  block?: number,
): StoredWeight {
  return {
    tensor,
    dequantize: {
      node: node(
        'DequantizeLinear',
        ['q', 's', 'z'],
        ['w'],
        block === undefined ? {} : { block_size: block },
      ),
      scale: scales,
      ...(zeroPoints ? { zeroPoint: zeroPoints } : {}),
      ...(axis === undefined ? {} : { axis }),
    },
  };
}

const ramp = Array.from({ length: 24 }, (_, i) => i - 12);

describe('weightValues', () => {
  it('reads a plain tensor as it is stored, whole or in part', () => {
    const values = normals(20, 1);
    expect(all(weightOf([4, 5], values))).toEqual([...values]);
    expect(all(weightOf([4, 5], values), 3, 17)).toEqual([...values.subarray(3, 17)]);
  });

  it('applies one scale and zero point to a whole tensor', () => {
    const stored = quantized(int8s([24], ramp), floats('s', [], [0.5]), int8s([], [3], 'z'));
    expect(all(stored)).toEqual(ramp.map((q) => (q - 3) * 0.5));
  });

  it.each([0, 1, 2])('applies scales along axis %i', (axis) => {
    const shape = [2, 3, 4];
    const count = shape[axis]!;
    const scales = Array.from({ length: count }, (_, i) => 2 ** i);
    const zeroPoints = Array.from({ length: count }, (_, i) => i - 1);
    const stored = quantized(
      int8s(shape, ramp),
      floats('s', [count], scales),
      int8s([count], zeroPoints, 'z'),
      axis,
    );
    const strides = [12, 4, 1];
    const expected = ramp.map((q, i) => {
      const channel = Math.floor(i / strides[axis]!) % count;
      return (q - zeroPoints[channel]!) * scales[channel]!;
    });
    expect(all(stored)).toEqual(expected);
    expect(all(stored, 5, 19)).toEqual(expected.slice(5, 19));
  });

  it('applies scales of blocks along an axis, the last one shorter', () => {
    const shape = [2, 5];
    const q = [1, 1, 1, 1, 1, 2, 2, 2, 2, 2];
    const stored = quantized(int8s(shape, q), floats('s', [2, 3], [1, 2, 3, 10, 20, 30]), undefined, 1, 2);
    expect(all(stored)).toEqual([1, 1, 2, 2, 3, 20, 20, 40, 40, 60]);
  });

  it('finds single 4-bit weights inside bytes', () => {
    const nibbles = Array.from({ length: 21 }, (_, i) => i % 16);
    const bytes = Uint8Array.from(
      { length: 11 },
      (_, i) => nibbles[2 * i]! | ((nibbles[2 * i + 1] ?? 0) << 4),
    );
    const stored = quantized(Tensor.fromBytes('q', 'uint4', [21], bytes), floats('s', [], [2]));
    expect(all(stored, 7, 18)).toEqual(nibbles.slice(7, 18).map((value) => 2 * value));
  });

  it('reads two tensors of different types side by side, part by part', () => {
    const count = 600_001;
    const integers = Int8Array.from({ length: count }, (_, i) => (i % 255) - 127);
    const a = weightValues(
      weightOf(
        [count],
        Float32Array.from(integers, (value) => value * 0.25),
      ),
    );
    const b = weightValues(
      quantized(
        Tensor.fromBytes('q', 'int8', [count], new Uint8Array(integers.buffer)),
        floats('s', [], [0.25]),
      ),
    );
    let seen = 13;
    for (const part of pairedChunks(a, b, 13)) {
      expect(part.start).toBe(seen);
      expect(part.a).toEqual(part.b);
      seen += part.a.length;
    }
    expect(seen).toBe(count);
  });
});
