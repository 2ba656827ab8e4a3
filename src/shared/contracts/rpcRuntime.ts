// What vscode-jsonrpc asks of its surroundings, written once for Node and for the browser: its own two variants bring
// streams and buffers along, which nothing here uses, and each resolves in one of the two only.
import { RAL } from 'vscode-jsonrpc';

/** To be called before the first connection is made. */
export function installRpcRuntime(): void {
  RAL.install(runtime);
}

const runtime: Parameters<typeof RAL.install>[0] = {
  crypto: { randomUUID: () => globalThis.crypto.randomUUID() },
  console,
  timer: {
    setTimeout: (callback: (...args: unknown[]) => void, ms: number, ...args: unknown[]) => {
      const handle = setTimeout(callback, ms, ...args);
      return { dispose: () => clearTimeout(handle) };
    },
    // Called once per message that arrived; a microtask keeps their order and is not throttled in a hidden page.
    setImmediate: (callback: (...args: unknown[]) => void, ...args: unknown[]) => {
      let disposed = false;
      queueMicrotask(() => {
        if (!disposed) callback(...args);
      });
      return { dispose: () => void (disposed = true) };
    },
    setInterval: (callback: (...args: unknown[]) => void, ms: number, ...args: unknown[]) => {
      const handle = setInterval(callback, ms, ...args);
      return { dispose: () => clearInterval(handle) };
    },
  },
  // Messages travel as objects, never as bytes.
  messageBuffer: { create: () => noBytes() },
  applicationJson: {
    encoder: { name: 'application/json', encode: () => noBytes() },
    decoder: { name: 'application/json', decode: () => noBytes() },
  },
};

function noBytes(): never {
  throw new Error('Messages of this connection are objects and have no byte form');
}
