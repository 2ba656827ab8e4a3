// The gradient of Gemm for every way that its factors can lie and its summand can be repeated.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { node } from '../../../support/build';
import { gradientError } from '../../../support/checkGradient';

const size = fc.integer({ min: 1, max: 5 });
const scale = fc.constantFrom(1, 0.5, -2);

describe('the gradient of Gemm', () => {
  it('equals central differences', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          m: size,
          k: size,
          n: size,
          transA: fc.boolean(),
          transB: fc.boolean(),
          alpha: scale,
          beta: scale,
        }),
        fc.constantFrom('none', 'scalar', 'row', 'column', 'whole'),
        fc.nat(),
        async ({ m, k, n, transA, transB, alpha, beta }, summand, seed) => {
          const c = { none: undefined, scalar: [], row: [n], column: [m, 1], whole: [m, n] }[summand];
          const attributes = {
            transA: Number(transA),
            transB: Number(transB),
            alpha: { kind: 'float', value: alpha },
            beta: { kind: 'float', value: beta },
          } as const;
          const error = await gradientError(
            {
              nodes: [node('Gemm', c ? ['a', 'b', 'c'] : ['a', 'b'], ['y'], attributes)],
              inputs: { a: transA ? [k, m] : [m, k], b: transB ? [n, k] : [k, n], ...(c && { c }) },
              outputs: ['y'],
            },
            seed,
          );
          expect(error).toBeLessThan(1e-6);
        },
      ),
      { numRuns: 40 },
    );
  });
});
