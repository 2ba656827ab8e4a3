// Shapes of all values of a model by the operators' rules: one walk, each node after those that it depends on, graphs
// in attributes included.
import { isInteger } from '../ir/elementType';
import type { Graph, Model, Node, Shape, ValueInfo } from '../ir/graph';
import { isNumeric, tensorNumbers } from '../ir/numbers';
import type { Tensor } from '../ir/tensor';
import { subgraphs } from '../ir/traversal';
import type { BodyRun, InferBody, InferredOutput, NodeContext } from '../operators/operator';
import { operatorOf } from '../operators/operators';
import { definingScope, scopeOf, type Scope } from '../operators/scope';
import type { InputSizes } from './inputSizes';
import { nodeOrder } from './nodeOrder';

/** What is known of a model's values before it runs. */
export interface KnownShapes {
  readonly shape: (graph: Graph, value: string) => Shape | undefined;
  /** A node as the rules see it; undefined for nodes in the bodies of functions. */
  readonly context: (node: Node) => NodeContext | undefined;
  /** How the graphs in a node's attributes run, for operators that say so. */
  readonly bodyRun: (node: Node) => BodyRun | undefined;
}

/** Stored integers beyond this number are data, not shapes. */
const mostStoredValues = 64;

/**
 * Applies the rules. `sizes` are the inputs'; `given` are shapes of the outer graph's values that are known from
 * elsewhere, and are used where a rule knows none.
 */
export function inferByRules(
  model: Model,
  sizes: Pick<InputSizes, 'shapes' | 'named'>,
  given: ReadonlyMap<string, Shape> = new Map(),
): KnownShapes {
  const values = new Map<Graph, Map<string, InferredOutput>>();
  const scopes = new Map<Graph, Scope>();
  const contexts = new Map<Node, NodeContext>();
  const runs = new Map<Node, BodyRun>();

  const lookUp = (
    from: Scope,
    value: string,
  ): { readonly known?: InferredOutput; readonly tensor?: Tensor } => {
    const scope = value === '' ? undefined : definingScope(from, value);
    if (!scope) return {};
    const tensor = scope.stored.get(value);
    if (tensor) return { known: { shape: tensor.shape, values: storedValues(tensor) }, tensor };
    const known = values.get(scope.graph)?.get(value);
    return known ? { known } : {};
  };

  const contextOf = (node: Node, scope: Scope): NodeContext => ({
    node,
    opset: model.opsets.get(node.domain) ?? Infinity,
    inputShape: (index) => lookUp(scope, node.inputs[index] ?? '').known?.shape,
    outputShape: (index) => lookUp(scope, node.outputs[index] ?? '').known?.shape,
    inputValues: (index) => lookUp(scope, node.inputs[index] ?? '').known?.values,
    inputTensor: (index) => lookUp(scope, node.inputs[index] ?? '').tensor,
  });

  const walk = (scope: Scope, inputs: readonly (InferredOutput | undefined)[]): readonly InferredOutput[] => {
    const { graph } = scope;
    scopes.set(graph, scope);
    const own = new Map<string, InferredOutput>();
    values.set(graph, own);
    for (const [i, input] of graph.inputs.entries())
      own.set(input.name, inputs[i] ?? bound(input, sizes.named));
    for (const node of nodeOrder(graph)) {
      const context = contextOf(node, scope);
      contexts.set(node, context);
      const outputs = outputsOf(node, context, scope);
      for (const [i, name] of node.outputs.entries()) {
        if (name === '') continue;
        own.set(name, completed(outputs[i], scope.parent ? undefined : given.get(name)));
      }
    }
    return graph.outputs.map(({ name }) => lookUp(scope, name).known ?? { shape: undefined });
  };

  const outputsOf = (node: Node, context: NodeContext, scope: Scope): readonly InferredOutput[] => {
    const operator = operatorOf(node);
    const infer: InferBody = (attribute, inputs) => {
      const body = node.attributes.find(({ name }) => name === attribute);
      return body?.kind === 'graph' ? walk(scopeOf(body.value, scope), inputs) : [];
    };
    if (operator?.body) {
      const run = operator.body(context, infer);
      runs.set(node, run);
      return run.outputs;
    }
    // How other operators run their graphs is not known; what the graphs state of their inputs is.
    for (const inner of subgraphs(node)) walk(scopeOf(inner, scope), []);
    return operator?.shape?.(context) ?? [];
  };

  const inputs = model.graph.inputs.map(({ name }): InferredOutput | undefined => {
    const shape = sizes.shapes.get(name);
    return shape && { shape };
  });
  walk(scopeOf(model.graph), inputs);
  return {
    shape: (graph, value) => {
      const scope = scopes.get(graph);
      return scope && lookUp(scope, value).known?.shape;
    },
    context: (node) => contexts.get(node),
    bodyRun: (node) => runs.get(node),
  };
}

/** A formal input as its graph declares it, with the sizes that were assumed for names. */
function bound({ shape }: ValueInfo, named: ReadonlyMap<string, number>): InferredOutput {
  return { shape: shape?.map((size) => (typeof size === 'string' ? (named.get(size) ?? size) : size)) };
}

/** A rule's answer, with its unknown dimensions taken from elsewhere. */
function completed(inferred: InferredOutput | undefined, given: Shape | undefined): InferredOutput {
  const shape = inferred?.shape;
  if (!given || (shape && shape.length !== given.length)) return inferred ?? { shape: undefined };
  return {
    shape: given.map((size, i) => (typeof shape?.[i] === 'number' ? shape[i] : size)),
    values: inferred?.values,
  };
}

function storedValues(tensor: Tensor): readonly number[] | undefined {
  const whole = isInteger(tensor.type) || tensor.type === 'bool';
  if (!whole || !isNumeric(tensor.type) || tensor.elements > mostStoredValues) return undefined;
  return [...tensorNumbers(tensor)];
}
