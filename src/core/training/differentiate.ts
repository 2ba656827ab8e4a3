// Reverse-mode differentiation of a graph, written as more graph. Each operator's rule stands with its other facts;
// this is the walk that all of them share: which gradients are needed, and the sums of those that meet.
import type { Node } from '../ir/graph';
import type { GraphBuilder } from '../ir/graphBuilder';
import { GradientRefused, type GradientContext } from '../operators/gradient';
import { knownShape } from '../operators/dimensions';
import type { NodeContext } from '../operators/operator';
import { operatorOf } from '../operators/operators';

export interface Differentiation {
  /** Nodes of the forward part, each after those that it depends on. */
  readonly nodes: readonly Node[];
  /** A node with its shapes, all of them known. */
  readonly contextOf: (node: Node) => NodeContext;
  /** Where the backward part is written. */
  readonly build: GraphBuilder;
  /** Gradients that are known to begin with: those of the loss by the values that it is computed from. */
  readonly seeds: ReadonlyMap<string, string>;
  /** Values whose gradients are asked for. */
  readonly wanted: ReadonlySet<string>;
  /** Nodes with a rule of their own in place of their operator's. */
  readonly bridges?: ReadonlyMap<Node, Bridge>;
}

/** Gives the gradients by a node's inputs from that by its first output; `wants` tells which are needed. */
export type Bridge = (gradient: string, wants: (index: number) => boolean) => readonly (string | undefined)[];

export interface Gradients {
  /** Names of the gradients by the name of the value; values that the loss does not depend on have none. */
  readonly gradients: ReadonlyMap<string, string>;
  /** Nodes through which no gradient passes, and why: what only reaches the loss through them is not trained. */
  readonly refused: readonly { readonly node: Node; readonly reason: string }[];
}

/** Writes the nodes that compute the gradients of the wanted values. */
export function differentiate(task: Differentiation): Gradients {
  const { nodes, build, wanted } = task;
  const depends = dependents(nodes, wanted);
  const arrived = new Map<string, string[]>([...task.seeds].map(([value, seed]) => [value, [seed]]));
  const gradients = new Map<string, string>();
  const refused: { node: Node; reason: string }[] = [];

  const gradientOf = (value: string): string | undefined => {
    const parts = arrived.get(value);
    if (!parts || value === '') return undefined;
    const known = gradients.get(value);
    if (known !== undefined) return known;
    const sum = parts.length === 1 ? (parts[0] ?? '') : build.node('Sum', parts);
    gradients.set(value, sum);
    return sum;
  };

  for (const node of nodes.toReversed()) {
    if (!node.inputs.some((input) => depends.has(input))) continue;
    if (!node.outputs.some((output) => arrived.has(output))) continue;
    const arriving = (index: number): string | undefined => gradientOf(node.outputs[index] ?? '');
    const bridge = task.bridges?.get(node);
    const passed = bridge
      ? bridge(arriving(0)!, (index) => depends.has(node.inputs[index] ?? ''))
      : apply(gradientContext(node, task, arriving, depends), refused);
    for (const [index, gradient] of passed.entries()) {
      const input = node.inputs[index] ?? '';
      if (gradient === undefined || !depends.has(input)) continue;
      const parts = arrived.get(input);
      if (parts) parts.push(gradient);
      else arrived.set(input, [gradient]);
    }
  }
  const found = new Map<string, string>();
  for (const value of wanted) {
    const gradient = gradientOf(value);
    if (gradient !== undefined) found.set(value, gradient);
  }
  return { gradients: found, refused };
}

/** All values that the wanted ones have an influence on, themselves included. */
function dependents(nodes: readonly Node[], wanted: ReadonlySet<string>): ReadonlySet<string> {
  const depends = new Set(wanted);
  for (const node of nodes) {
    if (!node.inputs.some((input) => depends.has(input))) continue;
    for (const output of node.outputs) if (output !== '') depends.add(output);
  }
  return depends;
}

function apply(
  context: GradientContext,
  refused: { node: Node; reason: string }[],
): readonly (string | undefined)[] {
  const { node } = context;
  const rule = operatorOf(node)?.gradient;
  try {
    if (!rule) throw new GradientRefused(`${node.operator} has no gradient rule`);
    return rule(context);
  } catch (error) {
    if (!(error instanceof GradientRefused)) throw error;
    refused.push({ node, reason: error.message });
    return [];
  }
}

function gradientContext(
  node: Node,
  task: Differentiation,
  outputGradient: (index: number) => string | undefined,
  depends: ReadonlySet<string>,
): GradientContext {
  const shapes = task.contextOf(node);
  const known = (shape: readonly number[] | undefined, value: string): readonly number[] => {
    if (shape) return shape;
    throw new GradientRefused(`${node.operator}: the shape of ${value} is not known`);
  };
  return {
    node,
    opset: shapes.opset,
    build: task.build,
    input: (index) => node.inputs[index] ?? '',
    output: (index) => node.outputs[index] ?? '',
    inputShape: (index) => known(knownShape(shapes.inputShape(index)), node.inputs[index] ?? ''),
    outputShape: (index) => known(knownShape(shapes.outputShape(index)), node.outputs[index] ?? ''),
    inputValues: shapes.inputValues,
    inputTensor: shapes.inputTensor,
    outputGradient,
    wants: (index) => depends.has(node.inputs[index] ?? ''),
  };
}
