// A gradient that is compared with PyTorch's: ONNX nodes, and the same in PyTorch over the same inputs.
import type { Node } from '../../../../../src/core/ir/graph';
import type { Tensor } from '../../../../../src/core/ir/tensor';

export interface PytorchCase {
  readonly name: string;
  readonly nodes: readonly Node[];
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  /** An expression over the inputs' names; a tuple where the nodes have several outputs. */
  readonly torch: string;
  readonly outputs?: readonly string[];
  /** Values where several conventions are possible: at kinks, at bounds and where values tie. */
  readonly given?: Readonly<Record<string, readonly number[]>>;
  /** Draws the values that are not given; standard normal where not said. */
  readonly value?: (next: () => number) => number;
  readonly tensors?: readonly Tensor[];
  readonly opset?: number;
  /** The nodes stand for their training forms. */
  readonly trains?: boolean;
}
