// The order in which layers give up bits, against all choices there are where these are few.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bitsAfter,
  bitSteps,
  type BitCurve,
} from '../../../../../src/core/compression/quantization/mixed/bitSteps';

const curve = (layer: string, elements: number, harms: readonly number[]): BitCurve => ({
  layer,
  points: harms.map((harm, i) => ({ bits: 7 - i, saved: (i + 1) * elements, harm })),
});

/** The harm of all layers at these bits. */
function harmOf(curves: readonly BitCurve[], bits: ReadonlyMap<string, number>): number {
  return curves.reduce(
    (sum, { layer, points }) => sum + (points.find((point) => point.bits === bits.get(layer))?.harm ?? 0),
    0,
  );
}

function savedBy(curves: readonly BitCurve[], bits: ReadonlyMap<string, number>): number {
  return curves.reduce(
    (sum, { layer, points }) => sum + (points.find((point) => point.bits === bits.get(layer))?.saved ?? 0),
    0,
  );
}

/** Every choice of bits. */
function choices(curves: readonly BitCurve[]): ReadonlyMap<string, number>[] {
  let all: Map<string, number>[] = [new Map()];
  for (const { layer, points } of curves) {
    all = all.flatMap((chosen) =>
      [8, ...points.map(({ bits }) => bits)].map((bits) => new Map(chosen).set(layer, bits)),
    );
  }
  return all;
}

describe('layers that give up bits', () => {
  it('are those first that harm least for what they save', () => {
    const steps = bitSteps([
      curve('tender', 100, [1, 3]),
      curve('sturdy', 100, [0.1, 0.2]),
      curve('small', 1, [0.1, 0.5]),
    ]);
    expect(steps.map(({ layer, bits }) => `${layer} ${bits}`)).toEqual([
      'sturdy 7',
      'sturdy 6',
      'tender 7',
      'tender 6',
      'small 7',
      'small 6',
    ]);
  });

  it('pass over bits that are worse than the line between two others', () => {
    const steps = bitSteps([curve('odd', 10, [5, 1, 4])]);
    expect(steps).toEqual([
      { layer: 'odd', bits: 6, saved: 20 },
      { layer: 'odd', bits: 5, saved: 10 },
    ]);
  });

  it('take no step that saves nothing', () => {
    const same = {
      layer: 'a',
      points: [
        { bits: 7, saved: 0, harm: 0 },
        { bits: 4, saved: 8, harm: 1 },
      ],
    };
    expect(bitSteps([same])).toEqual([{ layer: 'a', bits: 4, saved: 8 }]);
  });

  it('are after any number of steps the least harmful choice that saves as much', () => {
    const harms = fc.array(fc.double({ min: 0, max: 5, noNaN: true }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 50 }), harms), { minLength: 1, maxLength: 4 }),
        (given) => {
          const curves = given.map(([elements, points], i) => curve(`layer ${i}`, elements, points));
          const steps = bitSteps(curves);
          const first = new Map(curves.map(({ layer }) => [layer, 8]));
          for (let count = 0; count <= steps.length; count++) {
            const bits = bitsAfter(first, steps, count);
            const saved = savedBy(curves, bits);
            const best = choices(curves)
              .filter((other) => savedBy(curves, other) >= saved)
              .reduce((least, other) => Math.min(least, harmOf(curves, other)), Infinity);
            expect(harmOf(curves, bits)).toBeLessThanOrEqual(best + 1e-9);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
