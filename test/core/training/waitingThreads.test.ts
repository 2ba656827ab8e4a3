// When the threads of a step may spin while they wait for each other.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { expect, it, vi } from 'vitest';
import {
  areProcessorsFree,
  waitingSettings,
  watchProcessors,
} from '../../../src/core/training/waitingThreads';

const start = { wall: 1000, busy: 50_000, own: 2000 };

it.each([
  ['nobody works', 0, 0, 2, true],
  ['only this process works', 400, 400, 2, true],
  ['an editor is drawing', 40, 0, 2, true],
  ['something else compiles', 600, 400, 2, false],
  ['one of many processors has work', 200, 0, 16, true],
  ['several of many processors have work', 500, 0, 16, false],
])('%s', (_, busy, own, processors, free) => {
  const end = { wall: 1200, busy: start.busy + busy, own: start.own + own };
  expect(areProcessorsFree(start, end, processors)).toBe(free);
});

it('lets nothing spin between steps', () => {
  expect(waitingSettings(true)).toEqual({ 'session.force_spinning_stop': '1' });
  expect(waitingSettings(false)).toEqual({ 'session.intra_op.allow_spinning': '0' });
});

it('sees that other processes keep the processors busy', async () => {
  const busy = Array.from({ length: availableParallelism() }, () =>
    spawn(process.execPath, ['-e', 'console.log(1); for (;;);'], { stdio: ['ignore', 'pipe', 'ignore'] }),
  );
  try {
    await Promise.all(busy.map((child) => once(child.stdout, 'data')));
    vi.resetModules();
    const { shouldSpin } = await import('../../../src/core/training/waitingThreads');
    expect(await shouldSpin()).toBe(false);
  } finally {
    for (const child of busy) child.kill('SIGKILL');
  }
});

it('says once in some seconds whether others came', () => {
  const clock = vi.spyOn(performance, 'now');
  const at = (wall: number, busy: number, own: number) => {
    clock.mockReturnValue(wall);
    return { wall, busy, own };
  };
  let now = at(0, 0, 0);
  const needed = watchProcessors(() => now);
  now = at(1000, 2000, 100);
  expect(needed()).toBe(false);
  now = at(6000, 12_000, 600);
  expect(needed()).toBe(true);
  now = at(12_000, 13_000, 1500);
  expect(needed()).toBe(false);
  clock.mockRestore();
});
