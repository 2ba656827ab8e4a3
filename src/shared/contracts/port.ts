// What a channel needs of a transport. An implementation is a few lines: nodePort.ts, pagePort.ts, webviewPort.ts.
import type { Disposable } from '../base/disposable';
import type { CounterweightError } from '../base/errors';

export interface Port {
  /** Sends a message as the structured clone algorithm copies it. Throws or rejects where it cannot be copied. */
  post(message: unknown): void | PromiseLike<unknown>;
  /** Messages in the order in which they were sent. */
  onMessage(listener: (message: unknown) => void): Disposable;
  /** Fires once, when the other side is gone, with the reason that pending and later calls are rejected with. */
  onClose(listener: (reason: CounterweightError) => void): Disposable;
}

/** Whether something that arrived is a message of ours: windows and workers carry those of others too. */
export function isRpcMessage(data: unknown): data is { jsonrpc: '2.0' } & Partial<Record<string, unknown>> {
  return typeof data === 'object' && data !== null && 'jsonrpc' in data && data.jsonrpc === '2.0';
}
