// The way of a network through a run as one curve: the epochs of all steps that train, counted through, in phases that
// are told apart by what was done between them. Whoever draws a run or writes it down starts from this.
import type { CurvesView, EpochView, StepsView } from './viewModels';

export interface Journey {
  readonly points: readonly JourneyPoint[];
  readonly phases: readonly JourneyPhase[];
  /** Epochs that the run may take, as far as its steps have begun. */
  readonly epochs: number;
  /** Of the step that trained last: the epoch whose weights are kept, counted through. */
  readonly bestEpoch: number | null;
  /** Some of the weights were zero on the way and stayed so. */
  readonly isPruned: boolean;
}

/** A network of the way, measured. */
export interface JourneyPoint extends EpochView {
  /** Counted through all steps; of a network that a phase begins with, the last epoch before the phase. */
  readonly epoch: number;
  /** Place of its phase, from 0. */
  readonly phase: number;
  /** The network that the phase begins with, before it is trained. */
  readonly isStart: boolean;
  readonly sparsity: number;
}

/** Epochs between which nothing is done but training. */
export interface JourneyPhase {
  /** Place of its step in the recipe, from 0. */
  readonly step: number;
  /** The epoch before its first one. */
  readonly begins: number;
  /** Its last epoch so far. */
  readonly ends: number;
  /** The steps before it, as a recipe writes them, that came after the training before it. */
  readonly done: StepsView;
  /** The sparsity that the step itself brought about right before. */
  readonly prunedTo?: number;
  /** Before it, weights went back to what they were. */
  readonly isRewound: boolean;
  /** Something was trained or compressed before. */
  readonly isFineTuning: boolean;
}

/** `trainings` are the curves of the steps that train, in their order; `steps` is the recipe, if it is known. */
export function journeyOf(trainings: readonly CurvesView[], steps: StepsView = []): Journey {
  const points: JourneyPoint[] = [];
  const phases: JourneyPhase[] = [];
  let epochs = 0;
  let bestEpoch: number | null = null;
  let finished = 0;
  for (const curves of trainings) {
    const before = points.at(-1)?.epoch ?? 0;
    for (const stretch of stretchesOf(curves)) {
      const done = steps.slice(finished, curves.step);
      finished = curves.step + 1;
      const begins = before + stretch.from - 1;
      const phase: JourneyPhase = {
        step: curves.step,
        begins,
        ends: Math.max(begins, before + (stretch.history.at(-1)?.epoch ?? 0)),
        done,
        ...(stretch.prunedTo !== undefined && { prunedTo: stretch.prunedTo }),
        isRewound: stretch.isLater && isRewinding(steps[curves.step]),
        isFineTuning: phases.length > 0 || done.length > 0 || stretch.prunedTo !== undefined,
      };
      for (const epoch of stretch.history) {
        points.push({
          ...epoch,
          epoch: before + epoch.epoch,
          phase: phases.length,
          isStart: epoch.epoch < stretch.from,
          sparsity: epoch.sparsity ?? 0,
        });
      }
      phases.push(phase);
    }
    epochs = before + curves.epochs;
    bestEpoch = curves.bestEpoch === null ? null : before + curves.bestEpoch;
  }
  return { points, phases, epochs, bestEpoch, isPruned: points.some(({ sparsity }) => sparsity > 0) };
}

/** All curves of a run that goes on, or that did not get to its end: those of its earlier steps, then these. */
export function trainingsOf(curves: CurvesView): readonly CurvesView[] {
  return [...(curves.earlier ?? []), curves];
}

interface Stretch {
  readonly from: number;
  readonly history: readonly EpochView[];
  readonly prunedTo?: number;
  /** Not the first of its step. */
  readonly isLater: boolean;
}

function stretchesOf({ history, rounds }: CurvesView): readonly Stretch[] {
  if (!rounds || rounds.length === 0) return [{ from: 1, history, isLater: false }];
  return rounds.map(({ from, sparsity, start }, index) => {
    const end = rounds[index + 1]?.from ?? Number.POSITIVE_INFINITY;
    const own = history.filter(({ epoch }) => (index === 0 || epoch >= from) && epoch < end);
    // A round of a rewinding step that trains what was not pruned yet has nothing to tell of zeros.
    const isPruned = sparsity > 0;
    return {
      from,
      history: start ? [start, ...own] : own,
      ...(isPruned && { prunedTo: sparsity }),
      isLater: index > 0,
    };
  });
}

function isRewinding(step: StepsView[number] | undefined): boolean {
  return Object.values(step ?? {}).some((options) => options['rewind'] === true);
}
