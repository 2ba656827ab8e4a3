// Two ends of a connection within one process, copying what they carry as a real transport does.
import type { CounterweightError } from '../../src/shared/base/errors';
import { Emitter } from '../../src/shared/base/events';
import type { Port } from '../../src/shared/contracts/port';

export interface MemoryPorts {
  readonly a: Port;
  readonly b: Port;
  /** Breaks the connection: each side hears that the other is gone. */
  close(reason: CounterweightError): void;
}

export function memoryPorts(): MemoryPorts {
  const toA = new Emitter<unknown>();
  const toB = new Emitter<unknown>();
  const closing = new Emitter<CounterweightError>();
  let open = true;
  const port = (incoming: Emitter<unknown>, outgoing: Emitter<unknown>): Port => ({
    post: (message) => {
      const copy: unknown = structuredClone(message);
      setImmediate(() => {
        if (open) outgoing.fire(copy);
      });
    },
    onMessage: incoming.event,
    onClose: closing.event,
  });
  return {
    a: port(toA, toB),
    b: port(toB, toA),
    close: (reason) => {
      open = false;
      closing.fire(reason);
    },
  };
}
