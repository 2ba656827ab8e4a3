// The one class of failures that a user can cause or must know of. Everything else that is thrown is a bug.
import { errorTemplates, fillTemplate, type ErrorCode, type ErrorValues } from './messages';

export class CounterweightError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'CounterweightError';

  constructor(
    readonly code: C,
    readonly values: ErrorValues<C>,
    options?: { readonly cause?: unknown },
  ) {
    super(fillTemplate(errorTemplates[code], values), options);
  }

  /** Narrows an unknown error to one of ours, of the given code where one is given. */
  static is<C extends ErrorCode>(error: unknown, code?: C): error is CounterweightError<C> {
    return error instanceof CounterweightError && (code === undefined || error.code === code);
  }
}

/** True for what an aborted AbortSignal throws: a cancellation is a result, not a failure. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** Any thrown value as an error of ours; what is not ours is a bug and becomes INTERNAL with its cause kept. */
export function toCounterweightError(error: unknown): CounterweightError {
  if (CounterweightError.is(error)) return error;
  const problem = error instanceof Error ? error.message : String(error);
  return new CounterweightError('INTERNAL', { problem }, { cause: error });
}
