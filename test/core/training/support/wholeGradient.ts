// The gradient of a whole network by all of its stored float weights at once, against central differences of what ONNX
// Runtime computes for the same graph.
import { nodeOrder } from '../../../../src/core/analysis/nodeOrder';
import { modelToBytes } from '../../../../src/core/formats/modelBytes';
import { freshNames } from '../../../../src/core/ir/freshNames';
import type { Model, ValueInfo } from '../../../../src/core/ir/graph';
import { GraphBuilder } from '../../../../src/core/ir/graphBuilder';
import { tensorNumbers } from '../../../../src/core/ir/numbers';
import type { Tensor } from '../../../../src/core/ir/tensor';
import { knownShape } from '../../../../src/core/operators/dimensions';
import { raiseOpset } from '../../../../src/core/operators/opsets/raiseOpset';
import { onnxRuntime } from '../../../../src/core/runtime/onnxRuntime';
import type { RuntimeTensor, Session } from '../../../../src/core/runtime/runtime';
import { differentiate } from '../../../../src/core/training/differentiate';
import { trainingForms } from '../../../../src/core/training/trainingForms';
import { normal, uniform } from '../../../../src/shared/base/random';
import { inFloat64 } from './inFloat64';

type Float = 'float32' | 'float64';
type Values = Readonly<Record<string, Float64Array>>;

export interface WholeNetwork {
  readonly model: Model;
  /** Shapes of the inputs, in numbers. */
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  /** For inputs of whole numbers: how many there are to draw from. */
  readonly choices?: number;
  /** float64 where ONNX Runtime has all of the network's operators in it. */
  readonly type: Float;
}

export interface WholeGradient {
  /** Names of the tensors that the gradient was taken by. */
  readonly weights: readonly string[];
  /** Nodes through which no gradient passes. */
  readonly refused: readonly string[];
  /** Of the derivatives along directions in which all weights change at once. */
  readonly together: readonly number[];
  /** Of the derivatives along one direction of each tensor, the others held. */
  readonly alone: Readonly<Record<string, number>>;
  /** Tensors along which the derivative is too small to be told from the rounding of the loss. */
  readonly unseen: readonly string[];
}

/**
 * Relative errors of directional derivatives of a random linear function of the outputs. Each weight changes in
 * proportion to the size of its tensor's weights. An error is relative to the larger of the derivative and the size
 * that it has on average along such a direction.
 */
