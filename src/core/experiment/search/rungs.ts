// Successive halving: which network of a search is trained next, and for how long. Many networks are trained briefly,
// the better half of those for longer, and so on. K. Jamieson, A. Talwalkar, "Non-stochastic Best Arm Identification
// and Hyperparameter Optimization", 2016; in the order of L. Li et al., "A System for Massively Parallel
// Hyperparameter Tuning", 2020, algorithm 2, which promotes a network as soon as it is in the better half of its rung,
// so that what was learned about networks can be used for the next ones.
import type { MeasureView } from '../../../shared/contracts/viewModels';

/** What one network reached on each rung that it was trained for. */
export interface Ladder {
  /** From 1. */
  readonly trial: number;
  /** By rung: the validation measure of its best epoch; null where training diverged. */
  readonly results: readonly (MeasureView | null)[];
}

export type NextJob =
  { readonly kind: 'begin' } | { readonly kind: 'promote'; readonly trial: number; readonly rung: number };

/** Parts of all epochs that a network was trained for after each rung. */
const parts = [1 / 8, 1 / 4, 1 / 2];

/** Epochs in all after each rung, of a search whose winner is trained for so many; at least one rung. */
export function rungsFor(epochs: number): readonly number[] {
  return [...new Set(parts.map((part) => Math.ceil(part * epochs)))];
}

/** Epochs that so many trials take on these rungs in all, where half of each rung goes on. */
export function plannedEpochs(wanted: number, rungs: readonly number[]): number {
  return rungs.reduce((sum, epochs, rung) => {
    return sum + Math.floor(wanted / 2 ** rung) * (epochs - (rungs[rung - 1] ?? 0));
  }, 0);
}

/** Networks that are drawn before what they reached decides anything: half of all. */
export function drawnFirst(wanted: number): number {
  return Math.ceil(wanted / 2);
}

/**
 * What to do next: begin another network, or train one for the next rung. Undefined when all that were wanted have
 * begun and none is left to promote. A function of the results alone, so that a resumed search takes the same course.
 */
export function nextJob(
  ladders: readonly Ladder[],
  { wanted, rungs }: { readonly wanted: number; readonly rungs: number },
): NextJob | undefined {
  const begun = ladders.length;
  if (begun < drawnFirst(wanted)) return { kind: 'begin' };
  for (let rung = rungs - 1; rung >= 1; rung--) {
    const below = ladders.filter(({ results }) => results.length >= rung);
    const better = ranked(below, rung - 1).slice(0, Math.floor(below.length / 2));
    const promoted = better.find(({ results }) => results.length === rung && results[rung - 1]);
    if (promoted) return { kind: 'promote', trial: promoted.trial, rung };
  }
  return begun < wanted ? { kind: 'begin' } : undefined;
}

/** Those that were trained longest first, the best of equals first; those that diverged are left out. */
export function bestFirst(ladders: readonly Ladder[]): readonly Ladder[] {
  const sound = ladders.filter(({ results }) => results.at(-1));
  const rungs = Math.max(0, ...sound.map(({ results }) => results.length));
  return Array.from({ length: rungs }, (_, i) => rungs - 1 - i).flatMap((rung) =>
    ranked(
      sound.filter(({ results }) => results.length === rung + 1),
      rung,
    ),
  );
}

/** Best first by what they reached on a rung. */
function ranked(ladders: readonly Ladder[], rung: number): readonly Ladder[] {
  return ladders.toSorted(
    (a, b) => order(a.results[rung] ?? null, b.results[rung] ?? null) || a.trial - b.trial,
  );
}

/** Below 0 where `a` is the better one: by accuracy where there is one, then by loss; divergence is worst. */
export function order(a: MeasureView | null, b: MeasureView | null): number {
  if (!a || !b) return Number(!a) - Number(!b);
  const accuracy = (b.accuracy ?? 0) - (a.accuracy ?? 0);
  return accuracy !== 0 ? accuracy : a.loss - b.loss;
}
