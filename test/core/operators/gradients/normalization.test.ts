// The gradients of normalizations against central differences.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { node } from '../../../support/build';
import { gradientError, type GradientCase } from '../../../support/checkGradient';

const small = fc.integer({ min: 1, max: 4 });
const epsilon = fc.constantFrom(1e-5, 1e-2);

const shape = fc
  .tuple(small, small, fc.array(fc.integer({ min: 2, max: 4 }), { minLength: 1, maxLength: 3 }))
  .map(([batch, channels, spatial]) => [batch, channels, ...spatial]);

/** A small scale would drown its gradient in the rounding of the shift. */
function awayFromZero(next: () => number): number {
  return 0.5 + 2 * next();
}

/** Holds a rule on random shapes against central differences. */
async function holds<T>(
  arbitrary: fc.Arbitrary<T>,
  toCase: (value: T) => GradientCase,
  most: number,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(arbitrary, fc.nat(), async (value, seed) => {
      expect(await gradientError(toCase(value), seed)).toBeLessThan(most);
    }),
    { numRuns: 40 },
  );
}

describe('the gradient of a normalization', () => {
  it.each([
    [0, 0.9],
    [1, 0.9],
    // What training forms write: further outputs are the statistics of the batch alone.
    [1, 0],
  ])(
    'equals central differences for BatchNormalization with training_mode=%i, momentum=%d',
    async (mode, momentum) => {
      await holds(
        fc.tuple(shape, epsilon),
        ([x, value]) => {
          const channels = [x[1]!];
          const attributes = {
            epsilon: { kind: 'float', value },
            momentum: { kind: 'float', value: momentum },
            training_mode: mode,
          } as const;
          const statistics = ['mean', 'variance'];
          return {
            nodes: [
              // A variance is positive.
              ...(mode === 0 ? [node('Exp', ['v'], ['variance'])] : []),
              // While training, they are overwritten: each has its own, which ONNX Runtime must not find to be equal.
              ...(mode === 1
                ? statistics.map((name, i) => node(['Mul', 'Sub'][i]!, ['zero', 'scale'], [name]))
                : []),
              node('Constant', [], ['zero0'], { value_float: { kind: 'float', value: 0 } }),
              node('Cast', ['zero0'], ['zero'], { to: 11 }),
              node(
                'BatchNormalization',
                ['x', 'scale', 'shift', 'mean', 'variance'],
                mode === 1 ? ['y', 'mean1', 'variance1'] : ['y'],
                attributes,
              ),
            ],
            inputs: {
              x,
              scale: channels,
              shift: channels,
              ...(mode === 0 && { mean: channels, v: channels }),
            },
            outputs: ['y'],
          };
        },
        1e-6,
      );
    },
  );

  it('equals central differences for LayerNormalization', async () => {
    await holds(
      fc.tuple(shape, epsilon, fc.integer({ min: -2, max: 1 }), fc.boolean()),
      ([x, value, axis, shifted]) => {
        const rows = x.slice(axis);
        return {
          nodes: [
            node('LayerNormalization', shifted ? ['x', 'scale', 'shift'] : ['x', 'scale'], ['y'], {
              axis,
              epsilon: { kind: 'float', value },
            }),
          ],
          inputs: { x, scale: rows, ...(shifted && { shift: rows }) },
          outputs: ['y'],
        };
      },
      1e-6,
    );
  });

  it('equals central differences for InstanceNormalization', async () => {
    await holds(
      shape,
      (x) => ({
        nodes: [
          node('InstanceNormalization', ['x', 'scale', 'shift'], ['y'], {
            epsilon: { kind: 'float', value: 4 },
          }),
        ],
        inputs: { x, scale: [x[1]!], shift: [x[1]!] },
        outputs: ['y'],
        float32: true,
        // Rounding asks for a large step, and a large step for a smooth function: hence the epsilon.
        step: 0.3,
        value: awayFromZero,
      }),
      1e-3,
    );
  });

  it('equals central differences for GroupNormalization', async () => {
    await holds(
      fc.tuple(shape, small),
      ([[batch, channels, ...spatial], groups]) => ({
        nodes: [
          node('GroupNormalization', ['x', 'scale', 'shift'], ['y'], {
            epsilon: { kind: 'float', value: 0.01 },
            num_groups: groups,
            // Inside, in float64 as well.
            stash_type: 11,
          }),
        ],
        inputs: {
          x: [batch!, channels! * groups, ...spatial],
          scale: [channels! * groups],
          shift: [channels! * groups],
        },
        outputs: ['y'],
        opset: 21,
      }),
      1e-6,
    );
  });

  it('equals central differences for LRN', async () => {
    await holds(
      // ONNX Runtime wants an odd size.
      fc.tuple(small, fc.integer({ min: 1, max: 6 }), small, small, fc.constantFrom(1, 3, 5)),
      ([batch, channels, height, width, size]) => ({
        nodes: [
          node('LRN', ['x'], ['y'], {
            size,
            alpha: { kind: 'float', value: 0.5 },
            beta: { kind: 'float', value: 0.75 },
            bias: { kind: 'float', value: 1.5 },
          }),
        ],
        inputs: { x: [batch, channels, height, width] },
        outputs: ['y'],
        float32: true,
        value: awayFromZero,
      }),
      1e-3,
    );
  });
});
