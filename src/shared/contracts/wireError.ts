// How a failure crosses between processes: as its code and values, from which the other side builds it anew. The stack
// of where it was thrown goes along as text, for the log.
import { CounterweightError, toCounterweightError } from '../base/errors';
import { errorTemplates, type ErrorCode } from '../base/messages';

export interface WireError {
  readonly code: string;
  readonly values: Readonly<Record<string, string | number>>;
  readonly stack: string;
}

export function toWireError(error: unknown): WireError {
  const { code, values, stack, cause } = toCounterweightError(error);
  return { code, values, stack: [stack ?? '', stackOf(cause)].filter(Boolean).join('\nCaused by: ') };
}

/** The error with its code and values; its cause is the stack on the other side. Of an unknown shape: INTERNAL. */
export function fromWireError(data: unknown, fallback: string): CounterweightError {
  if (!isWireError(data)) return new CounterweightError('INTERNAL', { problem: fallback });
  if (!(data.code in errorTemplates)) {
    return new CounterweightError(
      'INTERNAL',
      { problem: `${data.code}: ${fallback}` },
      { cause: data.stack },
    );
  }
  return new CounterweightError(data.code as ErrorCode, data.values as never, { cause: data.stack });
}

/** The text for the log: where an error was thrown, on this side and on the other. */
export function stackOf(error: unknown): string {
  if (typeof error === 'string') return error;
  if (!(error instanceof Error)) return error === undefined ? '' : JSON.stringify(error);
  const own = error.stack ?? error.message;
  return error.cause === undefined ? own : `${own}\nCaused by: ${stackOf(error.cause)}`;
}

function isWireError(data: unknown): data is WireError {
  if (typeof data !== 'object' || data === null) return false;
  const { code, values, stack } = data as Partial<Record<keyof WireError, unknown>>;
  return (
    typeof code === 'string' && typeof values === 'object' && values !== null && typeof stack === 'string'
  );
}