export async function wholeGradient(network: WholeNetwork, seed: number): Promise<WholeGradient> {
  const { type } = network;
  const next = uniform(seed);
  const { model: written, shapes } = await trainingForms(prepared(network), { type });
  const weights = written.graph.initializers.filter((t) => t.type === type && t.elements > 1);
  const outputs = written.graph.outputs.filter((output) => output.type === type);
  const build = new GraphBuilder({ fresh: freshNames(written), opset: 17, type });
  const seeds = new Map(outputs.map(({ name }) => [name, build.name(`${name}_weight`)]));
  const { gradients, refused } = differentiate({
    nodes: nodeOrder(written.graph),
    contextOf: (node) => shapes.context(node)!,
    build,
    seeds,
    wanted: new Set(weights.map(({ name }) => name)),
  });

  const feeds = Object.fromEntries(
    written.graph.inputs.map((input) => [input.name, fed(input, network.choices ?? 2, next)]),
  );
  const shapeOf = (name: string): readonly number[] => knownShape(shapes.shape(written.graph, name))!;
  const outputWeights = Object.fromEntries(
    outputs.map(({ name }) => [name, draw(shapeOf(name), () => normal(next))]),
  );
  const seedValues = [...seeds].map(([output, name]) => ({ name, type, shape: shapeOf(output) }));
  const reached = weights.filter(({ name }) => gradients.has(name));
  const at = Object.fromEntries(reached.map((t) => [t.name, Float64Array.from(tensorNumbers(t))]));
  const fedWeights = weightInputs(written, reached, type);
  const differentiated = withGradients(fedWeights, build, seedValues, gradients);
  const runtime = await onnxRuntime();
  const forward = await runtime.load(modelToBytes(fedWeights), { threads: 1 });
  const backward = await runtime.load(modelToBytes(differentiated), { threads: 1 });
  try {
    const asTensors = (values: Values): Record<string, RuntimeTensor> =>
      Object.fromEntries(reached.map((t) => [t.name, tensorOf(type, t.shape, values[t.name]!)]));
    const seeded = Object.fromEntries(
      [...seeds].map(([output, name]) => [name, tensorOf(type, shapeOf(output), outputWeights[output]!)]),
    );
    const results = await backward.run({ ...feeds, ...asTensors(at), ...seeded });
    const gradient = Object.fromEntries(
      reached.map(({ name }) => [
        name,
        Float64Array.from(results[gradients.get(name)!]!.data as Float64Array),
      ]),
    );
    const sizes = Object.fromEntries(reached.map(({ name, shape }) => [name, usualSize(at[name]!, shape)]));
    const whole = Math.hypot(...Object.entries(gradient).map(([name, g]) => sizes[name]! * norm(g)));
    const task = {
      loss: (values: Values) => weightedOutputs(forward, { ...feeds, ...asTensors(values) }, outputWeights),
      at,
      gradient,
      sizes,
      smallest: whole * (type === 'float64' ? 1e-6 : 2e-3),
    };
    // A single tensor meets less curvature, and changes the loss less.
    const steps = type === 'float64' ? { together: 1e-4, alone: 1e-4 } : { together: 1e-2, alone: 3e-2 };
    const names = reached.map(({ name }) => name);
    const together: number[] = [];
    for (let i = 0; i < 4; i++)
      together.push(await errorOf({ ...task, moved: names, step: steps.together }, next));
    const alone: Record<string, number> = {};
    for (const name of names)
      alone[name] = await errorOf({ ...task, moved: [name], step: steps.alone }, next);
    const unseen = names.filter((name) => sizes[name]! * norm(gradient[name]!) < task.smallest);
    return { unseen, weights: names, refused: refused.map(({ reason }) => reason), together, alone };
  } finally {
    await forward.dispose();
    await backward.dispose();
  }
}

/** The network with its ReLUs exchanged for the smooth function that is like them. */
export function withoutKinks(model: Model): Model {
  const nodes = model.graph.nodes.map((node) =>
    node.operator === 'Relu' ? { ...node, operator: 'Softplus' } : node,
  );
  return { ...model, graph: { ...model.graph, nodes } };
}

interface Task {
  readonly loss: (values: Values) => Promise<number>;
  readonly at: Values;
  readonly gradient: Values;
  /** How far the weights of each tensor move, on average. */
  readonly sizes: Readonly<Record<string, number>>;
  /** Below it, a derivative is not told from the rounding of the loss. */
  readonly smallest: number;
  /** Tensors that change. */
  readonly moved: readonly string[];
  /** Relative to the size of a tensor's weights. */
  readonly step: number;
}

/** By central differences that are extrapolated once (Richardson). */
async function errorOf(
  { loss, at, gradient, sizes, smallest, moved, step }: Task,
  next: () => number,
): Promise<number> {
  const direction = Object.fromEntries(
    moved.map((name) => [name, at[name]!.map(() => sizes[name]! * normal(next))]),
  );
  const lossAt = (t: number): Promise<number> =>
    loss({
      ...at,
      ...Object.fromEntries(
        moved.map((name) => [name, at[name]!.map((w, i) => w + t * direction[name]![i]!)]),
      ),
    });
  const central = async (h: number): Promise<number> => ((await lossAt(h)) - (await lossAt(-h))) / (2 * h);
  const expected = (4 * (await central(step / 2)) - (await central(step))) / 3;
  let found = 0;
  for (const name of moved) {
    for (const [i, g] of gradient[name]!.entries()) found += g * direction[name]![i]!;
  }
  const usual = Math.hypot(...moved.map((name) => sizes[name]! * norm(gradient[name]!)));
  return Math.abs(found - expected) / Math.max(Math.abs(expected), usual, smallest);
}

