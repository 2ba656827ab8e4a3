// The errors between values and what became of them: their distribution and what they come to.
import type { ErrorFiguresView } from '../../shared/contracts/layerViews';
import type { Numbers } from '../ir/numbers';
import type { Pause } from '../ir/pacing';
import { errorSums } from './errorMeasures';
import { histogramCounts, valueRange } from './histogram';
import { sideBySide } from './weightValues';

/** Goes through the errors twice, in the second pass together with whoever wants them too. */
export async function errorFigures(
  parts: () => Iterable<ErrorPart>,
  pause: Pause,
  alsoTo: (errors: Numbers, start: number) => void = () => {},
): Promise<ErrorFiguresView> {
  const range = valueRange();
  const sums = errorSums();
  for (const { x, y, errors } of parts()) {
    await pause();
    sums.add(x, y);
    range.add(errors);
  }
  const histogram = histogramCounts(range.range());
  for (const { errors, start } of parts()) {
    await pause();
    histogram.add(errors);
    alsoTo(errors, start);
  }
  const { mse, sqnrDb, maxError } = sums.measures();
  return { histogram: histogram.view(), mse, sqnrDb, maxError };
}

/** Values of the original and what became of them, with the errors. */
export interface ErrorPart {
  readonly x: Numbers;
  readonly y: Numbers;
  /** y − x; the next part is written over it. */
  readonly errors: Float64Array<ArrayBuffer>;
  readonly start: number;
}

/** The errors of values that are given in parts which belong together. */
export function* errorParts(before: Iterable<Numbers>, after: Iterable<Numbers>): Generator<ErrorPart> {
  let scratch = new Float64Array();
  for (const { a: x, b: y, start } of sideBySide(before, after)) {
    if (scratch.length < x.length) scratch = new Float64Array(x.length);
    const errors = scratch.subarray(0, x.length);
    for (let i = 0; i < errors.length; i++) errors[i] = y[i]! - x[i]!;
    yield { x, y, errors, start };
  }
}
