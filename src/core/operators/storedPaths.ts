// The ways from stored tensors to a value, through nodes that only pass elements on: a weight may be cast, transposed,
// dequantized or put together from slices before its layer gets it.
import { isInteger } from '../ir/elementType';
import type { Graph, Node, Shape } from '../ir/graph';
import { isNumeric, tensorNumbers } from '../ir/numbers';
import type { Tensor } from '../ir/tensor';
import { axisOf } from './dimensions';
import type { NodeContext } from './operator';
import { operatorOf } from './operators';
import { definingScope, type Scope } from './scope';

/** One stored tensor and the last node on its way; the nodes before that are behind `last.before`. */
export interface StoredPath {
  /** Name under which its graph stores it. */
  readonly value: string;
  readonly storedIn: Graph;
  readonly tensor: Tensor;
  /** The nodes that the tensor goes through first and last, if there are any. */
  readonly first?: PathStep;
  readonly last?: PathStep;
  /** Whether it is dequantized on its way. */
  readonly dequantized: boolean;
}

interface PathStep {
  readonly node: Node;
  readonly scope: Scope;
  /** The input of the node that the tensor comes in by. */
  readonly input: number;
  readonly before: StoredPath;
}

/** Finds ways, each value's once. */
export type PathFinder = (scope: Scope, value: string) => readonly StoredPath[];

/** A finder for one model. A value has ways only if it consists of stored elements alone. */
export function pathFinder(): PathFinder {
  const known = new Map<Scope, Map<string, readonly StoredPath[]>>();
  const pathsIn = (scope: Scope): Map<string, readonly StoredPath[]> => {
    const paths = known.get(scope) ?? new Map<string, readonly StoredPath[]>();
    known.set(scope, paths);
    return paths;
  };
  const lookUp: PathFinder = (from, value) => {
    const scope = definingScope(from, value);
    return (scope && pathsIn(scope).get(value)) ?? [];
  };
  return (from, wanted) => {
    // A stack of our own: chains of nodes are deeper than calls may be.
    const stack = [{ from, value: wanted, entered: false }];
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const { value, entered } = top;
      const scope = value === '' ? undefined : definingScope(top.from, value);
      const paths = scope && pathsIn(scope);
      if (!paths || (paths.has(value) && !entered)) {
        stack.pop();
      } else if (entered) {
        paths.set(value, pathsOf(scope, value, lookUp));
        stack.pop();
      } else {
        top.entered = true;
        // A graph with a cycle is not valid; here it finds nothing instead of never ending.
        paths.set(value, []);
        const source = sourceOf(scope, value);
        for (const input of source?.inputs ?? []) {
          stack.push({ from: scope, value: source?.node.inputs[input] ?? '', entered: false });
        }
      }
    }
    return lookUp(from, wanted);
  };
}

interface Source {
  readonly node: Node;
  readonly inputs: readonly number[];
}

/** The node that passes on what becomes the value, with the inputs in question. */
function sourceOf(scope: Scope, value: string): Source | undefined {
  if (scope.stored.has(value)) return undefined;
  const node = scope.producers.get(value);
  const inputs = node && operatorOf(node)?.passes?.(node, node.outputs.indexOf(value));
  return node && inputs && { node, inputs };
}

/** The ways to a value when those to its sources are known. */
function pathsOf(scope: Scope, value: string, lookUp: PathFinder): readonly StoredPath[] {
  const tensor = scope.stored.get(value);
  if (tensor) return [{ value, storedIn: scope.graph, tensor, dequantized: false }];
  const source = sourceOf(scope, value);
  if (!source) return [];
  const { node, inputs } = source;
  const byTensor = new Map<Tensor, StoredPath>();
  for (const input of inputs) {
    const paths = lookUp(scope, node.inputs[input] ?? '');
    if (paths.length === 0) return [];
    for (const before of paths) {
      if (byTensor.has(before.tensor)) continue;
      const last = { node, scope, input, before };
      byTensor.set(before.tensor, {
        ...before,
        first: before.first ?? last,
        last,
        dequantized: before.dequantized || operatorOf(node)?.dequantizes === true,
      });
    }
  }
  return [...byTensor.values()];
}

/** The stored tensor's own axis that is the given axis (negative: from the end) of the value at the end of the way. */
export function storedAxis(path: StoredPath, axis: number): number | undefined {
  const steps: PathStep[] = [];
  for (let step = path.last; step; step = step.before.last) steps.unshift(step);
  const contexts: NodeContext[] = [];
  let shape: Shape | undefined = path.tensor.shape;
  for (const step of steps) {
    const context = stepContext(step, shape);
    contexts.push(context);
    shape = context.outputShape(0);
  }
  if (!shape || shape.length < 2) return undefined;
  let at = axisOf(axis, shape.length);
  for (const context of contexts.toReversed()) {
    if (at === undefined) return undefined;
    const operator = operatorOf(context.node);
    if (operator?.sourceAxis) at = operator.sourceAxis(at, context);
  }
  return at;
}

/** What a passing node can ask when the shape of one input and stored tensors are all that is known. */
function stepContext({ node, scope, input }: PathStep, shape: Shape | undefined): NodeContext {
  const tensorAt = (index: number): Tensor | undefined => {
    const value = node.inputs[index] ?? '';
    return value === '' ? undefined : definingScope(scope, value)?.stored.get(value);
  };
  const context: NodeContext = {
    node,
    // Versions differ in where axes and shapes are written, which the rules read off the node.
    opset: Infinity,
    inputShape: (index) => (index === input ? shape : tensorAt(index)?.shape),
    outputShape: (index) =>
      operatorOf(node)?.shape?.({ ...context, outputShape: () => undefined })[index]?.shape,
    inputTensor: tensorAt,
    inputValues: (index) => {
      const tensor = index === input ? undefined : tensorAt(index);
      return tensor && isInteger(tensor.type) && isNumeric(tensor.type)
        ? [...tensorNumbers(tensor)]
        : undefined;
    },
  };
  return context;
}
