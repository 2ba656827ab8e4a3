// What an untrained network will cost once it is trained: training changes the content of its tensors and nothing else.
import type { Budget, Costs } from '../../../shared/base/searchBudget';
import type { CandidateView } from '../../../shared/contracts/searchViews';
import { dataInputs } from '../../analysis/dataInputs';
import { fileLatency } from '../../analysis/latency';
import { countMacs } from '../../analysis/macs';
import { inferShapes } from '../../analysis/shapes';
import type { DataSet } from '../../data/dataSet';
import { modelToBytes } from '../../formats/modelBytes';
import type { Model } from '../../ir/graph';
import { Tensor } from '../../ir/tensor';
import { layersOf } from '../../operators/layers';
import { onnxRuntime } from '../../runtime/onnxRuntime';
import { candidateText, networkIfAny, type Untrained } from './candidates';

export interface CostContext {
  readonly made: Untrained;
  readonly budget: Budget;
  /** Samples of a candidate's input shape, to measure its latency with one of them. */
  readonly samplesOf: (input: readonly number[]) => DataSet;
  /** Latencies that were measured before: a resumed search must not measure them anew. */
  readonly latencies: LatencyMemory;
  readonly signal: AbortSignal;
}

export interface LatencyMemory {
  get(candidate: string): number | undefined;
  keep(candidate: string, milliseconds: number): Promise<void>;
}

/** Gives the costs of candidates, each weighed once; undefined where there is no such network. */
export type Weigh = (candidate: CandidateView) => Promise<Costs | undefined>;

/** Throws RUNTIME_REFUSED, what memory and data throw, and the reason of an aborted signal. */
export function weighing(context: CostContext): Weigh {
  const known = new Map<string, Promise<Costs | undefined>>();
  return (candidate) => {
    const key = candidateText(candidate);
    const costs = known.get(key) ?? costsOf(candidate, key, context);
    known.set(key, costs);
    return costs;
  };
}

async function costsOf(
  candidate: CandidateView,
  key: string,
  { made, budget, samplesOf, latencies, signal }: CostContext,
): Promise<Costs | undefined> {
  signal.throwIfAborted();
  const model = networkIfAny(candidate, made);
  if (!model) return undefined;
  const costs: Costs = {
    parameters: parametersOf(model),
    macs: countMacs(model, await inferShapes(model, { signal })).total,
    bytes: modelToBytes(withoutNumbers(model)).byteLength,
  };
  if (budget.measure !== 'latency') return costs;
  let latencyMs = latencies.get(key);
  if (latencyMs === undefined) {
    latencyMs = await latencyOf(modelToBytes(model), samplesOf(candidate.input), signal);
    await latencies.keep(key, latencyMs);
  }
  return { ...costs, latencyMs };
}

/** Many networks are measured, and a median settles soon. */
const mostMs = 400;

/** Median of the milliseconds that a file, or the bytes of one, takes for one sample. Throws RUNTIME_REFUSED. */
export async function latencyOf(
  file: string | Uint8Array,
  samples: DataSet,
  signal: AbortSignal,
): Promise<number> {
  const session = await (await onnxRuntime()).load(file);
  try {
    const { feeds } = await dataInputs(samples, session.inputs).batch(0, 1);
    return (await fileLatency(file, feeds, signal, mostMs)).medianMs;
  } finally {
    await session.dispose();
  }
}

function parametersOf(model: Model): number {
  return layersOf(model)
    .flatMap(({ tensors }) => tensors)
    .reduce((sum, { parameters }) => sum + parameters, 0);
}

/** The size of a file does not depend on the numbers, which take long to draw. */
function withoutNumbers(model: Model): Model {
  const initializers = model.graph.initializers.map(
    ({ name, type, shape }) => new Tensor({ name, type, shape, read: (_, length) => new Uint8Array(length) }),
  );
  return { ...model, graph: { ...model.graph, initializers } };
}
