// Rows of what comes into a layer when a model runs on samples: what a layer is trained on by itself.
import { uniform } from '../../shared/base/random';
import type { DataSet } from '../data/dataSet';
import { modelToBytes } from '../formats/modelBytes';
import { freshNames } from '../ir/freshNames';
import type { Model } from '../ir/graph';
import { GraphBuilder } from '../ir/graphBuilder';
import { pauseFor } from '../ir/pacing';
import type { Tensor } from '../ir/tensor';
import { standardOpset } from '../operators/opsets/standardOpset';
import { onnxRuntime } from '../runtime/onnxRuntime';
import { samplesPerRun } from './activations';
import { placement } from './dataInputs';
import { evenlySpread } from './evenlySpread';
import { featureRows } from './featureSums';
import { inputsWithoutDefaults } from './inputsWithoutDefaults';
import { reducedTo } from './reducedTo';
import { runtimeTensor } from './runtimeNumbers';
import { inferShapes } from './shapes';
import { weightProducts, type ProductUse, type WeightMatrix } from './weightProducts';

export interface RowOptions {
  readonly data: DataSet;
  /** At most as many samples, spread evenly over the data. */
  readonly samples: number;
  /** Draws which rows are taken: the same ones of two models whose layers have the same shapes. */
  readonly seed: number;
  readonly signal: AbortSignal;
}

export interface InputRows {
  readonly matrix: WeightMatrix;
  /** The nodes that multiply with the weight. */
  readonly uses: readonly ProductUse[];
  /** Number of rows of each group. */
  readonly rows: number;
  /** One entry per group of a convolution (one group elsewhere): float32 [rows, features], row-major. */
  readonly groups: readonly Float32Array[];
}

/** More rows tell hardly more of a layer than these do. */
const mostRows = 8192;
/** 64 MiB of float32 for each layer, whatever its size. */
const mostElements = 2 ** 24;

/**
 * Rows of the inputs of the layers that multiply with a stored weight, spread over all samples and all positions, or the
 * reason in words why there are none. Throws DATA_INVALID and RUNTIME_REFUSED, and the reason of an aborted signal.
 */
export async function inputRows(
  model: Model,
  tensor: Tensor,
  { data, samples, seed, signal }: RowOptions,
): Promise<InputRows | string> {
  const tensors = new Set([tensor]);
  const product = weightProducts(model, await inferShapes(model, { signal }), tensors).get(tensor);
  if (product === undefined || typeof product === 'string') {
    return product ?? 'nothing is known of its inputs';
  }
  const { matrix, uses } = product;
  const { groups, features } = matrix;
  const probe = withRows(model, uses, matrix);
  const session = await (await onnxRuntime()).load(modelToBytes(probe.model));
  try {
    const sampleInputs = session.inputs.filter(({ name }) => name !== probe.taken);
    const placed = placement(data, sampleInputs);
    const perRun = placed.fixedBatch ?? samplesPerRun(Math.max(...uses.map(({ elements }) => elements)));
    const limit = Math.max(1, Math.min(mostRows, Math.floor(mostElements / (groups * features))));
    const indices = evenlySpread(data.count, Math.min(samples, limit), placed.fixedBatch);
    // Shapes are of one sample, or of a batch that the model has fixed.
    const perShape = uses.reduce((sum, { elements }) => sum + elements, 0) / (groups * features);
    const perSample = perShape / (placed.fixedBatch ?? 1);
    const taken = Math.max(1, Math.min(perSample, limit / indices.length));
    const rows = Math.round(taken * indices.length);
    const result = Array.from({ length: groups }, () => new Float32Array(rows * features));
    const next = uniform(seed);
    const pause = pauseFor(signal);
    for (let start = 0; start < indices.length; start += perRun) {
      await pause();
      const part = indices.subarray(start, start + perRun);
      const { feeds } = placed.place(await data.rows(part));
      await pause();
      const first = Math.round(taken * start);
      const count = Math.round(taken * (start + part.length)) - first;
      // One of each of as many equal parts, so that they are spread over samples and positions.
      const each = (perSample * part.length) / count;
      const places = Array.from({ length: count }, (_, i) => Math.floor((i + next()) * each));
      const wanted = runtimeTensor('int64', [count], places);
      const values = (await session.run({ ...feeds, [probe.taken]: wanted }, [probe.output]))[probe.output]!;
      const floats = values.data as Float32Array;
      for (let group = 0; group < groups; group++) {
        const own = floats.subarray(group * count * features, (group + 1) * count * features);
        result[group]!.set(own, first * features);
      }
    }
    return { matrix, uses, rows, groups: result };
  } finally {
    await session.dispose();
  }
}

interface Probe {
  readonly model: Model;
  /** Input of the places of the rows that are wanted, int64. */
  readonly taken: string;
  /** float32 [groups, rows, features]. */
  readonly output: string;
}

const float32 = 1;

/** The model with rows of the layer's inputs as its only output. */
function withRows(model: Model, uses: readonly ProductUse[], matrix: WeightMatrix): Probe {
  const build = new GraphBuilder({ fresh: freshNames(model), opset: standardOpset(model), type: 'float32' });
  const taken = build.name('taken_rows');
  const parts = uses.map((use) => featureRows(build, use, matrix));
  const all = parts.length === 1 ? parts[0]! : build.node('Concat', parts, { axis: 1 });
  const output = build.node('Cast', [build.node('Gather', [all, taken], { axis: 1 })], { to: float32 });
  const bare = inputsWithoutDefaults(model);
  const { graph } = bare;
  const whole: Model = {
    ...bare,
    graph: {
      ...graph,
      inputs: [...graph.inputs, { name: taken, type: 'int64', shape: ['rows'] }],
      nodes: [...graph.nodes, ...build.nodes],
      initializers: [...graph.initializers, ...build.tensors],
    },
  };
  return { model: reducedTo(whole, [{ name: output, type: 'float32' }]), taken, output };
}
