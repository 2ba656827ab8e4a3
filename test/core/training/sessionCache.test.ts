// Sessions by batch size: each made once, and few of them kept.
import { expect, it } from 'vitest';
import { sessionCache } from '../../../src/core/training/sessionCache';

it('makes a session once for each size, and frees the one that was not used for longest', async () => {
  const made: number[] = [];
  const freed: number[] = [];
  const sessions = sessionCache((batch) => {
    made.push(batch);
    return Promise.resolve({
      run: () => Promise.resolve({ loss: batch, gradientNorm: 0 }),
      dispose: () => {
        freed.push(batch);
        return Promise.resolve();
      },
    });
  });
  for (const batch of [8, 5, 8, 4, 8]) await sessions.of(batch);
  expect([made, freed]).toEqual([[8, 5, 4], []]);
  await sessions.of(3);
  expect([made, freed]).toEqual([[8, 5, 4, 3], [5]]);
  await sessions.of(5);
  expect([made, freed]).toEqual([
    [8, 5, 4, 3, 5],
    [5, 4],
  ]);
  await sessions.dispose();
  expect(freed.toSorted((a, b) => a - b)).toEqual([3, 4, 5, 5, 8]);
});

it('tries again to make what failed', async () => {
  let tries = 0;
  const sessions = sessionCache(() => Promise.reject(new Error(`attempt ${++tries}`)));
  await expect(sessions.of(1)).rejects.toThrow('attempt 1');
  await expect(sessions.of(1)).rejects.toThrow('attempt 2');
});
