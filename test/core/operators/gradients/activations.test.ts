// The gradients of activation functions, and of Softmax and LogSoftmax in both of their meanings.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { node } from '../../../support/build';
import { gradientError, gradientsAt, type GradientCase } from '../../../support/checkGradient';
import { awayFrom, broadcastShapes, smallShape } from '../../../support/gradientArbitraries';

const alpha = (value: number) => ({ alpha: { kind: 'float', value } }) as const;
const smooth = awayFrom([]);
const kinkAt0 = awayFrom([0]);

interface Activation {
  readonly name: string;
  readonly operator: string;
  readonly value?: GradientCase['value'];
  readonly attributes?: Parameters<typeof node>[3];
  readonly opset?: number;
  readonly float32?: boolean;
}

const activations: readonly Activation[] = [
  { name: 'Relu', operator: 'Relu', value: kinkAt0 },
  { name: 'LeakyRelu', operator: 'LeakyRelu', value: kinkAt0 },
  { name: 'LeakyRelu with a slope', operator: 'LeakyRelu', value: kinkAt0, attributes: alpha(0.3) },
  { name: 'Elu', operator: 'Elu', value: kinkAt0, attributes: alpha(0.7), float32: true },
  { name: 'Selu', operator: 'Selu', value: kinkAt0, float32: true },
  { name: 'Celu', operator: 'Celu', value: kinkAt0, attributes: alpha(1.6), float32: true },
  { name: 'Sigmoid', operator: 'Sigmoid' },
  { name: 'Tanh', operator: 'Tanh' },
  { name: 'HardSigmoid', operator: 'HardSigmoid', value: awayFrom([-2.5, 2.5]), float32: true },
  { name: 'HardSwish', operator: 'HardSwish', value: awayFrom([-3, 3]), float32: true },
  { name: 'Softplus', operator: 'Softplus', float32: true },
  { name: 'Softsign', operator: 'Softsign', value: kinkAt0, float32: true },
  { name: 'Gelu', operator: 'Gelu', opset: 20, float32: true },
  { name: 'Gelu by tanh', operator: 'Gelu', attributes: { approximate: 'tanh' }, opset: 20, float32: true },
  { name: 'Mish', operator: 'Mish', opset: 18, float32: true },
  {
    name: 'ThresholdedRelu',
    operator: 'ThresholdedRelu',
    value: awayFrom([0.4]),
    attributes: alpha(0.4),
    float32: true,
  },
  {
    name: 'Clip with attributes',
    operator: 'Clip',
    value: awayFrom([-0.5, 1]),
    attributes: { min: -0.5, max: { kind: 'float', value: 1 } },
    opset: 10,
    float32: true,
  },
];

describe('the gradient of an activation function', () => {
  it.each(activations)('$name equals central differences', async (activation) => {
    const { operator, attributes, value = smooth, opset = 17, float32 = false } = activation;
    // A large step is exact enough, drowns the noise of float32, and stays on one side of a kink.
    const step = float32 ? { step: 0.05 } : {};
    await fc.assert(
      fc.asyncProperty(smallShape, fc.nat(), async (shape, seed) => {
        const nodes = [node(operator, ['x'], ['y'], attributes)];
        const error = await gradientError(
          { nodes, inputs: { x: shape }, outputs: ['y'], value, opset, float32, ...step },
          seed,
        );
        expect(error).toBeLessThan(float32 ? 1e-3 : 1e-6);
      }),
      { numRuns: 6 },
    );
  });

  it('PRelu with a broadcast slope equals central differences', async () => {
    await fc.assert(
      fc.asyncProperty(broadcastShapes(2), fc.nat(), async ([a, slope], seed) => {
        // The slope is stretched to the input, never the other way round.
        const x = [3, 2, 4, 3].slice(4 - Math.max(a!.length, slope!.length));
        const s = x.slice(x.length - slope!.length).map((size, i) => (slope![i] === 1 ? 1 : size));
        const error = await gradientError(
          { nodes: [node('PRelu', ['x', 's'], ['y'])], inputs: { x, s }, outputs: ['y'], value: kinkAt0 },
          seed,
        );
        expect(error).toBeLessThan(1e-6);
      }),
      { numRuns: 15 },
    );
  });

  it.each(['both', 'low', 'high'])(
    'Clip with bounds as inputs equals central differences: %s',
    async (given) => {
      const [low, high] = [given === 'high' ? '' : 'low', given === 'low' ? '' : 'high'];
      const bounds = {
        ...(low && { low: [] as readonly number[] }),
        ...(high && { high: [] as readonly number[] }),
      };
      const error = await gradientError(
        {
          nodes: [
            node('Abs', [low || 'x'], ['size']),
            node('Neg', ['size'], ['below']),
            node('Abs', [high || 'x'], ['above']),
            node('Clip', ['x', low && 'below', high && 'above'], ['y']),
          ],
          inputs: { x: [4, 5], ...bounds },
          outputs: ['y'],
        },
        7,
      );
      expect(error).toBeLessThan(1e-6);
    },
  );

  it.each([
    ['Relu', {}, [0], [0]],
    ['LeakyRelu', alpha(0.5), [0], [0.5]],
    ['Clip', {}, [-1, 0, 1, 6, 7], [0, 0, 1, 0, 0]],
  ] as const)('%s has the value of PyTorch at its kinks', async (operator, attributes, x, expected) => {
    const clip = operator === 'Clip';
    const bounds = clip ? { low: [] as readonly number[], high: [] as readonly number[] } : {};
    const found = await gradientsAt(
      {
        nodes: [node(operator, ['x', ...Object.keys(bounds)], ['y'], attributes)],
        inputs: { x: [x.length], ...bounds },
        outputs: ['y'],
      },
      { x, low: [0], high: [6] },
    );
    expect(found['x']).toEqual(expected);
    if (clip) expect([found['low'], found['high']]).toEqual([[2], [2]]);
  });
});

describe('the gradient of Softmax and LogSoftmax', () => {
  it.each(['Softmax', 'LogSoftmax'])('%s equals central differences along any axis', async (operator) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }),
        fc.nat(),
        fc.boolean(),
        fc.constantFrom(17, 11),
        fc.nat(),
        async (shape, place, fromEnd, opset, seed) => {
          const axis = (place % shape.length) - (fromEnd ? shape.length : 0);
          const nodes = [node(operator, ['x'], ['y'], { axis })];
          const error = await gradientError({ nodes, inputs: { x: shape }, outputs: ['y'], opset }, seed);
          expect(error).toBeLessThan(1e-6);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('takes the axis of its version where none is given', async () => {
    for (const opset of [11, 17]) {
      const nodes = [node('Softmax', ['x'], ['y'])];
      const error = await gradientError({ nodes, inputs: { x: [2, 3, 4] }, outputs: ['y'], opset }, 3);
      expect(error).toBeLessThan(1e-6);
    }
  });
});
