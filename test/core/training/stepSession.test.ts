// A session whose threads spin gives way when other programs need the processors, and the steps go on as before.
import { afterEach, expect, it, vi } from 'vitest';
import { onnxRuntime } from '../../../src/core/runtime/onnxRuntime';
import { classes, denseNetwork, randomBatch, steps, trainerFor } from './support/trainNetwork';

let areNeeded = false;
vi.mock('../../../src/core/training/waitingThreads', async (importOriginal) => ({
  ...(await importOriginal<object>()),
  shouldSpin: () => Promise.resolve(true),
  watchProcessors: () => () => areNeeded,
}));

afterEach(() => {
  vi.restoreAllMocks();
});

it('sleeps instead of spinning from then on, with the same losses', async () => {
  const load = vi.spyOn(await onnxRuntime(), 'load');
  const init = { model: denseNetwork([6, 8, 3]), sample: [6], targets: classes(3), options: { batch: 4 } };
  const batches = [1, 2, 3, 4].map((seed) => randomBatch(4, [6], classes(3), seed));
  const undisturbed = await trainerFor(init);
  const expected = await steps(undisturbed, batches);
  await undisturbed.dispose();

  const trainer = await trainerFor(init);
  const losses = await steps(trainer, batches.slice(0, 2));
  areNeeded = true;
  const spinning = load.mock.calls.length;
  losses.push(...(await steps(trainer, batches.slice(2))));
  await trainer.dispose();
  expect(losses).toEqual(expected);
  const later = load.mock.calls.slice(spinning).map(([, options]) => options?.config);
  expect(later).toEqual([{ 'session.disable_quant_qdq': '1', 'session.intra_op.allow_spinning': '0' }]);
});
