// Which stored tensors belong to which layer of a model, and what each is to it.
import type { Graph, Model, Node } from '../ir/graph';
import type { Tensor } from '../ir/tensor';

export interface LayerTensor {
  /** Name under which its graph stores it: an initializer, or the output of a Constant node. */
  readonly value: string;
  readonly tensor: Tensor;
  readonly role: 'weight' | 'bias' | 'normalization' | 'constant';
  /** Axis of the output channels in the stored tensor's own shape, where there is one. */
  readonly outputAxis?: number;
  /** Elements that count as parameters. */
  readonly parameters: number;
  /** The DequantizeLinear between the stored tensor and the layer. */
  readonly dequantize?: {
    readonly node: Node;
    readonly scale: Tensor;
    readonly zeroPoint?: Tensor;
    /** Axis of the scales; undefined for one scale per tensor. */
    readonly axis?: number;
  };
}

export interface Layer {
  /** Unique in the model and the same in a compressed copy of it. */
  readonly label: string;
  readonly node: Node;
  readonly graph: Graph;
  readonly tensors: readonly LayerTensor[];
}

/** Every node with the stored tensors it uses, in graph order; a tensor that several nodes share is the first one's. */
export declare function layersOf(model: Model): readonly Layer[];
