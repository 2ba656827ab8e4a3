// Sizes of coded parameters: against an encoder that is written out in full, and against entropies known on paper.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codedSizes } from '../../../src/core/analysis/codedSizes';
import { entropyBits } from '../../../src/core/analysis/entropy';
import { sparseBytes, sparseHeaderBytes, widestGap } from '../../../src/core/analysis/sparseEncoding';
import { symbolsOf, type Symbols } from '../../../src/core/analysis/storedSymbols';
import { pauseFor } from '../../../src/core/ir/pacing';
import { Tensor } from '../../../src/core/ir/tensor';
import { denseModel } from '../../support/sampleModels';

const pause = pauseFor(new AbortController().signal);

/** Entries of [elements left out before it, element], as the encoding stores them. */
function encoded(symbols: ArrayLike<number>, width: number, absent: number): [gap: number, symbol: number][] {
  const most = 2 ** width - 1;
  const entries: [number, number][] = [];
  let gap = 0;
  for (const symbol of Array.from(symbols)) {
    if (symbol !== absent || gap === most) {
      // A filler is put where it is known to be followed by something.
      entries.push([gap, symbol]);
      gap = 0;
    } else gap++;
  }
  while (entries.at(-1)?.[1] === absent) entries.pop();
  return entries;
}

function decoded(entries: readonly [number, number][], length: number, absent: number): number[] {
  const symbols = entries.flatMap(([gap, symbol]) => [...Array<number>(gap).fill(absent), symbol]);
  return [...symbols, ...Array<number>(length - symbols.length).fill(absent)];
}

const sparse = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 255 })), { maxLength: 60 })
  .map((runs) => runs.flatMap(([zeros, value]) => [...Array<number>(zeros).fill(0), value]));

describe('the sparse encoding', () => {
  it('takes what an encoder that can be undone takes, with the best width for distances', async () => {
    await fc.assert(
      fc.asyncProperty(sparse, async (values) => {
        const widths = Array.from({ length: widestGap }, (_, i) => i + 1);
        const sizes = widths.map((width) => {
          const entries = encoded(values, width, 0);
          expect(decoded(entries, values.length, 0)).toEqual(values);
          return sparseHeaderBytes + Math.ceil((entries.length * (width + 16)) / 8);
        });
        const best = Math.min(1 + values.length * 2, ...sizes);
        const chunks = (): Symbols[] => [
          Uint16Array.from(values.slice(0, 7)),
          Uint16Array.from(values.slice(7)),
        ];
        expect(await sparseBytes(chunks, values.length, 16, pause)).toBe(best);
      }),
    );
  });

  it('leaves out the most frequent of small symbols, whichever number that is', async () => {
    const values = new Uint8Array(1000).fill(128);
    values[3] = 1;
    values[999] = 0;
    // 3 and 995 are left out: in 9 bits each, 995 needs one filler.
    expect(await sparseBytes(() => [values], 1000, 8, pause)).toBeLessThan(20);
  });

  it('is dense where nothing can be left out', async () => {
    const values = Uint32Array.from({ length: 100 }, (_, i) => i + 1);
    expect(await sparseBytes(() => [values], 100, 32, pause)).toBe(401);
  });
});

describe('the entropy', () => {
  it.each([8, 16, 32, 64])('of %i-bit symbols is that of their frequencies', async (bits) => {
    const symbols = [
      ...Array<number>(32).fill(1),
      ...Array<number>(16).fill(2),
      ...Array<number>(16).fill(3),
    ];
    const made = {
      8: Uint8Array.from(symbols),
      16: Uint16Array.from(symbols),
      32: Uint32Array.from(symbols),
      64: BigUint64Array.from(symbols.map(BigInt)),
    }[bits]!;
    expect(await entropyBits(() => [made], 64, bits, pause)).toBeCloseTo(64 * 1.5, 9);
  });

  it('tells symbols apart by their upper and their lower half', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(1, 2, 0x10001, 0x10002, 0xffff0001, 0xffffffff), { minLength: 1 }),
        async (values) => {
          const counts = new Map<number, number>();
          for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
          const expected = [...counts.values()].reduce(
            (sum, count) => sum - count * Math.log2(count / values.length),
            0,
          );
          const symbols = Uint32Array.from(values);
          expect(await entropyBits(() => [symbols], values.length, 32, pause)).toBeCloseTo(expected, 6);
        },
      ),
    );
  });

  it('counts large groups as it sorts small ones', async () => {
    const symbols = Uint32Array.from({ length: 1 << 16 }, (_, i) => i % 4);
    expect(await entropyBits(() => [symbols], symbols.length, 32, pause)).toBeCloseTo(2 * symbols.length, 3);
  });
});

it('elements that share a byte are symbols of their own', () => {
  const tensor = Tensor.fromBytes('t', 'int4', [3], Uint8Array.from([0xf1, 0x07]));
  expect([...symbolsOf(tensor, 4)].flatMap((part) => Array.from(part, Number))).toEqual([1, 15, 7]);
});

describe('a model', () => {
  it('is coded layer by layer, and all around its tensors counts as it is', async () => {
    const model = denseModel([16, 8, 4]);
    const stored = (16 * 8 + 8 * 4) * 4;
    const sizes = await codedSizes(model, stored + 100, pause);
    const layers = [...sizes.layers.values()];
    expect(sizes.sparseBytes).toBe(100 + layers.reduce((sum, layer) => sum + layer.sparseBytes, 0));
    // Weights that are all different: a byte more for each tensor, and log2 of their number for each.
    expect(sizes.layers.get('dense0')).toEqual({ sparseBytes: 513, entropyBytes: (128 * 7) / 8 });
    expect(sizes.layers.get('dense1')).toEqual({ sparseBytes: 129, entropyBytes: (32 * 5) / 8 });
  });
});
