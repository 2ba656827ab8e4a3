// The end of a search: the best network is made and trained anew, for all epochs, and measured as it was written.
import { CounterweightError } from '../../../shared/base/errors';
import { note, type Note } from '../../../shared/base/messages';
import type { SearchReportView, TrialView } from '../../../shared/contracts/searchViews';
import type { TrainingView } from '../../../shared/contracts/viewModels';
import { inspectModel } from '../../analysis/inspectModel';
import { saveModel } from '../../formats/saveModel';
import type { Model } from '../../ir/graph';
import { measureParts } from '../measureParts';
import { candidateText, networkOf } from './candidates';
import { latencyOf } from './costs';
import { plannedEpochs } from './rungs';
import type { Course } from './searchCourse';
import type { SearchTask, TaskContext } from './searchTask';
import { trainRung } from './trainTrial';

export interface Winner {
  readonly trial: TrialView;
  readonly model: Model;
  readonly training: TrainingView;
  readonly notes: readonly Note[];
}

/**
 * Trains the best trial's network from new weights, as `new` and `train` would; where that diverges, the next best.
 * Throws SEARCH_ALL_DIVERGED and what training throws.
 */
export async function trainWinner(
  { ranking, search }: Course,
  { folder, files, data, made, rungs, epochs, wanted }: SearchTask,
  { signal, gate, progress }: TaskContext,
): Promise<Winner> {
  const notes: Note[] = [];
  const done = plannedEpochs(wanted, rungs);
  for (const trial of ranking) {
    const name = candidateText(trial);
    const result = await trainRung(
      {
        model: networkOf(trial, made),
        name,
        data: data.splitsOf(trial.input),
        epochs,
        rung: 0,
        seed: made.seed,
        checkpointFolder: files.checkpointFolder(trial.trial, 'all'),
      },
      {
        signal,
        gate,
        progress: (fraction, detail) => progress(done + fraction * epochs, `${name}: ${detail ?? ''}`),
      },
    );
    if (result) return { trial, model: result.model, training: result.training, notes };
    notes.push(note('SEARCH_WINNER_DIVERGED', { trial: trial.trial }));
  }
  throw new CounterweightError('SEARCH_ALL_DIVERGED', { count: search.trials.length, path: folder });
}

/** Writes the winner as a new file and measures that file. Throws what writing throws, and RUNTIME_REFUSED. */
export async function measureWinner(
  { trial, model, training }: Winner,
  output: string,
  { data, budget, jobId }: SearchTask,
  signal: AbortSignal,
  progress: (fraction: number) => void,
): Promise<Pick<SearchReportView['winner'], 'costs' | 'generalization'>> {
  await saveModel(model, output, { jobId, signal });
  const splits = data.splitsOf(trial.input);
  const { train, validation, test } = await measureParts(output, splits, {
    loss: training.loss,
    signal,
    progress,
  });
  const { totals } = await inspectModel(output, signal);
  const { parameters, macs, bytes } = totals;
  const timed = budget.measure === 'latency';
  return {
    costs: {
      parameters,
      macs,
      bytes,
      ...(timed && { latencyMs: await latencyOf(output, splits.validation, signal) }),
    },
    generalization: { train, validation, ...(test && { test }) },
  };
}
