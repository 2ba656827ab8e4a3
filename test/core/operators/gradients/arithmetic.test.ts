// The gradients of functions of one number and of arithmetic with broadcasting.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeNumbers } from '../../../../src/core/ir/numbers';
import { Tensor } from '../../../../src/core/ir/tensor';
import { node } from '../../../support/build';
import { gradientError, gradientsAt, type GradientCase } from '../../../support/checkGradient';
import { awayFrom, between, broadcastShapes, smallShape } from '../../../support/gradientArbitraries';

const positive = between(0.3, 2);
const inside = between(-0.6, 0.6);

describe('the gradient of a function of one number', () => {
  it.each([
    ['Abs', awayFrom([0])],
    ['Neg', awayFrom([])],
    ['Sqrt', positive],
    ['Exp', awayFrom([])],
    ['Log', positive],
    ['Reciprocal', positive],
    ['Sin', awayFrom([])],
    ['Cos', awayFrom([])],
    ['Tan', inside],
    ['Sinh', inside],
    ['Cosh', positive],
    ['Asin', inside],
    ['Acos', inside],
    ['Atan', awayFrom([])],
    ['Identity', awayFrom([])],
    ['Sign', awayFrom([0])],
    ['Floor', awayFrom([-4, -3, -2, -1, 0, 1, 2, 3, 4])],
    ['Ceil', awayFrom([-4, -3, -2, -1, 0, 1, 2, 3, 4])],
    ['Round', awayFrom([-3.5, -2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5])],
    ['Erf', awayFrom([])],
  ])('%s equals central differences', async (operator, value) => {
    // ONNX Runtime has these in float32 only.
    const float32 = ['Erf', 'Tan', 'Sinh', 'Cosh', 'Asin', 'Acos', 'Atan'].includes(operator);
    await fc.assert(
      fc.asyncProperty(smallShape, fc.nat(), async (shape, seed) => {
        const error = await gradientError(
          {
            nodes: [node(operator, ['x'], ['y'])],
            inputs: { x: shape },
            outputs: ['y'],
            float32,
            ...(float32 && { step: 0.05 }),
            value,
          },
          seed,
        );
        expect(error).toBeLessThan(float32 ? 1e-3 : 1e-6);
      }),
      { numRuns: 5 },
    );
  });

  it('is 0 at the kink of Abs', async () => {
    const nodes = [node('Abs', ['x'], ['y'])];
    const found = await gradientsAt({ nodes, inputs: { x: [3] }, outputs: ['y'] }, { x: [-2, 0, 2] });
    expect(found['x']).toEqual([-1, 0, 1]);
  });

  it('passes through conversions between types of real numbers, and not through integers', async () => {
    const passing = [node('Cast', ['x'], ['h'], { to: 1 }), node('Cast', ['h'], ['y'], { to: 11 })];
    const cut = [node('Cast', ['x'], ['h'], { to: 7 }), node('Cast', ['h'], ['y'], { to: 11 })];
    const at = { x: [1.25, -3] };
    const inputs = { x: [2] };
    expect((await gradientsAt({ nodes: passing, inputs, outputs: ['y'] }, at))['x']).toEqual([1, 1]);
    expect((await gradientsAt({ nodes: cut, inputs, outputs: ['y'] }, at))['x']).toEqual([]);
  });
});

