// The graphs by which AdaRound trains the roundings of one layer: what the layer gives for rows of inputs, and one step
// of the optimizer. Of each weight the two neighbouring values of its grid are known; what is trained is how much of the
// way from the lower to the upper one it goes.
import { inferShapes } from '../../../analysis/shapes';
import { freshNames } from '../../../ir/freshNames';
import type { Graph, Model, Shape, ValueInfo } from '../../../ir/graph';
import { GraphBuilder } from '../../../ir/graphBuilder';
import { float32Tensor } from '../../../ir/numbers';
import { expressions } from '../../../operators/expressions';
import { differentiate } from '../../../training/differentiate';
import { optimizerOf, type Optimizer } from '../../../training/optimizers';
import type { LayerTail } from './layerTail';

/** A layer, or as many of its outputs as are trained at once. */
export interface LayerShape {
  readonly groups: number;
  readonly features: number;
  /** Of each group. */
  readonly outputs: number;
}

/** How far the sigmoid is stretched beyond 0 and 1, so that it gets there (equation 23). */
export const stretch = { gamma: -0.1, zeta: 1.1 };

/** Inputs and outputs of the graphs; slots and scalars of the optimizer are beside them. */
export const names = {
  /** float32 [groups, rows, features]. */
  rows: 'rows',
  /** float32 [groups, features, outputs], like all that follows but the scalars. */
  weights: 'weights',
  /** What the outputs should be, float32 [groups, rows, outputs]. */
  targets: 'targets',
  roundings: 'roundings',
  newRoundings: 'new_roundings',
  /** β of the regularization. */
  sharpness: 'sharpness',
  /** Its factor λ. */
  pressure: 'pressure',
  slot: (slot: string) => `slot_${slot}`,
  newSlot: (slot: string) => `new_slot_${slot}`,
  scalar: (scalar: string) => `scalar_${scalar}`,
} as const;

/** Adam, as in the paper. */
export const roundingOptimizer: Optimizer = optimizerOf({
  optimizer: 'adam',
  momentum: 0,
  nesterov: false,
  weightDecay: 0,
});

/** What the layer gives with the given weights, with the tail after it: its only output, [groups, rows, outputs]. */
export function outputGraph(shape: LayerShape, tail: LayerTail): Model {
  const { groups, features, outputs } = shape;
  const build = builderFor(tail);
  addLayer(build, shape, tail);
  return written(build, tail, {
    inputs: [
      float(names.rows, [groups, 'count', features]),
      float(names.weights, [groups, features, outputs]),
    ],
    outputs: [float(tail.output)],
  });
}

export interface StepTask {
  readonly shape: LayerShape;
  readonly tail: LayerTail;
  /** Rows of a step. */
  readonly batch: number;
  /** The lower neighbour of each weight. */
  readonly lower: Float32Array;
  /** How far the upper one is from it. */
  readonly step: Float32Array;
  /** What the squared error of each output counts, [groups, 1, outputs]. */
  readonly importance: Float32Array;
}

/**
 * One step of the optimizer. The loss is Σ importance · (f(W̃x̃) − f(Wx))² / rows + λ · Σ (1 − |2h − 1|^β), with
 * W̃ = lower + step · h(V) and h(V) = clip(σ(V) · (ζ − γ) + γ, 0, 1) (equations 21 to 25).
 */
