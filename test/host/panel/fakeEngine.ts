// An engine whose answers a test gives one by one.
import type { EngineCalls } from '../../../src/host/engineCalls';
import { cancelled } from '../../../src/shared/contracts/contract';

export interface FakeCall {
  readonly name: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal | undefined;
  readonly answer: (value: unknown) => void;
  readonly fail: (error: unknown) => void;
}

/** Every call waits until it is answered here; an aborted one answers that it was cancelled. */
export class FakeEngine implements EngineCalls {
  readonly calls: FakeCall[] = [];

  call: EngineCalls['call'] = (name, params, signal) =>
    new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () => resolve(cancelled));
      const call = { name, params: params as never, signal, answer: resolve as never, fail: reject };
      this.calls.push(call);
    });

  /** The latest call of a name. */
  last(name: string): FakeCall {
    const call = this.calls.findLast((each) => each.name === name);
    if (call === undefined) throw new Error(`There was no call of ${name}`);
    return call;
  }
}
