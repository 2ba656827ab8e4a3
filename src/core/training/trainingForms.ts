// Exchanges the nodes of a graph that work differently while training for their training forms: batch statistics
// instead of stored ones, dropout with masks. Each operator writes its own form; this collects what they ask for.
import { nodeOrder } from '../analysis/nodeOrder';
import { inferShapes, type ShapeTable } from '../analysis/shapes';
import { freshNames } from '../ir/freshNames';
import type { Model, Node, ValueInfo } from '../ir/graph';
import { GraphBuilder } from '../ir/graphBuilder';
import { knownShape } from '../operators/dimensions';
import { GradientRefused } from '../operators/gradient';
import { operatorOf } from '../operators/operators';

/** A boolean graph input that is fed anew at every step: true with probability `keep`. */
export interface RandomMask {
  readonly name: string;
  readonly shape: readonly number[];
  readonly keep: number;
}

/** A stored value, and the value that takes its place after each step. */
export interface StateUpdate {
  readonly value: string;
  readonly updated: string;
}

export interface TrainingForms {
  /** The model as it trains; masks are inputs of its graph. */
  readonly model: Model;
  readonly shapes: ShapeTable;
  readonly masks: readonly RandomMask[];
  readonly stateUpdates: readonly StateUpdate[];
  /** Nodes that have no training form here, and why. */
  readonly refused: ReadonlyMap<Node, string>;
}

export interface TrainingFormsOptions {
  readonly signal?: AbortSignal;
  /** Type of the constants that forms store; float32 where not given. */
  readonly type?: 'float32' | 'float64';
  /** Nodes that get their training forms; all where not given. */
  readonly applies?: (node: Node) => boolean;
}

/** Writes the training forms of the outer graph. What has none, or refuses, stays as it is. */
export async function trainingForms(
  model: Model,
  options: TrainingFormsOptions = {},
): Promise<TrainingForms> {
  const inferring = options.signal ? { signal: options.signal } : {};
  const shapes = await inferShapes(model, inferring);
  const fresh = freshNames(model);
  const opset = model.opsets.get('') ?? 1;
  const build = new GraphBuilder({ fresh, opset, type: options.type ?? 'float32' });
  const masks: RandomMask[] = [];
  const stateUpdates: StateUpdate[] = [];
  const refused = new Map<Node, string>();
  for (const node of nodeOrder(model.graph)) {
    const form = options.applies?.(node) === false ? undefined : operatorOf(node)?.trainingForm;
    const context = shapes.context(node);
    if (!form || !context) {
      build.nodes.push(node);
      continue;
    }
    const written = build.nodes.length;
    try {
      form({
        node,
        opset: context.opset,
        build,
        inputShape: (index) => known(context.inputShape(index), node, node.inputs[index]),
        outputShape: (index) => known(context.outputShape(index), node, node.outputs[index]),
        inputValues: context.inputValues,
        inputTensor: context.inputTensor,
        updateState: (value, updated) => stateUpdates.push({ value, updated }),
        randomMask: (shape, keep) => {
          const name = build.name('mask');
          masks.push({ name, shape, keep });
          return name;
        },
      });
    } catch (error) {
      if (!(error instanceof GradientRefused)) throw error;
      refused.set(node, error.message);
      build.nodes.splice(written, Infinity, node);
    }
  }
  const inputs = masks.map(({ name, shape }): ValueInfo => ({ name, type: 'bool', shape }));
  const trained: Model = {
    ...model,
    graph: {
      ...model.graph,
      nodes: build.nodes,
      inputs: [...model.graph.inputs, ...inputs],
      initializers: [...model.graph.initializers, ...build.tensors],
    },
  };
  return { model: trained, shapes: await inferShapes(trained, inferring), masks, stateUpdates, refused };
}

function known(
  shape: Parameters<typeof knownShape>[0],
  node: Node,
  value: string | undefined,
): readonly number[] {
  const numbers = knownShape(shape);
  if (numbers) return numbers;
  throw new GradientRefused(`${node.operator}: the shape of ${value ?? ''} is not known`);
}
