// Statistics of what comes into layers when a model runs on samples: what activation-aware compression weighs weights
// by. They are computed inside the graph that is run, so that only sums leave it, and are added up in float64.
import type { DataSet } from '../data/dataSet';
import { freshNames } from '../ir/freshNames';
import type { Model, ValueInfo } from '../ir/graph';
import { GraphBuilder } from '../ir/graphBuilder';
import { pauseFor } from '../ir/pacing';
import type { Tensor } from '../ir/tensor';
import { standardOpset } from '../operators/opsets/standardOpset';
import { onnxRuntime } from '../runtime/onnxRuntime';
import { modelToBytes } from '../formats/modelBytes';
import { placement } from './dataInputs';
import { evenlySpread } from './evenlySpread';
import { featureGram, featureSquares, featureTotals } from './featureSums';
import { inputsWithoutDefaults } from './inputsWithoutDefaults';
import { reducedTo } from './reducedTo';
import { runtimeNumbers } from './runtimeNumbers';
import { inferShapes } from './shapes';
import { weightProducts, type WeightMatrix, type WeightProduct } from './weightProducts';

type SumKind = 'totals' | 'squares' | 'gram';

export interface ActivationOptions {
  /** `totals`: Σ x of every feature. `squares`: Σ x². `gram`: Σ x xᵀ of all features of a group. */
  readonly sums: SumKind;
  /** At most as many samples, spread evenly over the data. */
  readonly samples: number;
  /** Layers with more features are refused: of `gram`, memory grows with the square. No limit where not given. */
  readonly mostFeatures?: number;
  readonly signal: AbortSignal;
  /** From 0 to 1. */
  readonly progress?: (fraction: number) => void;
}

/** Of the inputs of one weight's layers, over all rows of all samples; not divided by their number. */
export interface InputSums {
  readonly matrix: WeightMatrix;
  /** Number of rows of each group: samples, times the positions at which the layer multiplies. */
  readonly rows: number;
  /** One entry per group of a convolution (one group elsewhere): [features], or [features, features] row-major. */
  readonly groups: readonly Float64Array[];
}

export interface Activations {
  readonly sums: ReadonlyMap<Tensor, InputSums>;
  /** Why there are none for the other tensors, in words. */
  readonly refused: ReadonlyMap<Tensor, string>;
}

/**
 * The most elements of one layer's rows in a run (256 MiB in float64): runs have fewer samples where a layer's rows are
 * long, because a convolution's windows repeat every element as often as the kernel has positions.
 */
const mostRowElements = 2 ** 25;
const mostSamplesPerRun = 64;

/**
 * Runs the model on samples and sums up the inputs of the layers that multiply with the given stored weights. A model
 * for a fixed number of samples gets full batches only, as long as there is one. Throws DATA_INVALID and
 * RUNTIME_REFUSED, and the reason of an aborted signal.
 */