/** Root mean square of the weights. Biases may all be 0, or close to it, and still matter. */
function usualSize(values: Float64Array, shape: readonly number[]): number {
  const size = norm(values) / Math.sqrt(values.length);
  return shape.length > 1 && size > 0 ? size : Math.max(size, 0.05);
}

function norm(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

/** In opset 17, for the given input shapes, in the given type. */
function prepared({ model, inputs, type }: WholeNetwork): Model {
  const raised = raiseOpset(model, 17);
  if ('refused' in raised) throw new Error(raised.refused.join(', '));
  const { graph } = raised.model;
  const sized: Model = {
    ...raised.model,
    irVersion: 8,
    graph: {
      ...graph,
      inputs: graph.inputs
        .filter(({ name }) => name in inputs)
        .map((value) => ({ ...plainValue(value), shape: inputs[value.name]! })),
      outputs: graph.outputs.map(plainValue),
      values: [],
    },
  };
  return type === 'float64' ? inFloat64(sized) : sized;
}

function plainValue({ name, type }: ValueInfo): ValueInfo {
  return { name, ...(type && { type }) };
}

/** The model with these tensors fed instead of stored. */
function weightInputs(model: Model, fed: readonly Tensor[], type: Float): Model {
  const { graph } = model;
  return {
    ...model,
    graph: {
      ...graph,
      inputs: [...graph.inputs, ...fed.map(({ name, shape }): ValueInfo => ({ name, type, shape }))],
      initializers: graph.initializers.filter((tensor) => !fed.includes(tensor)),
    },
  };
}

/** The model that computes its gradients alone. */
function withGradients(
  model: Model,
  build: GraphBuilder,
  seeds: readonly ValueInfo[],
  gradients: ReadonlyMap<string, string>,
): Model {
  const { graph } = model;
  const outputs = [...new Set(gradients.values())].map((name) => ({ name, type: build.type }));
  return {
    ...model,
    graph: {
      ...graph,
      nodes: [...graph.nodes, ...build.nodes],
      inputs: [...graph.inputs, ...seeds],
      outputs,
      initializers: [...graph.initializers, ...build.tensors],
    },
  };
}

async function weightedOutputs(
  session: Session,
  feeds: Readonly<Record<string, RuntimeTensor>>,
  weights: Values,
): Promise<number> {
  const outputs = await session.run(feeds);
  let sum = 0;
  for (const [name, weight] of Object.entries(weights)) {
    const values = outputs[name]!.data as Float64Array;
    for (const [i, w] of weight.entries()) sum += w * values[i]!;
  }
  return sum;
}

/** A random value of an input: standard normal, or one of the choices. */
function fed(
  { name, type = 'float32', shape }: ValueInfo,
  choices: number,
  next: () => number,
): RuntimeTensor {
  const sizes = knownShape(shape);
  if (!sizes) throw new Error(`The shape of ${name} is not known`);
  if (type === 'float32' || type === 'float64')
    return tensorOf(
      type,
      sizes,
      draw(sizes, () => normal(next)),
    );
  const values = draw(sizes, () => Math.floor(choices * next()));
  if (type === 'int64') return { type, shape: sizes, data: BigInt64Array.from(values, BigInt) };
  return { type, shape: sizes, data: Uint8Array.from(values) };
}

function tensorOf(type: Float, shape: readonly number[], values: Float64Array): RuntimeTensor {
  return { type, shape, data: type === 'float64' ? values : Float32Array.from(values) };
}

function draw(shape: readonly number[], value: () => number): Float64Array {
  return Float64Array.from({ length: shape.reduce((product, size) => product * size, 1) }, value);
}
