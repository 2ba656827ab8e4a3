// Weights of 7 bits in place of 8, where products with activations would not fit into the sums of the CPU otherwise.
import { note, type Note } from '../../../../shared/base/messages';
import type { QuantizeOptions } from '../quantizeOptions';
import { saturationOf, type Saturation, thisMachine } from './saturation';

export interface ReducedOptions {
  readonly options: QuantizeOptions;
  readonly notes: readonly Note[];
}

/** The options with one bit less for weights of 8, where they ask for it or the machine needs it. */
export function reduceRange(
  options: QuantizeOptions,
  saturation: Saturation = saturationOf(thisMachine()),
): ReducedOptions {
  const { activations, reduceRange: asked } = options;
  if (!activations || asked === 'off') return { options, notes: [] };
  if (asked === 'on') return reduced(options, 'reduceRange is on');
  if (saturation === 'saturates') {
    return reduced(
      options,
      'this CPU has no VNNI and adds each two products in 16 bits, into which those of 8 bits do not fit',
    );
  }
  return { options, notes: saturation === 'unknown' ? [note('RANGE_UNKNOWN', {})] : [] };
}

function reduced(options: QuantizeOptions, reason: string): ReducedOptions {
  const { bits, perLayer = {} } = options;
  const own = Object.entries(perLayer);
  if (bits < 8 && own.every(([, layer]) => layer.bits !== 8)) return { options, notes: [] };
  return {
    options: {
      ...options,
      bits: Math.min(bits, 7),
      ...(options.perLayer && {
        perLayer: Object.fromEntries(
          own.map(([name, layer]) => [
            name,
            layer.bits === undefined ? layer : { ...layer, bits: Math.min(layer.bits, 7) },
          ]),
        ),
      }),
    },
    notes: [note('RANGE_REDUCED', { reason })],
  };
}
