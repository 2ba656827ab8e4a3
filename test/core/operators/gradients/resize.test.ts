// The gradient of Resize against central differences, in float32: it is linear, so a large step is exact.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { floats, int64s, node } from '../../../support/build';
import { gradientError } from '../../../support/checkGradient';

const axis = fc.record({
  size: fc.integer({ min: 1, max: 5 }),
  scale: fc.constantFrom(0.5, 1, 1.3, 1.5, 2, 2.6, 3),
});
const transformations = ['half_pixel', 'pytorch_half_pixel', 'asymmetric', 'align_corners'];
const roundings = ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'];

describe('the gradient of Resize', () => {
  it.each(['nearest', 'linear'])('equals central differences when it is %s', async (mode) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(axis, { minLength: 2, maxLength: 2 }),
        fc.constantFrom(...transformations),
        fc.constantFrom(...roundings),
        fc.boolean(),
        fc.nat(),
        async (axes, coordinate_transformation_mode, nearest_mode, bySizes, seed) => {
          const image = [2, 3, ...axes.map(({ size }) => size)];
          const sizes = [2, 3, ...axes.map(({ size, scale }) => Math.max(1, Math.floor(size * scale)))];
          const scales = axes.map(({ size, scale }) => Math.max(scale, 1 / size));
          const attributes = { mode, coordinate_transformation_mode, nearest_mode };
          const error = await gradientError(
            {
              nodes: [
                node('Resize', bySizes ? ['x', '', '', 'sizes'] : ['x', '', 'scales'], ['y'], attributes),
              ],
              inputs: { x: image },
              outputs: ['y'],
              tensors: bySizes ? [int64s('sizes', [4], sizes)] : [floats('scales', [4], [1, 1, ...scales])],
              float32: true,
              step: 1,
            },
            seed,
          );
          expect(error).toBeLessThan(1e-3);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('equals central differences for Upsample', async () => {
    for (const mode of ['nearest', 'linear']) {
      const test = {
        nodes: [node('Upsample', ['x', 'scales'], ['y'], { mode })],
        inputs: { x: [1, 2, 3, 4] },
        outputs: ['y'],
        tensors: [floats('scales', [4], [1, 1, 2, 1.5])],
        float32: true,
        step: 1,
        opset: 9,
      };
      await expect(gradientError(test, 1)).resolves.toBeLessThan(1e-3);
    }
  });
});
