// Runs a step's graph. The vectors of a run exist twice: a step reads one set and writes the other, because a weight
// may still be read when its new value is there. Apart from the samples, nothing is allocated from step to step.
import { elementsOf } from '../ir/elements';
import { uniform, seedOf } from '../../shared/base/random';
import type { Batch } from '../data/dataSet';
import { modelToBytes } from '../formats/modelBytes';
import type { Runtime, RuntimeTensor, Session } from '../runtime/runtime';
import type { StepGraph } from './stepGraph';
import type { TrainingPlan } from './trainingPlan';
import type { Vectors } from './vectors';
import { shouldSpin, waitingSettings, watchProcessors } from './waitingThreads';

export interface StepFeed {
  readonly batch: Batch;
  /** The optimizer's scalars by its own names. */
  readonly scalars: Readonly<Record<string, number>>;
  /** Draws the dropout masks. */
  readonly seed: number;
}

export interface StepSession {
  /** Does the step from one set of vectors to the other. */
  run(feed: StepFeed, from: Vectors, to: Vectors): Promise<{ loss: number; gradientNorm: number }>;
  dispose(): Promise<void>;
}

/** Quantization nodes must not be fused: the backward part needs the values between them as the graph has them. */
const unfused = { 'session.disable_quant_qdq': '1' };

/** Loads the graph. `keep` is 0 for each parameter that counts as zero, else 1. Throws RUNTIME_REFUSED. */
export async function stepSession(
  graph: StepGraph,
  plan: TrainingPlan,
  runtime: Runtime,
  keep: Float32Array | undefined,
): Promise<StepSession> {
  const model = modelToBytes(graph.model);
  const load = (spinning: boolean): Promise<Session> =>
    runtime.load(model, { config: { ...unfused, ...waitingSettings(spinning) } });
  let spins = await shouldSpin();
  let session = await load(spins);
  const areProcessorsNeeded = watchProcessors();
  const masks = graph.masks.map((mask) => ({
    ...mask,
    tensor: { type: 'bool' as const, shape: mask.shape, data: new Uint8Array(elementsOf(mask.shape)) },
  }));
  const rates = new Map(
    [...graph.scalars].map(([name, input]) => [name, { input, tensor: vector(new Float32Array(1), []) }]),
  );
  const fed = new Map<Vectors, Feeds>();
  const feedsOf = (vectors: Vectors): Feeds => {
    const known = fed.get(vectors) ?? vectorFeeds(graph, plan, vectors, keep);
    fed.set(vectors, known);
    return known;
  };
  const fetched = new Map<Vectors, Feeds>();
  const fetchesOf = (vectors: Vectors): Feeds => {
    const known = fetched.get(vectors) ?? vectorFetches(graph, vectors);
    fetched.set(vectors, known);
    return known;
  };
  return {
    run: async ({ batch, scalars, seed }, from, to) => {
      if (spins && areProcessorsNeeded()) {
        spins = false;
        await session.dispose();
        session = await load(spins);
      }
      const { feeds, samples } = graph.placement.place(batch);
      const all: Record<string, RuntimeTensor> = { ...feeds, ...feedsOf(from) };
      const rows = graph.batch;
      all[graph.target] = targetTensor(batch, rows, plan);
      all[graph.sampleWeights] = sampleWeights(samples, rows);
      for (const [index, { name, keep: kept, tensor }] of masks.entries()) {
        fillMask(tensor.data, kept, seedOf(seed, index));
        all[name] = tensor;
      }
      for (const [name, { input, tensor }] of rates) {
        tensor.data[0] = scalars[name] ?? 0;
        all[input] = tensor;
      }
      const into = fetchesOf(to);
      const wanted = [graph.loss, graph.gradientNorm, ...Object.keys(into)];
      const results = await session.run(all, wanted, into);
      return { loss: first(results[graph.loss]), gradientNorm: first(results[graph.gradientNorm]) };
    },
    dispose: () => session.dispose(),
  };
}

type Feeds = Readonly<Record<string, RuntimeTensor>>;

function vectorFeeds(
  graph: StepGraph,
  plan: TrainingPlan,
  { parameters, slots, statistics }: Vectors,
  keep: Float32Array | undefined,
): Feeds {
  const feeds: Record<string, RuntimeTensor> = {};
  for (const { value, start, elements, tensor } of plan.layout.parameters) {
    const name = graph.inputs.get(value) ?? value;
    feeds[name] = vector(parameters.subarray(start, start + elements), tensor.shape);
  }
  for (const [name, tensor] of graph.fed) feeds[name] = tensor;
  let start = 0;
  for (const { value, tensor } of plan.statistics) {
    feeds[value] = vector(statistics.subarray(start, start + tensor.elements), tensor.shape);
    start += tensor.elements;
  }
  for (const names of graph.groups) {
    const part = partOf(names.group);
    feeds[names.parameters] = part(parameters);
    for (const [slot, name] of Object.entries(names.slots)) feeds[name] = part(slots[slot]!);
    if (names.keep !== undefined && keep) feeds[names.keep] = part(keep);
  }
  return feeds;
}

function vectorFetches(graph: StepGraph, { parameters, slots, statistics }: Vectors): Feeds {
  const fetches: Record<string, RuntimeTensor> = {};
  for (const { group, updated } of graph.groups) {
    const part = partOf(group);
    fetches[updated.parameters] = part(parameters);
    for (const [slot, name] of Object.entries(updated.slots)) fetches[name] = part(slots[slot]!);
  }
  if (graph.statistics !== undefined) fetches[graph.statistics] = vector(statistics, [statistics.length]);
  return fetches;
}

function partOf({ start, elements }: { readonly start: number; readonly elements: number }) {
  return (whole: Float32Array): RuntimeTensor => vector(whole.subarray(start, start + elements), [elements]);
}

function vector<T extends Float32Array>(data: T, shape: readonly number[]) {
  return { type: 'float32' as const, shape, data };
}

/** What the samples of a batch are to be, filled up with zeros that count nothing. */
function targetTensor(batch: Batch, rows: number, { output }: TrainingPlan): RuntimeTensor {
  if (batch.labels) {
    const labels = new BigInt64Array(rows);
    for (let i = 0; i < batch.count; i++) labels[i] = BigInt(batch.labels[i]!);
    return { type: 'int64', shape: [rows], data: labels };
  }
  const values = new Float32Array(rows * output.elements);
  if (batch.values) values.set(batch.values.subarray(0, batch.count * output.elements));
  return vector(values, [rows, output.elements]);
}

function sampleWeights(samples: number, rows: number): RuntimeTensor {
  return vector(new Float32Array(rows).fill(1 / samples, 0, samples), [rows, 1]);
}

function fillMask(mask: Uint8Array, keep: number, seed: number): void {
  const next = uniform(seed);
  for (let i = 0; i < mask.length; i++) mask[i] = next() < keep ? 1 : 0;
}

function first(tensor: RuntimeTensor | undefined): number {
  return (tensor?.data as Float32Array | undefined)?.[0] ?? Number.NaN;
}
