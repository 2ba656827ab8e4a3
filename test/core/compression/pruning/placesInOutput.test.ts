// Places of scores among those of their output: against sorting, for outputs on any axis.
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { placesInOutput } from '../../../../src/core/compression/pruning/placesInOutput';
import { pauseFor } from '../../../../src/core/ir/pacing';
import { floats } from '../../../support/build';

const pause = pauseFor(new AbortController().signal);

it('places count the weights of the same output that go before', async () => {
  const shapes = fc.tuple(...[1, 2, 3].map(() => fc.integer({ min: 1, max: 5 })));
  const axes = fc.integer({ min: 0, max: 2 });
  const numbers = fc.constantFrom(-Infinity, -1, 0, 0.5, 2, Infinity);
  const given = fc.array(numbers, { minLength: 125, maxLength: 125 });
  await fc.assert(
    fc.asyncProperty(shapes, axes, given, async (shape, outputAxis, all) => {
      const scores = Float32Array.from(all.slice(0, shape[0]! * shape[1]! * shape[2]!));
      const places = await placesInOutput({ tensor: floats('w', shape, scores), outputAxis }, scores, pause);
      const inner = shape.slice(outputAxis + 1).reduce((a, b) => a * b, 1);
      const outputOf = (i: number): number => Math.floor(i / inner) % shape[outputAxis]!;
      for (const [i, score] of scores.entries()) {
        const own = [...scores.keys()].filter((j) => outputOf(j) === outputOf(i));
        const before = own.filter((j) => scores[j]! < score || (scores[j] === score && j < i)).length;
        expect(places[i]).toBe(score === -Infinity ? -Infinity : Math.fround(before / own.length));
      }
    }),
    { numRuns: 50 },
  );
});