describe('the gradient of arithmetic that broadcasts', () => {
  it.each(['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Min', 'Max', 'Sum', 'Mean'])(
    '%s equals central differences',
    async (operator) => {
      const variadic = ['Min', 'Max', 'Sum', 'Mean'].includes(operator);
      // ONNX Runtime has no float64 kernel for it.
      const float32 = operator === 'Mean';
      const count = variadic ? fc.integer({ min: 1, max: 4 }) : fc.constant(2);
      await fc.assert(
        fc.asyncProperty(count.chain(broadcastShapes), fc.nat(), async (shapes, seed) => {
          const inputs = Object.fromEntries(shapes.map((shape, i) => [`x${i}`, shape]));
          const error = await gradientError(
            {
              nodes: [node(operator, Object.keys(inputs), ['y'])],
              inputs,
              outputs: ['y'],
              value: positive,
              ...(float32 && { float32, step: 1 }),
            },
            seed,
          );
          expect(error).toBeLessThan(float32 ? 1e-3 : 1e-6);
        }),
        { numRuns: 15 },
      );
    },
  );

  it.each([
    ['the last axis', [9]],
    ['the last two', [2, 9]],
    ['one of size 1 between', [1, 9]],
  ])('sums over whole rows for an input that has only %s', async (_, shape) => {
    const nodes = [node('Mul', ['x', 'w'], ['y'])];
    const inputs = { x: [3, 2, 9], w: shape };
    expect(await gradientError({ nodes, inputs, outputs: ['y'] }, 1)).toBeLessThan(1e-6);
  });

  it('adds up where an input occurs twice', async () => {
    const nodes = [node('Mul', ['x', 'x'], ['y'])];
    const found = await gradientsAt({ nodes, inputs: { x: [2] }, outputs: ['y'] }, { x: [3, -1] });
    expect(found['x']).toEqual([6, -2]);
  });

  it('Where sends it to where the value came from', async () => {
    await fc.assert(
      fc.asyncProperty(
        broadcastShapes(3),
        fc.infiniteStream(fc.boolean()),
        fc.nat(),
        async ([c, a, b], chosen, seed) => {
          const length = c!.reduce((product, size) => product * size, 1);
          const content = Uint8Array.from({ length }, () => Number(chosen.next().value));
          const error = await gradientError(
            {
              nodes: [node('Where', ['c', 'a', 'b'], ['y'])],
              inputs: { a: a!, b: b! },
              tensors: [Tensor.fromBytes('c', 'bool', c!, content)],
              outputs: ['y'],
            },
            seed,
          );
          expect(error).toBeLessThan(1e-6);
        },
      ),
      { numRuns: 15 },
    );
  });

  it.each(['Max', 'Min'])('%s shares it between equal inputs', async (operator) => {
    const nodes = [node(operator, ['a', 'b'], ['y'])];
    const at = { a: [1, 2, 3], b: [1, 5, 0] };
    const found = await gradientsAt({ nodes, inputs: { a: [3], b: [3] }, outputs: ['y'] }, at);
    expect(found['a']).toEqual(operator === 'Max' ? [0.5, 0, 1] : [0.5, 1, 0]);
    expect(found['b']).toEqual(operator === 'Max' ? [0.5, 1, 0] : [0.5, 0, 1]);
  });

  it.each([0, 1, 2, 3, 4, 5, -1, -2])('Pow takes any number to the stored power of %i', async (exponent) => {
    for (const type of ['float64', 'int64'] as const) {
      const b = Tensor.fromBytes('b', type, [1], encodeNumbers(type, [exponent]));
      const test: GradientCase = {
        nodes: [node('Pow', ['a', 'b'], ['y'])],
        inputs: { a: [3, 4] },
        tensors: [b],
        outputs: ['y'],
        value: awayFrom([0]),
      };
      expect(await gradientError(test, 7)).toBeLessThan(1e-6);
      const at0 = (await gradientsAt({ ...test, inputs: { a: [1] } }, { a: [0] }))['a'];
      expect(at0).toEqual([exponent < 0 ? -Infinity : exponent === 1 ? 1 : 0]);
    }
  });

  it.each([0.5, 2.5, -0.3])('Pow takes a positive number to the stored power of %d', async (exponent) => {
    const b = Tensor.fromBytes('b', 'float64', [], encodeNumbers('float64', [exponent]));
    const nodes = [node('Pow', ['a', 'b'], ['y'])];
    const test: GradientCase = {
      nodes,
      inputs: { a: [3, 4] },
      tensors: [b],
      outputs: ['y'],
      value: between(0.5, 2),
    };
    expect(await gradientError(test, 8)).toBeLessThan(1e-6);
  });

  it('Pow is finite at 0 and takes negative numbers to whole powers', async () => {
    const nodes = [node('Pow', ['a', 'b'], ['y'])];
    const at = { a: [0, 0, -2, 3], b: [2, 0, 3, 0] };
    const found = await gradientsAt({ nodes, inputs: { a: [4], b: [4] }, outputs: ['y'] }, at);
    expect(found['a']).toEqual([0, 0, 12, 0]);
    expect(found['b']?.slice(0, 2)).toEqual([0, 0]);
    expect(found['b']?.[3]).toBeCloseTo(Math.log(3), 12);
  });
});
