// What distinguishes two model files: their layers, and the outputs that they give when their runtime runs them.
import { CounterweightError } from '../../shared/base/errors';
import { note, type Note } from '../../shared/base/messages';
import type { ComparisonView } from '../../shared/contracts/viewModels';
import { classCount, type DataSet } from '../data/dataSet';
import { openData } from '../data/openData';
import { openModel } from '../formats/openModel';
import { pauseFor, type Pause } from '../ir/pacing';
import { onnxRuntime } from '../runtime/onnxRuntime';
import type { Runtime, Session } from '../runtime/runtime';
import { compareLayers, type ModelFile } from './compareLayers';
import { compareOutputs, inputProblem, type OutputComparison, type SessionPair } from './compareOutputs';
import { dataInputs, type SampleBatch } from './dataInputs';
import { planInputs, randomFeeds, type Feeds } from './sampleInputs';

/** Random samples, and the time after which no further one is begun. */
const randomSamples = 8;
const randomSeconds = 5;

export interface CompareContext {
  readonly signal: AbortSignal;
  /** From 0 to 1, with the layer or the file at hand. */
  readonly progress: (fraction: number, detail?: string) => void;
}

export interface CompareParams {
  readonly before: string;
  readonly after: string;
  /** A data set to compare outputs on, as the command line's --data; random inputs without. */
  readonly data?: string | undefined;
}

/**
 * Compares two model files. Layers are matched by label; outputs are compared where ONNX Runtime runs both files, else
 * a note says why not. Throws DATA_INVALID, MODELS_DIFFER where they have nothing in common, and what opening throws.
 */
export async function compareModels(params: CompareParams, context: CompareContext): Promise<ComparisonView> {
  const before = { path: params.before, model: openModel(params.before) };
  const after = { path: params.after, model: openModel(params.after) };
  const use = { input: before.model.graph.inputs[0]?.shape };
  const dataSet = params.data === undefined ? undefined : await openData(params.data, use);
  const { comparison, refused } = await compareOpened(before, after, dataSet, context);
  const refusal = refused.before ?? refused.after;
  const inCommon = comparison.layers.some(({ change }) => change !== 'added' && change !== 'removed');
  if (!inCommon && comparison.outputs.length === 0 && !refusal) {
    throw new CounterweightError('MODELS_DIFFER', {
      a: params.before,
      b: params.after,
      problem: 'no layer and no output of the one has a counterpart in the other',
    });
  }
  return comparison;
}

export interface OpenedComparison {
  readonly comparison: ComparisonView;
  /** Which file the runtime did not load or run, and what it said. */
  readonly refused: { readonly before?: CounterweightError; readonly after?: CounterweightError };
  /** Inputs that both files run with, where they do. */
  readonly feeds?: Feeds;
}

/** As `compareModels`, for models that are open already. */
export async function compareOpened(
  before: ModelFile,
  after: ModelFile,
  dataSet: DataSet | undefined,
  { signal, progress }: CompareContext,
): Promise<OpenedComparison> {
  const pause = pauseFor(signal);
  const layers = await compareLayers(before, after, pause, (fraction, layer) =>
    progress(fraction / 2, layer),
  );
  const outputs = await withSessions(before.path, after.path, pause, async (sessions) => {
    const different = inputProblem(sessions.before, sessions.after);
    if (different !== undefined) return notCompared(different);
    const runs = {
      pause,
      progress: (fraction: number) => progress(0.5 + fraction / 2, after.path),
    };
    return dataSet ? onData(sessions, dataSet, runs) : onRandomInputs(sessions, before, runs);
  });
  progress(1);
  const { feeds, refused, comparedOn, comparison } = outputs;
  return {
    comparison: {
      layers: layers.layers,
      outputs: comparison?.outputs ?? [],
      comparedOn,
      ...(comparison?.accuracy ? { accuracy: comparison.accuracy } : {}),
      notes: [...layers.notes, ...outputs.notes, ...(comparison?.notes ?? [])],
    },
    refused,
    ...(feeds ? { feeds } : {}),
  };
}

interface OutputResult {
  readonly comparison?: OutputComparison;
  readonly comparedOn: string;
  readonly notes: readonly Note[];
  readonly refused: OpenedComparison['refused'];
  readonly feeds?: Feeds;
}