export async function activations(
  model: Model,
  data: DataSet,
  tensors: ReadonlySet<Tensor>,
  options: ActivationOptions,
): Promise<Activations> {
  const { signal } = options;
  const products = weightProducts(model, await inferShapes(model, { signal }), tensors);
  const measured: [Tensor, WeightProduct][] = [];
  const refused = new Map<Tensor, string>();
  for (const [tensor, product] of products) {
    const refusal = refusalOf(product, options);
    if (refusal !== undefined) refused.set(tensor, refusal);
    else if (typeof product !== 'string') measured.push([tensor, product]);
  }
  const sums = new Map<Tensor, InputSums>();
  if (measured.length === 0) return { sums, refused };

  const probe = withSums(model, measured, options.sums);
  const session = await (await onnxRuntime()).load(modelToBytes(probe.model));
  try {
    const placed = placement(data, session.inputs);
    const perRun = placed.fixedBatch ?? samplesAtOnce(measured, options.sums);
    const indices = evenlySpread(data.count, options.samples, placed.fixedBatch);
    const totals = probe.outputs.map(({ length }) => new Float64Array(length));
    const names = probe.outputs.map(({ name }) => name);
    const pause = pauseFor(signal);
    for (let start = 0; start < indices.length; start += perRun) {
      options.progress?.(start / indices.length);
      await pause();
      const { feeds } = placed.place(await data.rows(indices.subarray(start, start + perRun)));
      await pause();
      const results = await session.run(feeds, names);
      for (const [i, name] of names.entries()) add(totals[i]!, runtimeNumbers(results[name]!)!);
    }
    options.progress?.(1);
    // Rows are known for what is run at once: a sample, or a batch that the model has fixed.
    const runs = Math.ceil(indices.length / (placed.fixedBatch ?? 1));
    for (const [i, { tensor, matrix, rows }] of probe.outputs.entries()) {
      const length = totals[i]!.length / matrix.groups;
      const groups = Array.from({ length: matrix.groups }, (_, group) =>
        totals[i]!.subarray(group * length, (group + 1) * length),
      );
      sums.set(tensor, { matrix, rows: runs * rows, groups });
    }
    return { sums, refused };
  } finally {
    await session.dispose();
  }
}

function refusalOf(
  product: WeightProduct | string,
  { mostFeatures = Infinity }: ActivationOptions,
): string | undefined {
  if (typeof product === 'string') return product;
  const { features } = product.matrix;
  return features > mostFeatures ? `it has ${features} inputs, and the limit is ${mostFeatures}` : undefined;
}

interface Probe {
  readonly model: Model;
  readonly outputs: readonly {
    readonly name: string;
    readonly tensor: Tensor;
    readonly matrix: WeightMatrix;
    /** Of one sample, or of the batch that the model has fixed. */
    readonly rows: number;
    readonly length: number;
  }[];
}

/** The model with the sums of one batch as its only outputs. */
function withSums(
  model: Model,
  measured: readonly (readonly [Tensor, WeightProduct])[],
  kind: SumKind,
): Probe {
  const build = new GraphBuilder({ fresh: freshNames(model), opset: standardOpset(model), type: 'float32' });
  const outputs = measured.map(([tensor, { matrix, uses }]) => {
    const { groups, features } = matrix;
    const parts = uses.map((use) => featureSums[kind](build, use, matrix));
    const name = parts.reduce((sum, part) => build.node('Add', [sum, part]));
    const rows = uses.reduce((sum, { elements }) => sum + elements, 0) / (groups * features);
    return { name, tensor, matrix, rows, length: groups * features * (kind === 'gram' ? features : 1) };
  });
  const bare = inputsWithoutDefaults(model);
  const { graph } = bare;
  const whole: Model = {
    ...bare,
    graph: {
      ...graph,
      nodes: [...graph.nodes, ...build.nodes],
      initializers: [...graph.initializers, ...build.tensors],
    },
  };
  const values = outputs.map(({ name }): ValueInfo => ({ name, type: 'float64' }));
  return { model: reducedTo(whole, values), outputs };
}

const featureSums: Readonly<Record<SumKind, typeof featureGram>> = {
  totals: featureTotals,
  squares: featureSquares,
  gram: featureGram,
};

/** Totals and squares are summed over the samples before anything is repeated, so that only the inputs themselves are held. */
function samplesAtOnce(measured: readonly (readonly [Tensor, WeightProduct])[], kind: SumKind): number {
  if (kind !== 'gram') return mostSamplesPerRun;
  return samplesPerRun(Math.max(...measured.flatMap(([, { uses }]) => uses.map(({ elements }) => elements))));
}

/** How many samples are run together, where a layer's rows have so many elements for each. */
export function samplesPerRun(rowElements: number): number {
  return Math.max(1, Math.min(mostSamplesPerRun, Math.floor(mostRowElements / rowElements)));
}

function add(total: Float64Array, part: ArrayLike<number>): void {
  for (let i = 0; i < total.length; i++) total[i]! += part[i]!;
}
