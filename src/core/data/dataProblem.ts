// The one error that says what is wrong with data as a whole; cells and images have errors of their own.
import { CounterweightError } from '../../shared/base/errors';

/** Throws DATA_INVALID. `problem` is a clause that follows "cannot be used:". */
export function dataProblem(data: string, problem: string): never {
  throw new CounterweightError('DATA_INVALID', { data, problem });
}

/** The reason that an operation of the system or a library failed for. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
