// Which weights magnitude pruning removes: against sorting, for every element type, to the weight.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ElementType } from '../../../../src/core/ir/elementType';
import { encodeNumbers, tensorNumbers } from '../../../../src/core/ir/numbers';
import { Tensor } from '../../../../src/core/ir/tensor';
import { pauseFor } from '../../../../src/core/ir/pacing';
import { magnitudeCuts } from '../../../../src/core/compression/pruning/magnitudeCuts';
import {
  magnitudeSource,
  type MagnitudeSource,
} from '../../../../src/core/compression/pruning/magnitudeSource';
import { maskedTensor } from '../../../../src/core/compression/pruning/maskedTensor';
import { prunedTensor } from '../../../../src/core/compression/pruning/prunedTensor';
import { floats, node } from '../../../support/build';
import { normals } from '../../../../src/shared/base/random';

const pause = pauseFor(new AbortController().signal);

function sourceOf(tensor: Tensor): MagnitudeSource {
  const source = magnitudeSource({ tensor });
  if (typeof source === 'string') throw new Error(source);
  return source;
}

async function pruneTogether(tensors: readonly Tensor[], sparsity: number): Promise<Tensor[]> {
  const sources = tensors.map(sourceOf);
  const cuts = await magnitudeCuts(sources, sparsity, pause);
  return sources.map((source) => {
    const cut = cuts.get(source);
    return cut ? prunedTensor(source, cut) : source.tensor;
  });
}

/** The reference: sorts, stably, and zeroes the first ones. */
function prunedBySorting(values: readonly number[], count: number): number[] {
  const order = values.map((_, i) => i).toSorted((a, b) => Math.abs(values[a]!) - Math.abs(values[b]!));
  const gone = new Set(order.slice(0, count));
  return values.map((value, i) => (gone.has(i) ? 0 : value));
}

const zeros = (values: ArrayLike<number>): number => Array.from(values).filter((value) => value === 0).length;

