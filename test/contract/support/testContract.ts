// A contract with one request per thing that can go wrong, and its handlers; served in this process, in a thread and
// in a forked child.
import { CounterweightError } from '../../../src/shared/base/errors';
import type { Channel } from '../../../src/shared/contracts/channel';
import type { Handlers, NoContract } from '../../../src/shared/contracts/contract';

export interface TestContract {
  requests: {
    echo: [{ value: unknown }, { value: unknown }];
    nothing: [Record<string, never>, void];
    /** Halves of the values, to see that typed arrays are such on both ways. */
    halve: [{ values: Float32Array }, { halves: Float32Array; kind: string }];
    failKnown: [{ path: string }, void];
    failUnknown: [Record<string, never>, void];
    /** Answers with something that cannot be copied. */
    answerFunction: [Record<string, never>, unknown];
    /** Works until it is cancelled, or `steps` times a millisecond. */
    work: [{ steps: number }, number];
    /** Sees the cancel and finishes all the same. */
    finishAnyway: [Record<string, never>, string];
    /** Stops at the cancel with a failure of its own. */
    failOnCancel: [Record<string, never>, void];
    /** How many calls of `work` are running and how many were ever started. */
    counts: [Record<string, never>, { running: number; started: number }];
    emitTicks: [{ count: number }, void];
  };
  events: {
    tick: { index: number; values: Float32Array };
  };
}

export function testHandlers(channel: Channel<NoContract, TestContract>): Handlers<TestContract> {
  let running = 0;
  let started = 0;
  return {
    echo: ({ value }) => ({ value }),
    nothing: () => {},
    halve: ({ values }) => ({
      halves: values.map((value) => value / 2),
      kind: Object.prototype.toString.call(values),
    }),
    failKnown: ({ path }) => {
      throw new CounterweightError('FILE_UNREADABLE', { path, reason: 'the test says so' });
    },
    failUnknown: () => {
      throw new RangeError('a bug');
    },
    answerFunction: () => () => 1,
    work: async ({ steps }, signal) => {
      running++;
      started++;
      try {
        for (let step = 0; step < steps; step++) {
          signal.throwIfAborted();
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
        return steps;
      } finally {
        running--;
      }
    },
    finishAnyway: (_, signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve('finished'));
      }),
    failOnCancel: (_, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () =>
          reject(new CounterweightError('DISK_FULL', { path: 'somewhere' })),
        );
      }),
    counts: () => ({ running, started }),
    emitTicks: ({ count }) => {
      for (let index = 0; index < count; index++) {
        channel.emit('tick', { index, values: Float32Array.of(index, index / 2) });
      }
    },
  };
}
