// What a channel promises, over every transport that the product uses.
import { MessageChannel } from 'node:worker_threads';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CounterweightError } from '../../src/shared/base/errors';
import { Channel } from '../../src/shared/contracts/channel';
import { cancelled, type NoContract } from '../../src/shared/contracts/contract';
import { pagePort } from '../../src/shared/contracts/webviewPort';
import { stackOf } from '../../src/shared/contracts/wireError';
import { transports, type Connection } from './support/connections';
import type { TestContract } from './support/testContract';

describe.each(transports)('a channel over $name', (transport) => {
  let connection: Connection;

  beforeAll(async () => transport.prepare?.());
  afterAll(async () => transport.cleanUp?.());
  beforeEach(async () => {
    connection = await transport.connect();
  });
  afterEach(async () => connection.dispose());

  const call: Connection['client']['call'] = (...parameters) => connection.client.call(...parameters);

  it('answers each of many calls at once with its own result', async () => {
    const calls = Array.from({ length: 50 }, (_, value) => call('echo', { value }));
    expect(await Promise.all(calls)).toEqual(Array.from({ length: 50 }, (_, value) => ({ value })));
  });

  it('answers a request without a result', async () => {
    expect(await call('nothing', {})).toBeUndefined();
  });

  it('keeps undefined, NaN and nested data as they are', async () => {
    const value = { missing: undefined, notANumber: NaN, list: [1, [2, { three: 3 }]], text: 'ä' };
    expect(await call('echo', { value })).toEqual({ value });
  });

  it('carries typed arrays as such, both ways', async () => {
    const values = Float32Array.from({ length: 10_000 }, (_, i) => i);
    const answer = await call('halve', { values });
    if (answer === cancelled) expect.fail('not cancelled');
    expect(answer.kind).toBe('[object Float32Array]');
    expect(answer.halves).toBeInstanceOf(Float32Array);
    expect(answer.halves).toEqual(values.map((value) => value / 2));
  });

  it('carries a part of a larger typed array without the rest', async () => {
    const values = Float32Array.from({ length: 100 }, (_, i) => i).subarray(3, 6);
    const answer = await call('halve', { values });
    if (answer === cancelled) expect.fail('not cancelled');
    expect([...answer.halves]).toEqual([1.5, 2, 2.5]);
  });

  it('rebuilds an error of ours with its code, values and sentence', async () => {
    const error = await failure(call('failKnown', { path: '/a/b.onnx' }));
    expect(CounterweightError.is(error, 'FILE_UNREADABLE')).toBe(true);
    expect(error.values).toEqual({ path: '/a/b.onnx', reason: 'the test says so' });
    expect(error.message).toBe('/a/b.onnx cannot be read (the test says so). Check its permissions.');
  });

  it('makes any other error INTERNAL and keeps the stack of the other side for the log', async () => {
    const error = await failure(call('failUnknown', {}));
    expect(error.code).toBe('INTERNAL');
    expect(error.message).toContain('a bug');
    expect(stackOf(error)).toContain('RangeError: a bug');
    expect(stackOf(error)).toMatch(/failUnknown/);
  });

  it('answers a request that nobody serves with INTERNAL', async () => {
    for (const name of ['noSuchRequest', 'toString', '__proto__']) {
      const error = await failure(call(name as 'nothing', {}));
      expect(error.code).toBe('INTERNAL');
      expect(error.message).toContain(name);
    }
  });

  it('answers with INTERNAL where the result cannot be copied, and goes on', async () => {
    expect((await failure(call('answerFunction', {}))).code).toBe('INTERNAL');
    expect(await call('echo', { value: 1 })).toEqual({ value: 1 });
  });

  it('rejects a call whose parameters cannot be copied, and goes on', async () => {
    expect((await failure(call('echo', { value: () => 1 }))).code).toBe('INTERNAL');
    expect(await call('echo', { value: 1 })).toEqual({ value: 1 });
  });

  it('does not even start a call that was cancelled before', async () => {
    expect(await call('work', { steps: 10 }, AbortSignal.abort())).toBe(cancelled);
    expect(await call('counts', {})).toEqual({ running: 0, started: 0 });
  });

  it('cancels a call right after it was made', async () => {
    const controller = new AbortController();
    const result = call('work', { steps: 60_000 }, controller.signal);
    controller.abort();
    expect(await result).toBe(cancelled);
    expect(await call('counts', {})).toMatchObject({ running: 0 });
  });

  it('cancels a call that is running, and no other', async () => {
    const controller = new AbortController();
    const stopped = call('work', { steps: 60_000 }, controller.signal);
    const other = call('work', { steps: 50 });
    await expect.poll(() => call('counts', {})).toEqual({ running: 2, started: 2 });
    controller.abort();
    expect(await stopped).toBe(cancelled);
    expect(await other).toBe(50);
    expect(await call('counts', {})).toEqual({ running: 0, started: 2 });
  });

  it('lets a cancel after the answer change nothing', async () => {
    const controller = new AbortController();
    expect(await call('work', { steps: 1 }, controller.signal)).toBe(1);
    controller.abort();
    expect(await call('work', { steps: 2 })).toBe(2);
  });

  it('gives the answer of a handler that finishes in spite of the cancel', async () => {
    const controller = new AbortController();
    const result = call('finishAnyway', {}, controller.signal);
    await call('nothing', {});
    controller.abort();
    expect(await result).toBe('finished');
  });

  it('gives the failure of a handler that fails while it is cancelled', async () => {
    const controller = new AbortController();
    const result = call('failOnCancel', {}, controller.signal);
    await call('nothing', {});
    controller.abort();
    expect((await failure(result)).code).toBe('DISK_FULL');
  });

  it('delivers events in order, each before the answer that follows it', async () => {
    const indices: number[] = [];
    connection.client.on('tick', ({ index, values }) => {
      expect(values).toEqual(Float32Array.of(index, index / 2));
      indices.push(index);
    });
    await call('emitTicks', { count: 20 });
    expect(indices).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it('rejects every pending call and all later ones with the reason when the peer is killed', async () => {
    const reasons: CounterweightError[] = [];
    connection.client.onClose((reason) => reasons.push(reason));
    const pending = [
      failure(call('work', { steps: 60_000 })),
      failure(call('work', { steps: 60_000 }, new AbortController().signal)),
    ];
    await expect.poll(() => call('counts', {})).toMatchObject({ running: 2 });
    connection.killPeer();
    const errors = await Promise.all(pending);
    errors.push(await failure(call('echo', { value: 1 })));
    expect(errors.map(({ code }) => code)).toEqual(Array(3).fill('CONNECTION_CLOSED'));
    expect(new Set(errors)).toEqual(new Set(reasons));
    expect(reasons).toHaveLength(1);
  });

  it('rejects pending calls when this side is disposed', async () => {
    const pending = failure(call('work', { steps: 60_000 }));
    await call('nothing', {});
    connection.client.dispose();
    expect((await pending).code).toBe('CONNECTION_CLOSED');
    expect((await failure(call('nothing', {}))).code).toBe('CONNECTION_CLOSED');
  });
});

describe('pages that follow one another in a panel', () => {
  it('do not take an answer to the page before for their own', async () => {
    const { port1: editor, port2: window } = new MessageChannel();
    const received: { id?: string; method?: string }[] = [];
    editor.on('message', (message: { id?: string; method?: string }) => received.push(message));
    const page = (): Channel<TestContract, NoContract> =>
      new Channel(
        pagePort(window, {
          addEventListener: (type, listener) => window.addEventListener(type, listener as never),
          removeEventListener: (type, listener) => window.removeEventListener(type, listener as never),
        }),
      );
    window.start();
    const first = page();
    const before = failure(first.call('echo', { value: 'first' }));
    await expect.poll(() => received).toHaveLength(1);
    first.dispose();
    await before;
    const answer = page().call('echo', { value: 'second' });
    await expect.poll(() => received).toHaveLength(2);
    const [old, current] = received;
    expect(old?.id).not.toBe(current?.id);
    editor.postMessage({ jsonrpc: '2.0', id: old?.id, result: { answer: { value: 'first' } } });
    editor.postMessage({ jsonrpc: '2.0', id: current?.id, result: { answer: { value: 'second' } } });
    expect(await answer).toEqual({ value: 'second' });
    editor.close();
  });
});

describe('the bundle of a page', () => {
  it('needs nothing of Node for a channel', async () => {
    const { metafile } = await build({
      stdin: {
        contents: `export { Channel } from './channel'; export { pagePort } from './webviewPort';`,
        resolveDir: 'src/shared/contracts',
        loader: 'ts',
      },
      bundle: true,
      platform: 'browser',
      write: false,
      metafile: true,
      logLevel: 'error',
    });
    const names = Object.keys(metafile.inputs);
    expect(names).toContain('src/shared/contracts/channel.ts');
    expect(names.filter((name) => /nodePort|lib\/node|^node:/.test(name))).toEqual([]);
  });
});

async function failure(result: Promise<unknown>): Promise<CounterweightError> {
  try {
    await result;
  } catch (error) {
    expect(error).toBeInstanceOf(CounterweightError);
    return error as CounterweightError;
  }
  return expect.fail('the call did not fail');
}
