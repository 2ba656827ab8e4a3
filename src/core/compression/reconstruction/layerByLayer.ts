// Changes the weights of a model layer by layer, each to suit what comes into it when the layers before it are changed
// already: the walk that all methods share which make up for their errors as they go.
import { activations, type InputSums } from '../../analysis/activations';
import { nodeOrder } from '../../analysis/nodeOrder';
import type { DataSet } from '../../data/dataSet';
import type { Model } from '../../ir/graph';
import type { Tensor } from '../../ir/tensor';
import { replaceWeights, weightsOf, type Weight } from '../weights';

export interface LayerWalk {
  readonly data: DataSet;
  /** At most as many samples are run. */
  readonly samples: number;
  readonly signal: AbortSignal;
  /** From 0 to 1, with the layer at hand. */
  readonly progress: (fraction: number, layer: string) => void;
}

/** What becomes of a weight in the model in which the weights before it are changed already. */
export type ChangeWeight = (
  weight: Weight,
  current: Model,
  progress: (fraction: number) => void,
) => Promise<Tensor>;

/** The new tensors by the given ones, asked for in the order in which the layers compute. */
export async function layerByLayer(
  model: Model,
  tensors: ReadonlySet<Tensor>,
  progress: LayerWalk['progress'],
  change: ChangeWeight,
): Promise<ReadonlyMap<Tensor, Tensor>> {
  const changed = new Map<Tensor, Tensor>();
  let current = model;
  const weights = inOrder(model, tensors);
  for (const [index, weight] of weights.entries()) {
    const within = (fraction: number): void => progress((index + fraction) / weights.length, weight.layer);
    within(0);
    const next = await change(weight, current, within);
    changed.set(weight.tensor, next);
    current = replaceWeights(current, new Map([[weight.tensor, next]]));
  }
  return changed;
}

/** The weights among the given tensors in the order in which their layers compute. */
export function inOrder(model: Model, tensors: { has(tensor: Tensor): boolean }): readonly Weight[] {
  const sorted: Model = { ...model, graph: { ...model.graph, nodes: nodeOrder(model.graph) } };
  return weightsOf(sorted).filter(({ tensor }) => tensors.has(tensor));
}

/** With more inputs XᵀX and its factors take more than half a gigabyte and minutes. */
const mostFeatures = 4096;

/**
 * XᵀX of what a weight is multiplied with in the model, or the reason in words why it is not known. Throws DATA_INVALID
 * and RUNTIME_REFUSED, and the reason of an aborted signal.
 */
export async function inputGram(
  model: Model,
  { tensor }: Weight,
  { data, samples, signal }: Omit<LayerWalk, 'progress'>,
  progress: (fraction: number) => void = () => undefined,
): Promise<InputSums | string> {
  const { sums, refused } = await activations(model, data, new Set([tensor]), {
    sums: 'gram',
    samples,
    mostFeatures,
    signal,
    progress,
  });
  return sums.get(tensor) ?? refused.get(tensor) ?? 'nothing is known of its inputs';
}
