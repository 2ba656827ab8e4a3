// Shapes of a model's values: by the operators' rules and, where they do not suffice to count its work, by running it.
import { CounterweightError } from '../../shared/base/errors';
import type { Model, Node, Shape } from '../ir/graph';
import { knownShape } from '../operators/dimensions';
import { operatorOf } from '../operators/operators';
import { definingScope, placedNodes, type PlacedNode, type Scope } from '../operators/scope';
import { onnxRuntime } from '../runtime/onnxRuntime';
import type { Runtime } from '../runtime/runtime';
import { inputSizes, type InputSizes } from './inputSizes';
import { countMacs } from './macs';
import { inferByRules, type KnownShapes } from './shapeRules';
import { measureShapes, type Measured } from './shapeRuns';

export interface ShapeTable extends KnownShapes {
  /** Sizes assumed for what the model leaves open, like "batch_size=1"; empty where it leaves nothing open. */
  readonly assumed: readonly string[];
  /** Why ONNX Runtime does not load the model, if it was asked and does not. */
  readonly refusal?: CounterweightError<'RUNTIME_REFUSED'>;
}

export interface ShapeOptions {
  readonly signal?: AbortSignal;
  /** Loads what runs the model; ONNX Runtime where not given. It is asked only if the rules do not suffice. */
  readonly runtime?: () => Promise<Runtime>;
}

/** A model that computes more is not run only to learn shapes: it would take seconds. */
const mostMacs = 2e9;

/**
 * Infers the shapes of all values. Open dimensions of inputs get sizes with which the model makes sense: no negative
 * dimension follows from them, and ONNX Runtime accepts them where it had to be asked.
 */
export async function inferShapes(model: Model, options: ShapeOptions = {}): Promise<ShapeTable> {
  const nodes = placedNodes(model);
  let fallback: ShapeTable | undefined;
  let refusal: ShapeTable['refusal'];
  for (const sizes of inputSizes(model)) {
    options.signal?.throwIfAborted();
    const byRules = inferByRules(model, sizes);
    if (isImpossible(nodes, byRules)) continue;
    const table = { ...byRules, assumed: sizes.assumed };
    fallback ??= table;
    const missing = missingValues(model, nodes, byRules);
    if (missing.length === 0) return table;
    if (countMacs(model, byRules).total > mostMacs) break;
    const measured = await tryToMeasure(model, sizes, missing, options.runtime ?? onnxRuntime);
    if (measured.shapes) return { ...inferByRules(model, sizes, measured.shapes), assumed: sizes.assumed };
    refusal = measured.refusal;
    if (refusal) break;
  }
  if (fallback && missingValues(model, nodes, fallback).length === 0) return fallback;
  // What the file itself says of its values is taken last: it is not always right.
  const sizes = firstSizes(model);
  const table = { ...inferByRules(model, sizes, statedShapes(model)), assumed: sizes.assumed };
  return refusal ? { ...table, refusal } : table;
}

async function tryToMeasure(
  model: Model,
  sizes: InputSizes,
  missing: readonly string[],
  runtime: () => Promise<Runtime>,
): Promise<Measured> {
  try {
    return await measureShapes(model, sizes, missing, await runtime());
  } catch (error) {
    if (CounterweightError.is(error, 'RUNTIME_MISSING')) return {};
    throw error;
  }
}

function firstSizes(model: Model): InputSizes {
  const [first] = inputSizes(model);
  return first!;
}

function statedShapes(model: Model): ReadonlyMap<string, Shape> {
  const stated = new Map<string, Shape>();
  for (const { name, shape } of [...model.graph.values, ...model.graph.outputs]) {
    if (shape && knownShape(shape)) stated.set(name, shape);
  }
  return stated;
}

/** Whether sizes do not fit the model: a window larger than what it slides over, a slice of nothing. */
function isImpossible(nodes: readonly PlacedNode[], known: KnownShapes): boolean {
  return nodes.some(({ node }) => {
    const context = known.context(node);
    const multiplies = operatorOf(node)?.macs !== undefined;
    return node.outputs.some((_, i) =>
      context
        ?.outputShape(i)
        ?.some((size) => typeof size === 'number' && (size < 0 || (multiplies && size === 0))),
    );
  });
}

/** Values of the outer graph without a known shape that the cost or the output of a layer depends on. */
function missingValues(model: Model, nodes: readonly PlacedNode[], known: KnownShapes): readonly string[] {
  const missing = new Set<string>();
  const lookAt = (scope: Scope, values: readonly string[]): void => {
    for (const value of values) {
      const owner = value === '' ? undefined : definingScope(scope, value);
      if (owner?.graph !== model.graph || owner.stored.has(value) || owner.inputs.has(value)) continue;
      if (!knownShape(known.shape(model.graph, value))) missing.add(value);
    }
  };
  const incomplete = nodes.filter(({ node }) => isIncomplete(node, known));
  const graphs = new Set(incomplete.map(({ scope }) => scope.graph));
  for (const { node, scope } of incomplete) lookAt(scope, [...node.inputs, ...node.outputs]);
  // Inside a subgraph, what is missing may depend on anything that it sees of the outer graph.
  for (const { node, scope } of nodes) {
    if (scope.parent && graphs.has(scope.graph)) lookAt(scope, node.inputs);
  }
  return [...missing];
}

/** Whether the cost of a node, or the output of a node with stored weights, is not known. */
function isIncomplete(node: Node, known: KnownShapes): boolean {
  const operator = operatorOf(node);
  const context = known.context(node);
  if (!operator || !context) return false;
  if (operator.macs && operator.macs(context) === undefined) return true;
  const holdsWeights = operator.weights?.(node).some(({ input }) => context.inputTensor(input)) ?? false;
  return holdsWeights && !knownShape(context.outputShape(0));
}
