// The gradient of MatMul for vectors, matrices and batches that are repeated, and of Einsum.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { node } from '../../../support/build';
import { gradientError } from '../../../support/checkGradient';
import { broadcastShapes } from '../../../support/gradientArbitraries';

const size = fc.integer({ min: 1, max: 4 });

describe('the gradient of MatMul', () => {
  it('equals central differences for vectors, matrices and repeated batches', async () => {
    await fc.assert(
      fc.asyncProperty(
        broadcastShapes(2),
        fc.tuple(size, size, size),
        fc.constantFrom('both', 'left vector', 'right vector', 'vectors'),
        fc.nat(),
        async ([left, right], [m, k, n], kind, seed) => {
          const a = kind === 'left vector' || kind === 'vectors' ? [k] : [...left!.slice(-2), m, k];
          const b = kind === 'right vector' || kind === 'vectors' ? [k] : [...right!.slice(-2), k, n];
          const nodes = [node('MatMul', ['a', 'b'], ['y'])];
          expect(await gradientError({ nodes, inputs: { a, b }, outputs: ['y'] }, seed)).toBeLessThan(1e-6);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('the gradient of Einsum', () => {
  it.each([
    ['ij,jk->ik', [2, 3], [3, 4]],
    ['bhqd,bhkd->bhqk', [2, 2, 3, 4], [2, 2, 5, 4]],
    ['...ij,...jk->...ik', [2, 4, 3, 2], [2, 4, 2, 3]],
    ['ij,jk', [2, 3], [3, 4]],
    ['ij,k->k', [2, 3], [4]],
    ['i,j->ij', [3], [2]],
    ['i...,i->...', [3, 2, 2], [3]],
    ['ij,ij->', [2, 3], [2, 3]],
  ] as const)('equals central differences: %s', async (equation, a, b) => {
    const nodes = [node('Einsum', ['a', 'b'], ['y'], { equation })];
    expect(await gradientError({ nodes, inputs: { a, b }, outputs: ['y'] }, 5)).toBeLessThan(1e-6);
  });

  it('equals central differences with one and with three factors', async () => {
    const one = { nodes: [node('Einsum', ['a'], ['y'], { equation: 'ijk->kj' })], inputs: { a: [2, 3, 4] } };
    const three = {
      nodes: [node('Einsum', ['a', 'b', 'c'], ['y'], { equation: 'ij,jk,kl->il' })],
      inputs: { a: [2, 3], b: [3, 4], c: [4, 2] },
    };
    for (const test of [one, three])
      expect(await gradientError({ ...test, outputs: ['y'] }, 2)).toBeLessThan(1e-6);
  });

  it('refuses a diagonal', async () => {
    const nodes = [node('Einsum', ['a'], ['y'], { equation: 'ii->i' })];
    await expect(gradientError({ nodes, inputs: { a: [3, 3] }, outputs: ['y'] }, 1)).rejects.toThrow(
      /diagonal/,
    );
  });
});
