// The job behind `search`: finds a small network under a budget, trains it, and measures what was written. Every trial
// stays in the folder; a search that is stopped goes on from there.
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { CounterweightError } from '../../../shared/base/errors';
import { note, type Note } from '../../../shared/base/messages';
import { costOf, costText, type Budget } from '../../../shared/base/searchBudget';
import type { SearchReportView, SearchView } from '../../../shared/contracts/searchViews';
import type { ProgressView } from '../../../shared/contracts/viewModels';
import type { Architecture } from '../../architectures/architecture';
import { architectureOf } from '../../architectures/architectures';
import { phases } from '../runProgress';
import { assertReportFree, makeReportFolder, writeReportFiles } from '../writeReport';
import { outlinesOf, type Outline } from './candidates';
import { weighing, type Weigh } from './costs';
import { fittingWidths, type Weighed } from './fittingWidths';
import { nothingFits } from './nothingFits';
import type { Space } from './proposals';
import { plannedEpochs, rungsFor } from './rungs';
import { runCourse } from './searchCourse';
import { openSearchData } from './searchData';
import { holdsTrials, openSearchFiles, removeSearchFiles } from './searchFiles';
import { searchMarkdown } from './searchMarkdown';
import type { SearchTask, TaskContext } from './searchTask';
import { measureWinner, trainWinner } from './winner';

export interface SearchParams {
  /** Ids of the architectures to search in; at least one. */
  readonly architectures: readonly string[];
  /** As the command line's --data. */
  readonly data: string;
  readonly budget: Budget;
  /** Networks to try. */
  readonly trials: number;
  /** Epochs that the winner is trained for; trials get an eighth, a quarter and a half of them. */
  readonly epochs: number;
  /** Of everything random. */
  readonly seed: number;
  /** Where everything goes; it is made. */
  readonly folder: string;
  /** The file to write the winner to; model.onnx in the folder where not given. It must not exist. */
  readonly output?: string;
  /** Goes on with the search that the folder holds. */
  readonly resume?: boolean;
  /** Marks the temporary files of this job. */
  readonly jobId: string;
}

export interface SearchContext {
  readonly signal: AbortSignal;
  readonly progress: (progress: ProgressView) => void;
  /** Gets the search so far, after each rung of a trial. */
  readonly search?: (search: SearchView) => void;
  /** Resolves at once, or when the search is no longer paused. */
  readonly gate?: () => Promise<void>;
}

/** The part of a search's progress that training makes; measuring the winner makes the rest. */
const trainingShare = 0.98;

/**
 * Searches, and writes the winner, and report.json and report.md into the folder. Networks are chosen by what they reach on
 * validation samples; test samples are measured once, with the winner. Throws ARCHITECTURE_INVALID, DATA_INVALID,
 * SEARCH_NOTHING_FITS, SEARCH_ALL_DIVERGED, OUTPUT_EXISTS, RUN_UNFINISHED, what resuming, training and writing throw,
 * and the reason of an aborted signal. Then what was tried stays in the folder, to go on from; where nothing was,
 * nothing stays.
 */
export async function searchNetworks(
  params: SearchParams,
  context: SearchContext,
): Promise<SearchReportView> {
  const started = performance.now();
  const { folder, jobId, seed, budget, epochs, trials: wanted } = params;
  const { signal } = context;
  signal.throwIfAborted();
  const { output = path.join(folder, 'model.onnx') } = params;
  const reportPath = path.join(folder, 'report.json');
  if (existsSync(output)) throw new CounterweightError('OUTPUT_EXISTS', { path: output });
  assertReportFree(reportPath);
  const architectures = params.architectures.map(searchable);
  const progress = phases(context);
  progress('reading', 0, params.data);
  const data = await openSearchData(params.data, seed);
  const made = { classes: data.outputs, seed };
  const outlines = outlinesOf(architectures, data.inputs, made);
  const ownFolder = await makeReportFolder(folder);
  const files = await openSearchFiles(
    folder,
    { budget, architectures: params.architectures, data: params.data, trials: wanted, epochs, seed },
    { resume: params.resume ?? false, jobId },
  );
  let written = false;
  try {
    const weigh = weighing({
      made,
      budget,
      samplesOf: (input) => data.splitsOf(input).validation,
      latencies: files.latencies,
      signal,
    });
    const rungs = rungsFor(epochs);
    const space = spaceOf(outlines, architectures, budget, weigh);
    const task: SearchTask = {
      folder,
      files,
      data,
      budget,
      made,
      space,
      weigh,
      wanted,
      rungs,
      epochs,
      jobId,
    };
    const planned = plannedEpochs(wanted, rungs) + epochs;
    const taskContext: TaskContext = {
      signal,
      gate: () => context.gate?.() ?? Promise.resolve(),
      search: (search) => context.search?.(search),
      progress: (done, detail) => progress('training', trainingShare * Math.min(1, done / planned), detail),
    };
    const course = await runCourse(task, taskContext);
    if (course.search.trials.length === 0) throw await nothingFits(architectures, outlines, budget, weigh);
    const winner = await trainWinner(course, task, taskContext);
    written = true;
    const measured = await measureWinner(winner, output, task, signal, (fraction) =>
      progress('measuring', trainingShare + (1 - trainingShare) * fraction, path.basename(output)),
    );
    const report: SearchReportView = {
      version: 1,
      kind: 'search',
      created: new Date().toISOString(),
      seconds: (performance.now() - started) / 1000,
      data: params.data,
      seed,
      architectures: params.architectures,
      classes: data.outputs,
      search: course.search,
      winner: { trial: winner.trial.trial, path: output, training: winner.training, ...measured },
      notes: [...notesOf(course.search, budget, measured), ...winner.notes],
    };
    signal.throwIfAborted();
    await writeReportFiles(report, searchMarkdown(report), reportPath, jobId);
    await files.finish();
    return report;
  } catch (error) {
    if (written) await rm(output, { force: true });
    if (!(await holdsTrials(folder))) {
      await removeSearchFiles(folder);
      await ownFolder.removeIfMade();
    }
    throw error;
  }
}

function searchable(id: string): Architecture {
  const architecture = architectureOf(id);
  if (!architecture.reconstructs) return architecture;
  const problem = 'it gives its input again, and a search is for networks that predict classes or values';
  throw new CounterweightError('ARCHITECTURE_INVALID', { architecture: id, problem });
}

function spaceOf(
  outlines: readonly Outline[],
  architectures: readonly Architecture[],
  budget: Budget,
  weigh: Weigh,
): Space {
  const known = new Map<Outline, Promise<readonly Weighed[]>>();
  return {
    outlines,
    fitting: (outline) => {
      const architecture = architectures.find(({ id }) => id === outline.architecture)!;
      const widths = known.get(outline) ?? fittingWidths(outline, architecture, budget, weigh);
      known.set(outline, widths);
      return widths;
    },
  };
}

function notesOf(
  { trials, wanted }: SearchView,
  budget: Budget,
  { costs, generalization }: Pick<SearchReportView['winner'], 'costs' | 'generalization'>,
): readonly Note[] {
  const cost = costOf(budget, costs);
  return [
    ...(trials.length < wanted ? [note('SEARCH_FEWER', { count: trials.length, wanted })] : []),
    ...(cost > budget.limit ? [note('SEARCH_TIME_VARIES', { cost: costText(budget.measure, cost) })] : []),
    ...(generalization.test ? [] : [note('SEARCH_NO_TEST', {})]),
  ];
}
