// The model that a diagnosis judges, with the curves of its training: a file as it is, or what a recipe makes in memory.
import { CounterweightError } from '../../../shared/base/errors';
import type { Note } from '../../../shared/base/messages';
import type { CurvesView } from '../../../shared/contracts/viewModels';
import { applySteps } from '../../compression/steps';
import type { DataSplits } from '../../data/dataSet';
import { modelToBytes } from '../../formats/modelBytes';
import { openModel } from '../../formats/openModel';
import type { Model } from '../../ir/graph';
import type { TrainContext } from '../../training/trainTask';
import type { Subject } from './subject';

export interface Judged {
  readonly curves?: CurvesView;
  /** Undefined where a run came to no result. */
  readonly result?: {
    readonly model: Model;
    /** For the runtime: the file, or the bytes of one. */
    readonly source: string | Uint8Array;
  };
  readonly notes: readonly Note[];
}

/** Throws what opening and steps throw, but for TRAINING_DIVERGED, whose curves are judged. */
export async function judgedModel(
  subject: Subject,
  splits: DataSplits | undefined,
  context: TrainContext,
): Promise<Judged> {
  const { path, steps, curves, hasResult } = subject;
  if (steps) return runSteps(subject, steps, splits, context);
  return {
    ...(curves && { curves }),
    ...(hasResult && { result: { model: openModel(path), source: path } }),
    notes: [],
  };
}

async function runSteps(
  { path, seed = 1 }: Subject,
  steps: NonNullable<Subject['steps']>,
  splits: DataSplits | undefined,
  context: TrainContext,
): Promise<Judged> {
  const original = openModel(path);
  if (steps.length === 0) return { result: { model: original, source: path }, notes: [] };
  let curves: CurvesView | undefined;
  try {
    const { model, notes } = await applySteps(original, steps, {
      path,
      seed,
      signal: context.signal,
      ...(splits && { data: splits }),
      gate: () => context.gate(),
      curves: (view) => {
        curves = view;
        context.curves(view);
      },
      progress: (fraction, _, detail) => context.progress(fraction, detail),
    });
    return { ...(curves && { curves }), result: { model, source: modelToBytes(model) }, notes };
  } catch (error) {
    if (!CounterweightError.is(error, 'TRAINING_DIVERGED') || !curves) throw error;
    return { curves, notes: [] };
  }
}
