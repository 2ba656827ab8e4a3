// Holds the gradient rule of an operator against central differences of what ONNX Runtime computes.
import { inferShapes } from '../../src/core/analysis/shapes';
import { nodeOrder } from '../../src/core/analysis/nodeOrder';
import { modelToBytes } from '../../src/core/formats/modelBytes';
import { freshNames } from '../../src/core/ir/freshNames';
import type { Graph, Model, Node, ValueInfo } from '../../src/core/ir/graph';
import { GraphBuilder } from '../../src/core/ir/graphBuilder';
import type { Tensor } from '../../src/core/ir/tensor';
import { knownShape } from '../../src/core/operators/dimensions';
import { onnxRuntime } from '../../src/core/runtime/onnxRuntime';
import type { RuntimeTensor, Session } from '../../src/core/runtime/runtime';
import { differentiate } from '../../src/core/training/differentiate';
import { normal, seedOf, uniform } from '../../src/shared/base/random';

export interface GradientCase {
  readonly nodes: readonly Node[];
  /** Float inputs by name, with their shapes; all of them are differentiated. */
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  /** Outputs that the loss depends on. */
  readonly outputs: readonly string[];
  /** Stored tensors: axes, shapes, indices. */
  readonly tensors?: readonly Tensor[];
  /** Where ONNX Runtime has no float64 kernel for the operator. */
  readonly float32?: boolean;
  /** Makes one input value from a uniform source; standard normal where not given. */
  readonly value?: (next: () => number) => number;
  readonly opset?: number;
  /** Step of the difference; for float32 operators that are linear in each input, a large one is exact. */
  readonly step?: number;
}

/**
 * The largest relative error of the directional derivatives along random directions and single elements, per input.
 * It is relative to the size that the derivative would have along such a direction if the gradient were spread evenly.
 */
export async function gradientError(test: GradientCase, seed: number): Promise<number> {
  const differentiation = await differentiated(test);
  const { type, forward, shapes, build, seeds, gradients } = differentiation;
  // Where a derivative passes through zero, float32 rounding would count as an error of any size.
  const smallest = type === 'float64' ? 1e-3 : 2e-2;
  const step = test.step ?? (type === 'float64' ? 1e-5 : 1e-2);
  const next = uniform(seedOf(seed, 1));
  const value = test.value ?? normal;
  const feeds: Record<string, RuntimeTensor> = {};
  for (const [name, shape] of Object.entries(test.inputs))
    feeds[name] = random(type, shape, () => value(next));
  const weights: Record<string, RuntimeTensor> = {};
  for (const output of test.outputs) {
    const shape = knownShape(shapes.shape(forward.graph, output));
    if (!shape) throw new Error(`The shape of ${output} is not known`);
    weights[output] = random(type, shape, () => normal(next));
  }

  const backward = backwardModel(forward, build, seeds, gradients, weights, type);
  const runtime = await onnxRuntime();
  const [run, withGradients] = [
    await runtime.load(modelToBytes(forward), { threads: 1 }),
    await runtime.load(modelToBytes(backward), { threads: 1 }),
  ];
  try {
    const seeded = Object.fromEntries([...seeds].map(([output, seedName]) => [seedName, weights[output]!]));
    // The runtime does not run for nothing.
    const results = gradients.size === 0 ? {} : await withGradients.run({ ...feeds, ...seeded });
    let largest = 0;
    for (const [name, feed] of Object.entries(feeds)) {
      const gradientName = gradients.get(name);
      const gradient = gradientName === undefined ? undefined : numbers(results[gradientName]!);
      if (gradient && gradient.length !== numbers(feed).length) return Infinity;
      for (const direction of directions(numbers(feed).length, next)) {
        const expected = await difference(run, feeds, name, direction, weights, step);
        const found = gradient ? dot(gradient, direction) : 0;
        const spread = gradient ? (norm(gradient) * norm(direction)) / Math.sqrt(gradient.length) : 0;
        const scale = Math.max(Math.abs(expected), spread, smallest);
        const error = Math.abs(found - expected) / scale;
        largest = Math.max(largest, Number.isNaN(error) ? Infinity : error);
      }
    }
    return largest;
  } finally {
    await run.dispose();
    await withGradients.dispose();
  }
}

/**
 * The gradients of the sum of all outputs at the given values of the inputs, each element weighted by what `weight`
 * gives for its index; empty where none is passed on.
 */
