// How an operator takes part in training: the rule for its gradient, and the form that it has while training.
import { elementsOf } from '../ir/elements';
import type { Node } from '../ir/graph';
import type { GraphBuilder } from '../ir/graphBuilder';
import type { Tensor } from '../ir/tensor';

/** What a gradient rule can ask. All shapes are known numbers: a training graph is made for one batch size. */
export interface GradientContext {
  readonly node: Node;
  /** Version of the node's operator domain. */
  readonly opset: number;
  /** Writes the backward part of the graph. */
  readonly build: GraphBuilder;
  /** Name of an input's value; empty where it is not given. */
  readonly input: (index: number) => string;
  readonly output: (index: number) => string;
  readonly inputShape: (index: number) => readonly number[];
  readonly outputShape: (index: number) => readonly number[];
  /** Value of an input that is known before running: axes, shapes, pads. */
  readonly inputValues: (index: number) => readonly number[] | undefined;
  /** The tensor of an input that is stored in the file. */
  readonly inputTensor: (index: number) => Tensor | undefined;
  /** Gradient of the loss by an output; undefined where none arrives. */
  readonly outputGradient: (index: number) => string | undefined;
  /** Whether the gradient by an input is needed. */
  readonly wants: (index: number) => boolean;
}

/**
 * Gives the gradients by the inputs, in their order, each of its input's shape; undefined where there is none or none
 * is wanted. Throws GradientRefused.
 */
export type GradientRule = (context: GradientContext) => readonly (string | undefined)[];

/** The rule of operators whose derivative is 0 wherever they have one, and of those that only look at shapes. */
export const noGradient: GradientRule = () => [];

/** What a rule does not handle, as a reason like "Resize: mode cubic". */
export class GradientRefused extends Error {}

/**
 * The rule of an operator that broadcasts its inputs: `rule` gives gradients of the output's shape (or one that
 * broadcasts to it), and each is summed over the axes along which its input was repeated.
 */
export function broadcasting(rule: GradientRule): GradientRule {
  return (context) =>
    rule(context).map((gradient, index) => {
      if (gradient === undefined || !context.wants(index)) return undefined;
      return sumToShape(context.build, gradient, context.outputShape(0), context.inputShape(index));
    });
}

/** Sums a gradient of shape `from` over the axes along which a value of shape `to` was repeated to give it. */
export function sumToShape(
  build: GraphBuilder,
  gradient: string,
  from: readonly number[],
  to: readonly number[],
): string {
  const missing = from.length - to.length;
  const axes = from.flatMap((size, axis) =>
    axis < missing || (to[axis - missing] === 1 && size !== 1) ? [axis] : [],
  );
  if (axes.length === 0) return gradient;
  // All of them before all others that have a size: the sum of the rows of a matrix.
  const rows = elementsOf(from.slice(0, axes.length));
  const columns = elementsOf(from.slice(axes.length));
  if (axes.at(-1) === axes.length - 1 && rows <= mostRowsAsProduct && columns >= fewestColumnsAsProduct)
    return build.reshape(sumOfRows(build, gradient, [rows, columns]), to);
  const summed = build.reduce('ReduceSum', gradient, axes, { keep: true });
  return missing === 0 ? summed : build.reshape(summed, to);
}

/** Beyond them the row of ones takes memory, and a sum of few columns is as fast. */
const mostRowsAsProduct = 2 ** 16;
const fewestColumnsAsProduct = 8;

/**
 * Σ over the rows of a value seen as a matrix, of shape [1, columns]. As the product of a row of ones with the matrix
 * it took half the time of ReduceSum, measured with 32 to 8192 rows and 128 to 65536 columns.
 */
export function sumOfRows(
  build: GraphBuilder,
  value: string,
  [rows, columns]: readonly [number, number],
): string {
  const matrix = build.reshape(value, [rows, columns]);
  const ones = build.floats(
    [1, rows],
    Array.from({ length: rows }, () => 1),
  );
  return build.node('MatMul', [ones, matrix]);
}

/** The gradient that arrives at the only output of an operator; a rule is not asked where none does. */
export function arriving(context: GradientContext): string {
  const gradient = context.outputGradient(0);
  if (gradient === undefined)
    throw new GradientRefused(`${context.node.operator}: no gradient at its first output`);
  return gradient;
}

/** What the training form of an operator can ask and add. */
export interface TrainingFormContext {
  readonly node: Node;
  readonly opset: number;
  readonly build: GraphBuilder;
  readonly inputShape: (index: number) => readonly number[];
  readonly outputShape: (index: number) => readonly number[];
  readonly inputValues: (index: number) => readonly number[] | undefined;
  readonly inputTensor: (index: number) => Tensor | undefined;
  /** Has a stored value replaced after each step, like running statistics. */
  readonly updateState: (value: string, updated: string) => void;
  /** A value fed anew at every step: true with probability `keep`, else false. */
  readonly randomMask: (shape: readonly number[], keep: number) => string;
}

/** Writes nodes that make the node's outputs as training needs them: batch statistics, dropout, unrolled recurrences. */
export type TrainingForm = (context: TrainingFormContext) => void;
