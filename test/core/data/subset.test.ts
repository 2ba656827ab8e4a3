// Parts of a data set: nothing lost, nothing twice, classes kept in proportion, the same for a seed.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DataSet } from '../../../src/core/data/dataSet';
import { divide, fraction, subset } from '../../../src/core/data/subset';

/** Sample n holds the number n. */
function counting(count: number, labels?: Int32Array): DataSet {
  return {
    name: 'counting',
    count,
    inputs: [{ shape: [1] }],
    ...(labels && { labels, targets: { kind: 'classes', count: 100 } }),
    rows: async (indices) => ({
      count: indices.length,
      inputs: [Float32Array.from(indices)],
      ...(labels && { labels: Int32Array.from(indices, (index) => labels[index]!) }),
    }),
  };
}

const labelled = fc.record({
  labels: fc
    .array(fc.nat({ max: 5 }), { minLength: 2, maxLength: 200 })
    .map((labels) => Int32Array.from(labels)),
  part: fc.double({ min: 0.01, max: 0.99, noNaN: true }),
  seed: fc.nat(),
});

describe('divide', () => {
  it('puts every sample in one of two parts, the same for a seed', () => {
    fc.assert(
      fc.property(labelled, fc.boolean(), ({ labels, part, seed }, withLabels) => {
        const data = counting(labels.length, withLabels ? labels : undefined);
        const divided = divide(data, part, seed);
        expect([...divided.part, ...divided.rest].toSorted((a, b) => a - b)).toEqual([...labels.keys()]);
        expect(divided.part.length).toBeGreaterThan(0);
        expect(divided.rest.length).toBeGreaterThan(0);
        expect(Math.abs(divided.part.length - part * labels.length)).toBeLessThanOrEqual(1);
        expect(divide(data, part, seed)).toEqual(divided);
      }),
    );
  });

  it('cuts every class alike', () => {
    fc.assert(
      fc.property(labelled, ({ labels, part, seed }) => {
        const divided = divide(counting(labels.length, labels), part, seed);
        for (const label of new Set(labels)) {
          const all = labels.filter((other) => other === label).length;
          const own = divided.part.filter((index) => labels[index] === label).length;
          // At most one too many or too few for the rounding of the class, and one for that of the whole.
          expect(Math.abs(own - part * all)).toBeLessThanOrEqual(2);
        }
      }),
    );
  });

  it('gives a larger part the samples of a smaller one', () => {
    fc.assert(
      fc.property(
        labelled,
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        ({ labels, part, seed }, other) => {
          const data = counting(labels.length, labels);
          const [small, large] = [Math.min(part, other), Math.max(part, other)].map(
            (size) => new Set(divide(data, size, seed).part),
          );
          expect([...small!].every((index) => large!.has(index))).toBe(true);
        },
      ),
    );
  });

  it('draws by chance, differently for another seed', () => {
    const data = counting(1000);
    const { part } = divide(data, 0.5, 1);
    expect(part).not.toEqual(divide(data, 0.5, 2).part);
    expect(part.filter((index) => index < 500).length).toBeGreaterThan(200);
    expect(part.filter((index) => index < 500).length).toBeLessThan(300);
  });
});

describe('subset', () => {
  it('holds the samples of its indices in their order, with their labels', async () => {
    const data = subset(
      counting(
        10,
        Int32Array.from({ length: 10 }, (_, i) => i % 3),
      ),
      Int32Array.of(7, 2, 5),
      'three',
    );
    expect(data).toMatchObject({ name: 'three', count: 3 });
    expect(data.labels).toEqual(Int32Array.of(1, 2, 2));
    expect(await data.rows([2, 0, 0])).toEqual({
      count: 3,
      inputs: [Float32Array.of(5, 7, 7)],
      labels: Int32Array.of(2, 1, 1),
    });
    expect((await subset(data, Int32Array.of(1)).rows([0])).inputs[0]).toEqual(Float32Array.of(2));
  });
});

describe('fraction', () => {
  it('is all of the data for 1, and at least one sample', () => {
    const data = counting(10);
    expect(fraction(data, 1, 1)).toBe(data);
    expect(fraction(data, 0.3, 1).count).toBe(3);
    expect(fraction(data, 0.001, 1).count).toBe(1);
  });
});
