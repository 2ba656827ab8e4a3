// The gradients of reductions, with axes as an attribute and as an input, and at ties and zeros.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { int64s, node } from '../../../support/build';
import { gradientError, gradientsAt } from '../../../support/checkGradient';
import { awayFrom, between, smallShape } from '../../../support/gradientArbitraries';

const operators =
  'ReduceSum ReduceMean ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceSumSquare';

describe('the gradient of a reduction', () => {
  it.each(operators.split(' '))('%s equals central differences', async (operator) => {
    await fc.assert(
      fc.asyncProperty(
        smallShape.filter((shape) => shape.length > 0),
        fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
        fc.boolean(),
        fc.boolean(),
        fc.constantFrom(11, 17, 18),
        fc.nat(),
        async (shape, chosen, fromEnd, keeps, opset, seed) => {
          const axes = shape.flatMap((_, i) => (chosen[i] === true ? [fromEnd ? i - shape.length : i] : []));
          const asInput = opset >= (operator === 'ReduceSum' ? 13 : 18);
          const stated = axes.length > 0 && !asInput ? { axes } : {};
          const given = axes.length > 0 && asInput;
          const error = await gradientError(
            {
              nodes: [
                node(operator, given ? ['x', 'axes'] : ['x'], ['y'], { keepdims: Number(keeps), ...stated }),
              ],
              inputs: { x: shape },
              tensors: given ? [int64s('axes', [axes.length], axes)] : [],
              outputs: ['y'],
              opset,
              value: operator === 'ReduceLogSum' ? between(0.3, 2) : awayFrom([0]),
            },
            seed,
          );
          expect(error).toBeLessThan(1e-6);
        },
      ),
      { numRuns: 12 },
    );
  });

  it.each([
    ['ReduceMax', [1, 3, 3], [0, 0.5, 0.5]],
    ['ReduceMin', [1, 1, 3], [0.5, 0.5, 0]],
    ['ReduceProd', [0, 2, 3], [6, 0, 0]],
    ['ReduceProd', [0, 0, 3], [0, 0, 0]],
    ['ReduceL1', [0, -2, 3], [0, -1, 1]],
    ['ReduceL2', [0, 0, 0], [0, 0, 0]],
  ])('%s of %j is as in PyTorch', async (operator, x, expected) => {
    const nodes = [node(operator, ['x'], ['y'])];
    expect((await gradientsAt({ nodes, inputs: { x: [3] }, outputs: ['y'] }, { x }))['x']).toEqual(expected);
  });
});