interface Runs {
  readonly pause: Pause;
  readonly progress: (fraction: number) => void;
}

async function onData(
  sessions: SessionPair,
  dataSet: DataSet,
  { pause, progress }: Runs,
): Promise<OutputResult> {
  const inputs = dataInputs(dataSet, sessions.before.inputs);
  const { count } = dataSet;
  async function* batches(): AsyncGenerator<SampleBatch> {
    for (let start = 0; start < count;) {
      progress(start / count);
      const batch = await inputs.batch(start, count);
      yield batch;
      start += batch.samples;
    }
  }
  const first = (await inputs.batch(0, 1)).feeds;
  const refused = (await refusalOf('before', sessions, first)) ?? (await refusalOf('after', sessions, first));
  if (refused) return refused;
  const comparison = await compareOutputs(sessions, batches(), { classes: classCount(dataSet), pause });
  return {
    comparison,
    comparedOn: comparedOn(dataSet.name, comparison),
    notes: [],
    refused: {},
    feeds: first,
  };
}

async function onRandomInputs(
  sessions: SessionPair,
  { model }: ModelFile,
  { pause, progress }: Runs,
): Promise<OutputResult> {
  const { inputs } = sessions.before;
  const plan = await planInputs(sessions.before, model, pause);
  if (!('shapes' in plan)) return refusedBy('before', plan);
  const feedsOf = (sample: number) => randomFeeds(inputs, plan, sample);
  const first = feedsOf(0);
  const refused = await refusalOf('after', sessions, first);
  if (refused) return refused;
  const started = performance.now();
  async function* batches(): AsyncGenerator<SampleBatch> {
    for (let sample = 0; sample < randomSamples; sample++) {
      if (performance.now() - started > 1000 * randomSeconds) return;
      progress(sample / randomSamples);
      yield { feeds: feedsOf(sample), samples: 1 };
    }
  }
  const comparison = await compareOutputs(sessions, batches(), { pause });
  return {
    comparison,
    comparedOn: comparedOn('random inputs of seed 1', comparison),
    notes: comparison.outputs.length > 0 ? [note('INPUTS_RANDOM', {})] : [],
    refused: {},
    feeds: first,
  };
}

/** Runs one of the files once, so that it is known which of them refuses. */
async function refusalOf(
  side: 'before' | 'after',
  sessions: SessionPair,
  feeds: Feeds,
): Promise<OutputResult | undefined> {
  try {
    await sessions[side].run(feeds);
    return undefined;
  } catch (error) {
    return refusedBy(side, error);
  }
}

/** Loads both files and releases them in the end, whatever happens. */
async function withSessions(
  before: string,
  after: string,
  pause: Pause,
  use: (sessions: SessionPair) => Promise<OutputResult>,
): Promise<OutputResult> {
  const opened: Session[] = [];
  const load = async (runtime: Runtime, path: string) => {
    const session = await runtime.load(path);
    opened.push(session);
    await pause();
    return session;
  };
  try {
    let side: 'before' | 'after' = 'before';
    let sessions: SessionPair;
    try {
      const runtime = await onnxRuntime();
      const original = await load(runtime, before);
      side = 'after';
      sessions = { before: original, after: await load(runtime, after) };
    } catch (error) {
      return refusedBy(side, error);
    }
    return await use(sessions);
  } finally {
    await Promise.all(opened.map((session) => session.dispose()));
  }
}

/** What a runtime says of a file is a result; everything else goes on as an error. */
function refusedBy(side: 'before' | 'after', error: unknown): OutputResult {
  if (CounterweightError.is(error, 'RUNTIME_REFUSED')) {
    return { ...notCompared(error.message), refused: { [side]: error } };
  }
  if (CounterweightError.is(error, 'RUNTIME_MISSING')) return notCompared(error.message);
  throw error;
}

function comparedOn(source: string, { outputs, samples }: OutputComparison): string {
  if (outputs.length === 0) return 'nothing';
  return `${source}, ${samples} ${samples === 1 ? 'sample' : 'samples'}`;
}

function notCompared(problem: string): OutputResult {
  return { comparedOn: 'nothing', notes: [note('OUTPUTS_NOT_COMPARED', { problem })], refused: {} };
}