export async function stepGraph({ shape, tail, batch, ...known }: StepTask): Promise<Model> {
  const { groups, features, outputs } = shape;
  const full = [groups, features, outputs];
  const build = builderFor(tail);
  const e = expressions(build);
  const stored = (name: string, dimensions: readonly number[], values: Float32Array): string => {
    const tensor = float32Tensor(build.name(name), dimensions, values);
    build.tensors.push(tensor);
    return tensor.name;
  };
  const step = stored('step', full, known.step);
  const width = stretch.zeta - stretch.gamma;
  const sigmoid = e.apply('Sigmoid', names.roundings);
  const stretched = e.add(e.multiply(sigmoid, width), stretch.gamma);
  const part = build.node('Clip', [stretched, build.scalar(0), build.scalar(1)]);
  build.nodeNamed('Add', [stored('lower', full, known.lower), e.multiply(step, part)], [names.weights]);

  const first = build.nodes.length;
  addLayer(build, shape, tail);
  const layer = build.nodes.slice(first);
  const fed = [float(names.rows, [groups, batch, features]), float(names.weights, full)];
  const alone = written(build, tail, { nodes: layer, inputs: fed, outputs: [float(tail.output)] });
  const shapes = await inferShapes(alone);
  const error = e.subtract(tail.output, names.targets);
  const weighted = e.multiply(error, stored('importance', [groups, 1, outputs], known.importance));
  const { gradients } = differentiate({
    nodes: layer,
    contextOf: (node) => shapes.context(node)!,
    build,
    seeds: new Map([[tail.output, e.multiply(weighted, 2 / batch)]]),
    wanted: new Set([names.weights]),
  });
  const ofWeights = gradients.get(names.weights);
  if (ofWeights === undefined) throw new Error('No gradient passes through the tail of a layer');
  const centred = e.subtract(e.multiply(part, 2), 1);
  const size = e.power(e.apply('Abs', centred), e.subtract(names.sharpness, 1));
  const factor = e.multiply(e.multiply(names.sharpness, names.pressure), 2);
  const towardsEnds = e.multiply(e.multiply(e.apply('Sign', centred), size), factor);
  const ofPart = e.subtract(e.multiply(ofWeights, step), towardsEnds);
  const slope = e.multiply(e.multiply(sigmoid, e.subtract(1, sigmoid)), width);
  const isBetween = build.node('And', [e.compare('Greater', stretched, 0), e.compare('Less', stretched, 1)]);
  const gradient = e.multiply(e.multiply(ofPart, slope), e.indicator(isBetween));

  const scalars = new Set<string>();
  const { slots } = roundingOptimizer;
  const updated = roundingOptimizer.update(
    {
      build,
      parameters: names.roundings,
      gradient,
      slots: Object.fromEntries(slots.map((slot) => [slot, names.slot(slot)])),
      scalar: (name) => {
        scalars.add(names.scalar(name));
        return names.scalar(name);
      },
    },
    false,
  );
  build.nodeNamed('Identity', [updated.parameters], [names.newRoundings]);
  for (const slot of slots) build.nodeNamed('Identity', [updated.slots[slot]], [names.newSlot(slot)]);
  return written(build, tail, {
    inputs: [
      float(names.rows, [groups, batch, features]),
      float(names.targets, [groups, batch, outputs]),
      ...[names.roundings, ...slots.map(names.slot)].map((name) => float(name, full)),
      ...[names.sharpness, names.pressure, ...scalars].map((name) => float(name, [])),
    ],
    outputs: [names.newRoundings, ...slots.map(names.newSlot)].map((name) => float(name, full)),
  });
}

/** Its names are other ones than those of the tail and those above. */
function builderFor(tail: LayerTail): GraphBuilder {
  const own = Object.values(names).flatMap((name) => (typeof name === 'string' ? name : []));
  const scalars = Object.keys(roundingOptimizer.scalars(1, 1)).map(names.scalar);
  const slots = roundingOptimizer.slots.flatMap((slot) => [names.slot(slot), names.newSlot(slot)]);
  const inputs = [...own, ...scalars, ...slots].map((name) => float(name));
  const taken = modelOf(tail.opset, {
    name: '',
    nodes: tail.nodes,
    inputs,
    outputs: [],
    initializers: [],
    values: [],
  });
  return new GraphBuilder({ fresh: freshNames(taken), opset: tail.opset, type: 'float32' });
}

/** The layer and its tail: from rows and weights to the tail's output. */
function addLayer(
  build: GraphBuilder,
  { groups, outputs }: LayerShape,
  { bias, nodes, input }: LayerTail,
): void {
  const factors = [names.rows, names.weights];
  if (bias) {
    const perOutput = build.floats([groups, 1, outputs], [...bias]);
    build.nodeNamed('Add', [build.node('MatMul', factors), perOutput], [input]);
  } else {
    build.nodeNamed('MatMul', factors, [input]);
  }
  build.nodes.push(...nodes);
}

function written(
  build: GraphBuilder,
  tail: LayerTail,
  parts: Pick<Graph, 'inputs' | 'outputs'> & Partial<Pick<Graph, 'nodes'>>,
): Model {
  const initializers = [...build.tensors, ...tail.constants.map(({ tensor }) => tensor)];
  const graph = { name: 'rounding', nodes: build.nodes, values: [], initializers, ...parts };
  return modelOf(tail.opset, graph);
}

function modelOf(opset: number, graph: Graph): Model {
  return { format: 'onnx', graph, functions: [], opsets: new Map([['', opset]]), irVersion: 8, notes: [] };
}

function float(name: string, shape?: Shape): ValueInfo {
  return { name, type: 'float32', ...(shape && { shape }) };
}