export async function gradientsAt(
  test: GradientCase,
  values: Readonly<Record<string, ArrayLike<number>>>,
  weight: (index: number) => number = () => 1,
): Promise<Readonly<Record<string, readonly number[]>>> {
  const { type, forward, shapes, build, seeds, gradients } = await differentiated(test);
  const feeds: Record<string, RuntimeTensor> = {};
  for (const [name, shape] of Object.entries(test.inputs))
    feeds[name] = { type, shape, data: typed(type, Float64Array.from(values[name]!)) };
  const weights: Record<string, RuntimeTensor> = {};
  for (const output of test.outputs) {
    let index = 0;
    weights[output] = random(type, knownShape(shapes.shape(forward.graph, output))!, () => weight(index++));
  }
  const backward = backwardModel(forward, build, seeds, gradients, weights, type);
  const runtime = await onnxRuntime();
  const session = await runtime.load(modelToBytes(backward), { threads: 1 });
  try {
    const seeded = Object.fromEntries([...seeds].map(([output, seedName]) => [seedName, weights[output]!]));
    const results = gradients.size === 0 ? {} : await session.run({ ...feeds, ...seeded });
    return Object.fromEntries(
      Object.keys(test.inputs).map((name) => {
        const gradient = gradients.get(name);
        return [name, gradient === undefined ? [] : [...numbers(results[gradient]!)]];
      }),
    );
  } finally {
    await session.dispose();
  }
}

/** The forward model of a case with the nodes of its gradients. */
async function differentiated(test: GradientCase) {
  const type = test.float32 === true ? ('float32' as const) : ('float64' as const);
  const forward = forwardModel(test, type);
  const shapes = await inferShapes(forward);
  const build = new GraphBuilder({ fresh: freshNames(forward), opset: test.opset ?? 17, type });
  const seeds = new Map(test.outputs.map((output) => [output, build.name(`${output}_weight`)]));
  const { gradients, refused } = differentiate({
    nodes: nodeOrder(forward.graph),
    contextOf: (node) => shapes.context(node)!,
    build,
    seeds,
    wanted: new Set(Object.keys(test.inputs)),
  });
  if (refused[0]) throw new Error(refused[0].reason);
  return { type, forward, shapes, build, seeds, gradients };
}

/** d/dt of the weighted outputs at x + t·direction, by central differences extrapolated once (Richardson). */
async function difference(
  session: Session,
  feeds: Readonly<Record<string, RuntimeTensor>>,
  name: string,
  direction: Float64Array,
  weights: Readonly<Record<string, RuntimeTensor>>,
  step: number,
): Promise<number> {
  const at = async (t: number): Promise<number> => {
    const feed = feeds[name]!;
    const moved = Float64Array.from(numbers(feed), (x, i) => x + t * direction[i]!);
    const outputs = await session.run({ ...feeds, [name]: { ...feed, data: typed(feed.type, moved) } });
    return Object.entries(weights).reduce(
      (sum, [output, weight]) => sum + dot(numbers(outputs[output]!), numbers(weight)),
      0,
    );
  };
  const central = async (h: number): Promise<number> => ((await at(h)) - (await at(-h))) / (2 * h);
  return (4 * (await central(step / 2)) - (await central(step))) / 3;
}

/** Two directions over all elements, and three single elements. */
function directions(length: number, next: () => number): Float64Array[] {
  // No component is so small that rounding drowns its difference, nor so large that it steps over a kink.
  const component = (): number => (next() < 0.5 ? -1 : 1) * (0.5 + next());
  const whole = Array.from({ length: 2 }, () => Float64Array.from({ length }, component));
  const single = Array.from({ length: Math.min(3, length) }, () => {
    const direction = new Float64Array(length);
    direction[Math.floor(next() * length)] = 1;
    return direction;
  });
  return [...whole, ...single];
}

function forwardModel(test: GradientCase, type: 'float32' | 'float64'): Model {
  const graph: Graph = {
    name: 'forward',
    nodes: test.nodes,
    inputs: Object.entries(test.inputs).map(([name, shape]): ValueInfo => ({ name, type, shape })),
    outputs: test.outputs.map((name) => ({ name, type })),
    initializers: test.tensors ?? [],
    values: [],
  };
  return {
    format: 'onnx',
    graph,
    functions: [],
    opsets: new Map([['', test.opset ?? 17]]),
    irVersion: 8,
    notes: [],
  };
}

function backwardModel(
  forward: Model,
  build: GraphBuilder,
  seeds: ReadonlyMap<string, string>,
  gradients: ReadonlyMap<string, string>,
  weights: Readonly<Record<string, RuntimeTensor>>,
  type: 'float32' | 'float64',
): Model {
  const seedInputs = [...seeds].map(([output, name]) => ({ name, type, shape: weights[output]!.shape }));
  const graph: Graph = {
    ...forward.graph,
    nodes: [...forward.graph.nodes, ...build.nodes],
    inputs: [...forward.graph.inputs, ...seedInputs],
    outputs: [...new Set(gradients.values())].map((name) => ({ name, type })),
    initializers: [...forward.graph.initializers, ...build.tensors],
  };
  return { ...forward, graph };
}

function random(type: 'float32' | 'float64', shape: readonly number[], value: () => number): RuntimeTensor {
  const length = shape.reduce((product, size) => product * size, 1);
  return { type, shape, data: typed(type, Float64Array.from({ length }, value)) };
}

function typed(type: string, values: Float64Array): ArrayBufferView {
  return type === 'float64' ? values : Float32Array.from(values);
}

function numbers(tensor: RuntimeTensor): Float32Array | Float64Array {
  return tensor.data as Float32Array | Float64Array;
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function norm(a: ArrayLike<number>): number {
  return Math.sqrt(dot(a, a));
}
