// The port of a forked child and of its parent: Node's IPC, forked with `serialization: 'advanced'` so that typed
// arrays arrive as such.
import type { Disposable } from '../base/disposable';
import { CounterweightError } from '../base/errors';
import type { Port } from './port';

/** What `process` in a forked child and the ChildProcess in its parent have in common. */
export interface IpcProcess {
  send?(
    message: unknown,
    handle: undefined,
    options: undefined,
    callback: (error: Error | null) => void,
  ): boolean;
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  off(event: string, listener: (...args: unknown[]) => void): unknown;
}

/** The side of the child: closed when its parent disconnects or dies. */
export function parentPort(process: IpcProcess): Port {
  return {
    ...messages(process),
    onClose: (listener) =>
      listen(process, 'disconnect', () =>
        listener(new CounterweightError('CONNECTION_CLOSED', { reason: 'the parent process is gone' })),
      ),
  };
}

/** The side of the parent. Whoever watches the child knows why it ended, and so closes the channel with that reason. */
export function childPort(child: IpcProcess): Port {
  return { ...messages(child), onClose: () => ({ dispose: () => {} }) };
}

function messages(target: IpcProcess): Pick<Port, 'post' | 'onMessage'> {
  return {
    // Sending to a process that just died fails in the callback; its end is reported by whoever watches it.
    post: (message) => void target.send?.(message, undefined, undefined, () => {}),
    onMessage: (listener) => listen(target, 'message', listener),
  };
}

function listen(target: IpcProcess, event: string, listener: (...args: unknown[]) => void): Disposable {
  target.on(event, listener);
  return { dispose: () => void target.off(event, listener) };
}
