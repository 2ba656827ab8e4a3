// What the product knows of an ONNX operator. Shared code asks these facts and never compares a node's name.
import type { Dimension, Node, Shape } from '../ir/graph';
import type { Tensor } from '../ir/tensor';
import type { ChannelRule } from './channels';
import type { GradientRule, TrainingForm } from './gradient';
import type { QuantizedRule } from './quantizedUse';

/** An input that holds learned weights when it is stored in the file. */
export interface WeightInput {
  /** Index into the node's inputs. */
  readonly input: number;
  /** Weights are pruned and quantized; biases and normalization parameters are left alone. */
  readonly role: 'weight' | 'bias' | 'normalization';
  /**
   * Axis of the output channels, where there is one: quantization per channel and rows of heatmaps follow it. Negative
   * ones count from the end. It holds for tensors of two and more dimensions.
   */
  readonly outputAxis?: number;
  /** Running statistics: measured while training, not learned. */
  readonly measured?: boolean;
  /** Of a normalization: the number that changes nothing, with which training begins. */
  readonly neutral?: 0 | 1;
  /** Of a fully connected layer: the input that is multiplied with it. */
  readonly multiplies?: number;
  /**
   * Where outputs are sums of products of this weight with another input: that input, and the axis of it that is summed
   * over (negative: from the end), or `windows` where the weight slides over its channels as a convolution's does.
   */
  readonly sums?: { readonly input: number; readonly over: number | 'windows' };
  /** Integers here are quantized weights, without a DequantizeLinear before them. */
  readonly quantized?: boolean;
  /** Of quantized weights: the inputs with their scale and zero point. Several scales are those of the output axis. */
  readonly grid?: { readonly scale: number; readonly zeroPoint: number };
  /** How many weights the tensor holds, where they are packed and its elements are something else. */
  readonly packedWeights?: number;
}

/** What a shape or cost rule can ask of a node. */
export interface NodeContext {
  readonly node: Node;
  /** Version of the node's operator domain. */
  readonly opset: number;
  /** Shape of an input; undefined where it is unknown or the input is not given. */
  readonly inputShape: (index: number) => Shape | undefined;
  readonly outputShape: (index: number) => Shape | undefined;
  /** Value of an input that is known before running: stored, or computed from shapes. Small integer tensors only. */
  readonly inputValues: (index: number) => readonly number[] | undefined;
  /** The tensor of an input that is stored in the file. */
  readonly inputTensor: (index: number) => Tensor | undefined;
}

export interface InferredOutput {
  readonly shape: Shape | undefined;
  /** The value itself, where a small integer tensor is computed from shapes. */
  readonly values?: readonly number[] | undefined;
}

/** What running the graphs in a node's attributes comes to. */
export interface BodyRun {
  /** The node's own outputs. */
  readonly outputs: readonly InferredOutput[];
  /** How often each graph runs, by attribute; undefined where only running can tell, as it is for those not named. */
  readonly repeats: Readonly<Record<string, number | undefined>>;
  /** Only one of the graphs runs, and it is not known which. */
  readonly alternatives?: boolean;
}

/** Infers the graph in an attribute from what its formal inputs are given; the answer is its formal outputs. */
export type InferBody = (attribute: string, inputs: readonly InferredOutput[]) => readonly InferredOutput[];

/** One operator, in one file or in the file of its family. */
export interface Operator {
  /** The name in ONNX, verbatim. */
  readonly name: string;
  /** Empty (the default) for the standard domain. */
  readonly domain?: string;
  /** Inputs that hold weights. */
  readonly weights?: (node: Node) => readonly WeightInput[];
  /**
   * Indices of the inputs whose elements, and nothing else, make up an output: layers look through it for their
   * weights. Not given for operators that compute.
   */
  readonly passes?: (node: Node, output: number) => readonly number[];
  /** Of a passing operator: the axis of such an input that becomes the given axis of the output. The same if not given. */
  readonly sourceAxis?: (axis: number, context: NodeContext) => number | undefined;
  /** The node with what it leaves to a default written out, for a first input of so many dimensions. */
  readonly withDefaults?: (node: Node, rank: number) => Node;
  /** Makes real numbers of integers: inputs 0, 1 and 2 are content, scale and zero point. Passes the content. */
  readonly dequantizes?: boolean;
  /** Makes integers of real numbers: inputs 0, 1 and 2 are the numbers, scale and zero point. */
  readonly quantizes?: boolean;
  /** A model of classical machine learning: a file of nothing else is no neural network. */
  readonly classical?: boolean;
  /** Shapes of the outputs, undefined where they cannot be known. Leaves the type to the runtime. */
  readonly shape?: (context: NodeContext) => readonly InferredOutput[];
  /** Of operators with graphs in their attributes, instead of `shape`. */
  readonly body?: (context: NodeContext, infer: InferBody) => BodyRun;
  /** Multiply-accumulates for the whole output; undefined where a needed dimension is unknown. 0 if not given. */
  readonly macs?: (context: NodeContext) => number | undefined;
  /** The input that states the shape of the output. */
  readonly shapeInput?: number;
  /** What it makes of scores: a loss takes the scores themselves, because their exponentials overflow. */
  readonly activates?: 'softmax' | 'logSoftmax' | 'sigmoid';
  /** Each element of its output is the same function of the element of its first input at that place. */
  readonly looksAtEach?: true;
  /** How gradients pass from its outputs to its inputs; none pass where it is not given. */
  readonly gradient?: GradientRule;
  /** Which positions of its axes belong together when channels are removed; all have to stay where it is not given. */
  readonly channels?: ChannelRule;
  /** How it computes with numbers on grids; with real numbers only where it is not given. */
  readonly quantized?: QuantizedRule;
  /** What stands in its place while training. Itself if not given. */
  readonly trainingForm?: TrainingForm;
}

/** A product of dimensions; undefined where one is not a known number. */
export function product(shape: readonly Dimension[] | undefined): number | undefined {
  return shape?.reduce<number | undefined>(
    (sum, dimension) => (sum === undefined || typeof dimension !== 'number' ? undefined : sum * dimension),
    1,
  );
}

/** `passes` of an operator whose first output is its first input in another form. */
export function passesFirst(_: Node, output: number): readonly number[] {
  return output === 0 ? [0] : [];
}
