// The course of a search: networks begin, are trained for a rung, and are promoted or left, until all have had their
// turn. Everything that decides is a function of the trials so far, so that a search that was stopped goes on as it
// would have gone on.
import path from 'node:path';
import type { SearchView, TrialView } from '../../../shared/contracts/searchViews';
import type { MeasureView } from '../../../shared/contracts/viewModels';
import { openModel } from '../../formats/openModel';
import { candidateText, networkOf } from './candidates';
import { propose, type BegunTrial } from './proposals';
import { bestFirst, nextJob } from './rungs';
import type { SearchTask, TaskContext } from './searchTask';
import { trainRung, type RungResult } from './trainTrial';

export interface Course {
  readonly search: SearchView;
  /** Trials that did not diverge, the best of those that were trained longest first. */
  readonly ranking: readonly TrialView[];
}

/** Runs the search to its end. Without trials where nothing fits. Throws what training and writing throw, and the reason of an aborted signal. */
export async function runCourse(params: SearchTask, context: TaskContext): Promise<Course> {
  const { folder, files, space, budget, made, rungs } = params;
  const lines: TrialView[] = [...files.lines];
  let { wanted } = params;
  const view = (): SearchView => {
    const trials = latest(lines).map((line) => ({ ...line, path: path.join(folder, line.path) }));
    return { budget, wanted: params.wanted, rungs, trials };
  };
  context.search(view());
  for (;;) {
    const begun = trialsOf(lines);
    const job = nextJob(begun, { wanted, rungs: rungs.length });
    if (!job) break;
    if (job.kind === 'begin') {
      context.progress(epochsIn(lines, rungs), `trial ${begun.length + 1} of ${wanted}`);
      const proposal = await propose(space, begun, { wanted: params.wanted, seed: made.seed });
      if (!proposal) {
        wanted = begun.length;
        continue;
      }
      const { candidate, costs, parent } = proposal;
      const trial = { trial: begun.length + 1, ...(parent !== undefined && { parent }), ...candidate, costs };
      lines.push(await runRung({ ...trial, rung: 0 }, undefined, params, lines, context));
    } else {
      const last = lines.findLast(({ trial }) => trial === job.trial)!;
      lines.push(await runRung({ ...last, rung: job.rung }, last, params, lines, context));
    }
    context.search(view());
  }
  const { trials } = view();
  return {
    search: view(),
    ranking: bestFirst(trialsOf(lines)).flatMap((ladder) =>
      trials.filter(({ trial }) => trial === ladder.trial),
    ),
  };
}

type Begun = Omit<TrialView, 'train' | 'validation' | 'epochs' | 'seconds' | 'path'>;

/** Trains a trial for one rung and keeps what it became. */
async function runRung(
  trial: Begun,
  before: TrialView | undefined,
  { folder, files, data, made, wanted, rungs }: SearchTask,
  lines: readonly TrialView[],
  { signal, progress, gate }: TaskContext,
): Promise<TrialView> {
  const { rung } = trial;
  const epochs = rungs[rung]! - (rungs[rung - 1] ?? 0);
  const checkpointFolder = files.checkpointFolder(trial.trial, rung);
  const done = epochsIn(lines, rungs);
  const name = candidateText(trial);
  const result = await trainRung(
    {
      model: before ? openModel(path.join(folder, before.path)) : networkOf(trial, made),
      name,
      data: data.splitsOf(trial.input),
      epochs,
      rung,
      seed: made.seed,
      checkpointFolder,
    },
    {
      signal,
      gate,
      progress: (fraction, detail) =>
        progress(done + fraction * epochs, `trial ${trial.trial} of ${wanted}, ${name}: ${detail ?? ''}`),
    },
  );
  const line: TrialView = {
    ...trial,
    epochs: rungs[rung]!,
    ...outcomeOf(result, before),
    path: result ? files.modelPath(trial.trial, rung) : (before?.path ?? ''),
  };
  await files.keep(line, result);
  await files.dropCheckpoint(checkpointFolder);
  return line;
}

function outcomeOf(
  result: RungResult | undefined,
  before: TrialView | undefined,
): Pick<TrialView, 'train' | 'validation' | 'seconds'> {
  const seconds = (before?.seconds ?? 0) + (result?.training.seconds ?? 0);
  return { train: result?.train ?? null, validation: result?.validation ?? null, seconds };
}

/** Epochs that the finished rungs took, whether their training diverged or not. */
function epochsIn(lines: readonly TrialView[], rungs: readonly number[]): number {
  return lines.reduce((sum, { rung }) => sum + rungs[rung]! - (rungs[rung - 1] ?? 0), 0);
}

/** The last line of each trial, in the order of their beginnings. */
function latest(lines: readonly TrialView[]): readonly TrialView[] {
  return [...new Map(lines.map((line) => [line.trial, line])).values()].toSorted((a, b) => a.trial - b.trial);
}

function trialsOf(lines: readonly TrialView[]): readonly BegunTrial[] {
  return latest(lines).map(({ trial, architecture, width, depth, input, costs }): BegunTrial => {
    const results = lines
      .filter((line) => line.trial === trial)
      .map(({ validation }): MeasureView | null => validation);
    return { trial, results, weighed: { candidate: { architecture, width, depth, input }, costs } };
  });
}
