// Weights of 7 bits for CPUs that cut off the sums of products of 8 bits.
import { describe, expect, it } from 'vitest';
import { reduceRange } from '../../../../../src/core/compression/quantization/activations/reduceRange';
import {
  saturationOf,
  thisMachine,
} from '../../../../../src/core/compression/quantization/activations/saturation';
import { quantizeSchema } from '../../../../../src/core/compression/quantization/quantizeOptions';

const optionsOf = (more: object) => quantizeSchema.parse({ activations: {}, ...more });

describe('a machine', () => {
  it.each([
    ['arm64', undefined, 'exact'],
    ['x64', ['sse4_1', 'avx2', 'fma'], 'saturates'],
    ['x64', ['avx2', 'avx512f', 'avx512_vnni'], 'exact'],
    ['x64', ['avx2', 'avx_vnni'], 'exact'],
    ['x64', undefined, 'unknown'],
  ])('of %s with the features %o is known to be: %s', (arch, flags, expected) => {
    expect(saturationOf({ arch, flags })).toBe(expected);
  });

  it('is asked for its features', () => {
    const machine = thisMachine();
    expect(machine.arch).toBe(process.arch);
    if (process.platform === 'linux' && process.arch === 'x64') expect(machine.flags).toContain('sse2');
  });
});

describe('the range of weights', () => {
  it('is reduced where products saturate, and the reason is told', () => {
    const { options, notes } = reduceRange(
      optionsOf({ perLayer: { fc: { bits: 8 }, out: { bits: 4 } } }),
      'saturates',
    );
    expect([options.bits, options.perLayer]).toEqual([7, { fc: { bits: 7 }, out: { bits: 4 } }]);
    expect(notes).toMatchObject([
      { code: 'RANGE_REDUCED', values: { reason: expect.stringContaining('VNNI') as string } },
    ]);
  });

  it('is reduced wherever that is asked for, and nowhere where it is refused', () => {
    expect(reduceRange(optionsOf({ reduceRange: 'on' }), 'exact').options.bits).toBe(7);
    expect(reduceRange(optionsOf({ reduceRange: 'off' }), 'saturates')).toMatchObject({
      options: { bits: 8 },
      notes: [],
    });
  });

  it('stays as it is where products are exact, where bits are fewer, and where only weights are quantized', () => {
    expect(reduceRange(optionsOf({}), 'exact')).toMatchObject({ options: { bits: 8 }, notes: [] });
    expect(reduceRange(optionsOf({ bits: 4 }), 'saturates')).toMatchObject({
      options: { bits: 4 },
      notes: [],
    });
    expect(reduceRange(quantizeSchema.parse({}), 'saturates')).toMatchObject({
      options: { bits: 8 },
      notes: [],
    });
    expect(quantizeSchema.safeParse({ reduceRange: 'on' }).success).toBe(false);
  });

  it('is said to be unsure where the machine does not tell', () => {
    expect(reduceRange(optionsOf({}), 'unknown')).toMatchObject({
      options: { bits: 8 },
      notes: [{ code: 'RANGE_UNKNOWN' }],
    });
  });
});
