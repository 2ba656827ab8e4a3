// The shape rules of convolutions and pools on random attributes.
import * as fc from 'fast-check';
import { describe } from 'vitest';
import { node } from '../../support/build';
import { property, single, tuple, zeros } from '../../support/shapeProperty';

const size = fc.integer({ min: 1, max: 9 });
const small = fc.integer({ min: 1, max: 3 });

describe('shape rules of windows agree with ONNX Runtime', () => {
  property(
    'convolutions of one to three dimensions, with strides, dilations, groups and every kind of padding',
    fc.integer({ min: 1, max: 3 }).chain((rank) =>
      fc.record({
        spatial: tuple(fc.integer({ min: 3, max: 11 }), rank),
        window: windowOfRank(rank),
        group: small,
        channels: small,
        filters: small,
        batch: small,
      }),
    ),
    ({ spatial, window, group, channels, filters, batch }) => {
      const weight = [filters * group, channels, ...window.kernel];
      return single(node('Conv', ['x', 'w'], ['y'], { ...paddingOf(window), group }), {
        x: [batch, channels * group, ...spatial],
        stored: [zeros('w', weight)],
      });
    },
  );

  property(
    'transposed convolutions with output padding',
    fc.integer({ min: 1, max: 2 }).chain((rank) =>
      fc.record({
        spatial: tuple(size, rank),
        window: windowOfRank(rank),
        outputPadding: tuple(fc.integer({ min: 0, max: 1 }), rank),
        group: small,
        channels: small,
        filters: small,
      }),
    ),
    ({ spatial, window, outputPadding, group, channels, filters }) => {
      const weight = [channels * group, filters, ...window.kernel];
      const strides = window.strides.map((stride) => Math.max(stride, 2));
      const attributes = { ...paddingOf({ ...window, strides }), group, output_padding: outputPadding };
      return single(node('ConvTranspose', ['x', 'w'], ['y'], attributes), {
        x: [1, channels * group, ...spatial],
        stored: [zeros('w', weight)],
      });
    },
  );

  property(
    'pools, rounded down and up',
    fc
      .integer({ min: 1, max: 3 })
      .chain((rank) =>
        fc.record({
          operator: fc.constantFrom('MaxPool', 'AveragePool', 'LpPool'),
          spatial: tuple(fc.integer({ min: 4, max: 12 }), rank),
          window: windowOfRank(rank),
          ceil: fc.integer({ min: 0, max: 1 }),
        }),
      )
      .filter(({ spatial, window }) =>
        // The runtime rounds the number of steps of a window that is larger than its image in ways of its own.
        spatial.every((size, i) => (window.kernel[i]! - 1) * window.dilations[i]! < size),
      ),
    ({ operator, spatial, window, ceil }) => {
      const attributes = { kernel_shape: window.kernel, ...paddingOf(window), ceil_mode: ceil };
      return single(node(operator, ['x'], ['y'], attributes), { x: [1, 2, ...spatial] }, 19);
    },
  );
});

interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pads: readonly number[];
  readonly autoPad: string;
}

function windowOfRank(rank: number): fc.Arbitrary<Window> {
  return fc.record({
    kernel: tuple(small, rank),
    strides: tuple(small, rank),
    dilations: tuple(fc.constantFrom(1, 1, 2), rank),
    pads: tuple(fc.integer({ min: 0, max: 2 }), 2 * rank),
    autoPad: fc.constantFrom('NOTSET', 'NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID'),
  });
}

/** Explicit pads only where they count, and no dilations where the runtime does not combine them. */
function paddingOf({
  strides,
  dilations,
  pads,
  autoPad,
}: Window): Record<string, string | readonly number[]> {
  if (autoPad === 'NOTSET') return { strides, dilations, pads };
  return autoPad === 'VALID' ? { strides, dilations, auto_pad: autoPad } : { strides, auto_pad: autoPad };
}
