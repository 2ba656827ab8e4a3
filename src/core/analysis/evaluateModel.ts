// What `evaluate` answers: how good a model file is on a data set, and how long one run of it takes.
import type { EvaluationView } from '../../shared/contracts/evaluationView';
import { openData } from '../data/openData';
import { openModel } from '../formats/openModel';
import { onnxRuntime } from '../runtime/onnxRuntime';
import { dataInputs } from './dataInputs';
import { evaluate } from './evaluate';
import { fileLatency } from './latency';

export interface EvaluateModelParams {
  readonly path: string;
  /** As the command line's --data; of data with splits, the test split. */
  readonly data: string;
}

export interface EvaluateModelContext {
  readonly signal: AbortSignal;
  /** From 0 to 1. */
  readonly progress: (fraction: number) => void;
}

/** The part of the time that the samples take. */
const samplesShare = 0.9;

/**
 * Runs a model file on all samples, and then on one for its latency. Throws what opening throws, DATA_INVALID,
 * RUNTIME_REFUSED, and the reason of an aborted signal.
 */
export async function evaluateModel(
  { path, data: spec }: EvaluateModelParams,
  { signal, progress }: EvaluateModelContext,
): Promise<EvaluationView> {
  // The runtime says less well what is wrong with a file.
  const { graph } = openModel(path);
  const data = await openData(spec, { input: graph.inputs[0]?.shape });
  const session = await (await onnxRuntime()).load(path);
  try {
    const evaluation = await evaluate(session, data, {
      signal,
      progress: (fraction) => progress(samplesShare * fraction),
    });
    const { feeds } = await dataInputs(data, session.inputs).batch(0, 1);
    const latency = await fileLatency(path, feeds, signal);
    progress(1);
    const names = data.targets?.kind === 'classes' ? data.targets.names : undefined;
    return { path, data: data.name, ...evaluation, ...(names && { classNames: names }), latency };
  } finally {
    await session.dispose();
  }
}