describe('magnitude pruning of tensors', () => {
  it('zeroes what sorting by magnitude and position would zero, over tensors with ties and zeros', async () => {
    // Few distinct values, so that ties at the threshold are the rule.
    const value = fc.oneof(
      fc.integer({ min: -4, max: 4 }),
      fc.float({ noNaN: true, min: -2, max: 2 }),
      fc.constantFrom(0, -0, 1e-40, -1e-40, 3e38),
    );
    const tensor = fc.array(value, { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(tensor, { minLength: 1, maxLength: 4 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        async (lists, sparsity) => {
          const tensors = lists.map((list, i) => floats(`w${i}`, [list.length], list));
          const all = tensors.flatMap((t) => [...tensorNumbers(t)]);
          const count = Math.min(Math.round(sparsity * all.length), all.length - 1);
          const pruned = await pruneTogether(tensors, sparsity);
          const result = pruned.flatMap((t) => [...tensorNumbers(t)]);
          expect(result.map((v) => v + 0)).toEqual(prunedBySorting(all, count).map((v) => v + 0));
        },
      ),
    );
  });

  it('reaches the asked sparsity to the weight on a large tensor with many equal magnitudes', async () => {
    const values = normals(600_000, 3).map((value) => Math.round(value * 8) / 8);
    for (const sparsity of [0.1, 0.5, 0.83, 0.999]) {
      const [pruned] = await pruneTogether([floats('w', [600_000], values)], sparsity);
      const before = zeros(values);
      expect(zeros(tensorNumbers(pruned!))).toBe(Math.max(before, Math.round(600_000 * sparsity)));
    }
  });

  it.each(['float16', 'bfloat16', 'float64', 'float32'] as const)('prunes %s', async (type: ElementType) => {
    const content = encodeNumbers(type, normals(1001, 7));
    const tensor = Tensor.fromBytes('w', type, [7, 11, 13], content);
    const before = [...tensorNumbers(tensor)];
    const [pruned] = await pruneTogether([tensor], 0.7);
    const rounded = before.map((value) => Math.fround(value));
    const expected = prunedBySorting(rounded, 701).map((value, i) => (value === 0 ? 0 : before[i]));
    expect([...tensorNumbers(pruned!)]).toEqual(expected);
    expect(pruned!.type).toBe(type);
  });

  it('prunes int8 weights by their dequantized magnitude, to the zero point of each channel', async () => {
    const stored = Int8Array.from([10, 12, -90, 9, /* second channel */ -5, -4, 20, -6]);
    const weight = {
      tensor: Tensor.fromBytes('w', 'int8', [2, 4], new Uint8Array(stored.buffer)),
      dequantize: {
        node: { name: '', domain: '', operator: 'DequantizeLinear', inputs: [], outputs: [], attributes: [] },
        scale: floats('s', [2], [1, 0.125]),
        zeroPoint: Tensor.fromBytes('z', 'int8', [2], Uint8Array.from([10, 256 - 5])),
        axis: 0,
      },
    };
    // Magnitudes: 0, 2, 100, 1 and 0, 0.125, 3.125, 0.125.
    const source = magnitudeSource(weight) as MagnitudeSource;
    const cuts = await magnitudeCuts([source], 5 / 8, pause);
    const pruned = prunedTensor(source, cuts.get(source)!);
    expect([...new Int8Array(new Uint8Array(pruned.bytes()).buffer)]).toEqual([
      10, 12, -90, 10, -5, -5, 20, -5,
    ]);
  });

  it('prunes blocks of int4 weights, two of which share a byte, to the zero point of each block', async () => {
    const stored = [3, -8, 1, 7, -2, 0, 5, 4, -6, 2, 7, 1, -1, 3, -7];
    const zeroPoint = [1, -2, 0, 3, 7, -1];
    const scale = [1, 0.5, 0.25, 2, 0.125, 1];
    const weight = {
      tensor: Tensor.fromBytes('w', 'int4', [3, 5], encodeNumbers('int4', stored)),
      dequantize: {
        node: node('DequantizeLinear', [], [], { axis: 1, block_size: 3 }),
        scale: floats('s', [3, 2], scale),
        zeroPoint: Tensor.fromBytes('z', 'int4', [3, 2], encodeNumbers('int4', zeroPoint)),
        axis: 1,
      },
    };
    const grids = stored.map((_, i) => 2 * Math.floor(i / 5) + Math.floor((i % 5) / 3));
    const magnitudes = stored.map((q, i) => Math.abs(q - zeroPoint[grids[i]!]!) * scale[grids[i]!]!);
    const order = magnitudes.map((_, i) => i).toSorted((a, b) => magnitudes[a]! - magnitudes[b]! || a - b);
    const source = magnitudeSource(weight) as MagnitudeSource;
    for (const count of [0, 1, 6, 9, 14]) {
      const cuts = await magnitudeCuts([source], count / 15, pause);
      const cut = cuts.get(source);
      const dropped = new Set(order.slice(0, count));
      const expected = stored.map((q, i) => (dropped.has(i) ? zeroPoint[grids[i]!]! : q));
      const pruned = cut ? prunedTensor(source, cut) : source.tensor;
      expect([...tensorNumbers(pruned)]).toEqual(expected);
      expect(pruned.bytes()).toEqual(encodeNumbers('int4', expected));
      expect(pruned.bytes(3, 2)).toEqual(encodeNumbers('int4', expected).subarray(3, 5));
      const mask = Uint8Array.from(stored, (_, i) => Number(dropped.has(i)));
      expect([...tensorNumbers(maskedTensor(source, mask))]).toEqual(expected);
    }
  });

  it('says why integers that nothing dequantizes, and scales of another number, are not pruned', () => {
    const int8 = Tensor.fromBytes('w', 'int8', [4], Uint8Array.from([1, 2, 3, 4]));
    const int32 = Tensor.fromBytes('w', 'int32', [1], new Uint8Array(4));
    const dequantize = { node: node('DequantizeLinear', [], []), scale: floats('s', [2], [1, 1]) };
    expect(magnitudeSource({ tensor: int8, dequantize: { ...dequantize, axis: 0 } })).toMatch(/scales/);
    expect(magnitudeSource({ tensor: int32, dequantize })).toMatch(/int32/);
    expect(magnitudeSource({ tensor: int32 })).toMatch(/int32/);
  });

  it('keeps NaN and infinity before it keeps anything else', async () => {
    const [pruned] = await pruneTogether([floats('w', [5], [1, NaN, -3, -Infinity, 2])], 0.6);
    expect([...tensorNumbers(pruned!)]).toEqual([0, NaN, 0, -Infinity, 0]);
  });

  it('reads any part of the pruned content, and leaves the original alone', async () => {
    const original = floats('w', [257], normals(257, 5));
    const before = original.bytes().slice();
    const [pruned] = await pruneTogether([original], 0.5);
    const whole = pruned!.bytes();
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(64), (offset, length) => {
        const end = Math.min(whole.length, offset + length);
        expect(pruned!.bytes(offset, end - offset)).toEqual(whole.subarray(offset, end));
      }),
    );
    expect(original.bytes()).toEqual(before);
  });

  it('reads content that a file reader hands out at an odd address', async () => {
    const values = normals(64, 9);
    const shifted = new Uint8Array(257);
    shifted.set(new Uint8Array(values.buffer), 1);
    const [pruned] = await pruneTogether([Tensor.fromBytes('w', 'float32', [64], shifted.subarray(1))], 0.5);
    expect(zeros(tensorNumbers(pruned!))).toBe(32);
    expect(shifted.subarray(1)).toEqual(new Uint8Array(values.buffer));
  });

  it('changes nothing where enough weights are zero already', async () => {
    const cuts = await magnitudeCuts([sourceOf(floats('w', [4], [0, 0, 0, 1]))], 0.5, pause);
    expect(cuts.size).toBe(0);
  });

  it('stops at a cancel', async () => {
    const controller = new AbortController();
    controller.abort();
    const source = sourceOf(floats('w', [4], [1, 2, 3, 4]));
    await expect(magnitudeCuts([source], 0.5, pauseFor(controller.signal))).rejects.toThrow(
      expect.objectContaining({ name: 'AbortError' }),
    );
  });
});
