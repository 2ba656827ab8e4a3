// What the property tests of gradient rules draw from.
import * as fc from 'fast-check';
import { normal } from '../../src/shared/base/random';

export const smallShape = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 0, maxLength: 4 });

/** Shapes that broadcast to a common one: each drops leading dimensions of it and has 1 where others are larger. */
export function broadcastShapes(count: number): fc.Arbitrary<readonly (readonly number[])[]> {
  return smallShape.chain((common) =>
    fc.array(
      fc
        .tuple(fc.nat(common.length), fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }))
        .map(([dropped, single]) => common.slice(dropped).map((size, i) => (single[i] === true ? 1 : size))),
      { minLength: count, maxLength: count },
    ),
  );
}

/** Normal values that keep away from the given points, where a function has a kink or a step. */
export function awayFrom(points: readonly number[], distance = 0.3): (next: () => number) => number {
  return (next) => {
    for (;;) {
      const value = normal(next) * 1.5;
      if (points.every((point) => Math.abs(value - point) > distance)) return value;
    }
  };
}

/** Values of one sign, bounded away from 0 and from large numbers. */
export function between(low: number, high: number): (next: () => number) => number {
  return (next) => low + (high - low) * next();
}
