// The Layers tree as plain data: what hangs under what, in which order, and what a text filter keeps.
import { assertNever } from '../../shared/base/assertNever';
import type { LayerView, ModelView, TensorView } from '../../shared/contracts/viewModels';

export interface ModelNode {
  readonly kind: 'model';
  readonly path: string;
}

export interface LayerNode {
  readonly kind: 'layer';
  readonly model: ModelNode;
  readonly layer: LayerView;
}

export interface TensorNode {
  readonly kind: 'tensor';
  readonly parent: LayerNode;
  readonly tensor: TensorView;
}

export type LayersNode = ModelNode | LayerNode | TensorNode;

/** `graph` is the order of execution; the others are from the largest to the smallest. */
export type LayerOrder = 'graph' | 'size' | 'macs' | 'sparsity';

/** The layers of a model that the filter keeps, in the given order. The filter looks at name, operator and tensors. */
export function arrangeLayers(view: ModelView, order: LayerOrder, filter: string): readonly LayerView[] {
  const wanted = filter.trim().toLowerCase();
  const kept = wanted === '' ? view.layers : view.layers.filter((layer) => matches(layer, wanted));
  if (order === 'graph') return kept;
  return kept.toSorted((a, b) => measure(b, order) - measure(a, order));
}

function matches(layer: LayerView, wanted: string): boolean {
  return [layer.name, layer.operator, ...layer.tensors.map((tensor) => tensor.name)].some((text) =>
    text.toLowerCase().includes(wanted),
  );
}

/** What is unknown comes last. */
function measure(layer: LayerView, order: Exclude<LayerOrder, 'graph'>): number {
  switch (order) {
    case 'size':
      return layer.bytes;
    case 'macs':
      return layer.macs ?? -1;
    case 'sparsity':
      return layer.sparsity ?? -1;
    default:
      return assertNever(order);
  }
}
