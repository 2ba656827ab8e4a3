// What a tensor's numbers come to, in one pass over its parts and without holding more than one of them.
import type { Numbers } from '../ir/numbers';
import type { Pause } from '../ir/pacing';

export interface Statistics {
  readonly elements: number;
  /** Elements that are exactly zero, of either sign. */
  readonly zeros: number;
  /** Elements that are NaN or infinite; the figures below leave them out. */
  readonly notFinite: number;
  /** Null where no element is finite, here and below. */
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  /** Of the population: the root of the mean squared distance from the mean. */
  readonly standardDeviation: number | null;
}

/**
 * Accumulates in float64; parts are joined by the update of Chan, Golub and LeVeque (1979), which does not cancel
 * where the mean is large. The pause is awaited after every part.
 */
export async function statisticsOf(parts: Iterable<Numbers>, pause: Pause): Promise<Statistics> {
  let all = emptyPart;
  for (const numbers of parts) {
    all = joined(all, partOf(numbers));
    await pause();
  }
  const some = all.finite > 0;
  return {
    elements: all.finite + all.notFinite,
    zeros: all.zeros,
    notFinite: all.notFinite,
    // A negative zero becomes a zero: no reader of the figures could tell why they differ.
    min: some ? all.min + 0 : null,
    max: some ? all.max + 0 : null,
    mean: some ? all.mean + 0 : null,
    standardDeviation: some ? Math.sqrt(all.squares / all.finite) : null,
  };
}

interface Part {
  readonly finite: number;
  readonly notFinite: number;
  readonly zeros: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Sum of squared distances from the mean. */
  readonly squares: number;
}

const emptyPart: Part = {
  finite: 0,
  notFinite: 0,
  zeros: 0,
  min: Infinity,
  max: -Infinity,
  mean: 0,
  squares: 0,
};

function partOf(numbers: Numbers): Part {
  let finite = 0;
  let zeros = 0;
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i]!;
    // NaN and the infinities are the only values whose difference from themselves is not zero.
    if (value - value !== 0) continue;
    finite++;
    if (value === 0) zeros++;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
  }
  const mean = finite === 0 ? 0 : sum / finite;
  let squares = 0;
  for (let i = 0; i < numbers.length; i++) {
    const distance = numbers[i]! - mean;
    if (distance - distance === 0) squares += distance * distance;
  }
  return { finite, notFinite: numbers.length - finite, zeros, min, max, mean, squares };
}

function joined(a: Part, b: Part): Part {
  const finite = a.finite + b.finite;
  const distance = b.mean - a.mean;
  const share = finite === 0 ? 0 : b.finite / finite;
  return {
    finite,
    notFinite: a.notFinite + b.notFinite,
    zeros: a.zeros + b.zeros,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
    mean: a.mean + distance * share,
    squares: a.squares + b.squares + distance * distance * a.finite * share,
  };
}
