// Biases of products of integers as int32, in steps of the product itself: the scale of a bias is that of the input
// times that of the weight, and its zero point is 0 (Jacob et al., CVPR 2018, §2.4).
import { freshNames } from '../../../ir/freshNames';
import type { Graph, Model, Node } from '../../../ir/graph';
import { encodeNumbers, float32Tensor, numbersWithin, tensorNumbers } from '../../../ir/numbers';
import { Tensor } from '../../../ir/tensor';
import { storedTensors } from '../../../ir/traversal';
import { operatorOf } from '../../../operators/operators';
import { roundHalfToEven, toScale } from '../grids/affineGrid';
import { eachRun } from '../grids/gridLayout';
import type { UniformGrid, WeightGrid } from '../grids/weightGrid';
import type { QuantizationPlan } from '../quantizationPlan';
import type { DequantizeDomain } from './storeWeight';

/** A stored bias of a node that multiplies numbers on grids. */
interface Bias {
  readonly node: Node;
  readonly input: number;
  readonly tensor: Tensor;
  readonly weight: Tensor;
  readonly inputScale: number;
}

/**
 * The plan with scales of weights for which every bias has a place in int32. That of a channel grows where a bias is
 * more than 2³⁰ steps, and that of a channel of nothing but zeros, which can be any, is made so small that its bias is
 * as exact as the others.
 */
export function fitBiases(plan: QuantizationPlan): QuantizationPlan {
  const weights = new Map<Tensor, WeightGrid>(plan.weights);
  for (const { tensor, weight, inputScale } of biasesOf(plan)) {
    const grid = weights.get(weight) as UniformGrid;
    const biases = tensorNumbers(tensor);
    let scales: Float32Array | undefined;
    for (const [channel, bias] of biases.entries()) {
      const index = grid.scales.length === 1 ? 0 : channel;
      const scale = (scales ?? grid.scales)[index]!;
      const smallest = toScale(Math.abs(bias) / inputScale / mostSteps);
      const isEmpty = grid.scales.length > 1 && scale === 1 && isZero(weight, grid, index);
      if (scale >= smallest && !(isEmpty && bias !== 0)) continue;
      scales ??= grid.scales.slice();
      scales[index] = smallest;
    }
    if (scales) weights.set(weight, { ...grid, scales });
  }
  return { ...plan, weights };
}

const mostSteps = 2 ** 30;

function isZero(weight: Tensor, { layout }: UniformGrid, channel: number): boolean {
  let zero = true;
  eachRun(layout, 0, weight.elements, (grid, from, to) => {
    if (zero && grid === channel) {
      zero = numbersWithin(weight, from, to - from).every((value) => value === 0);
    }
  });
  return zero;
}

/** The biases that the grids of a plan make integers of. A node whose bias is no vector of its channels keeps it. */
function biasesOf({ model, weights, activations }: QuantizationPlan): readonly Bias[] {
  const { graph } = model;
  const stored = storedTensors(graph);
  return graph.nodes.flatMap((node): Bias[] => {
    const use = operatorOf(node)?.quantized?.(node);
    if (use?.kind !== 'multiplies' || use.bias === undefined) return [];
    const tensor = stored.get(node.inputs[use.bias] ?? '');
    const factors = use.reads.map((input) => node.inputs[input] ?? '');
    const inputScale = factors
      .map((value) => activations.get(value)?.scale)
      .find((scale) => scale !== undefined);
    const weight = factors.map((value) => stored.get(value)).find((found) => found !== undefined);
    const grid = weight && weights.get(weight);
    if (!tensor || inputScale === undefined || grid?.kind !== 'uniform') return [];
    const { scales, layout } = grid;
    const fits =
      tensor.type === 'float32' &&
      tensor.shape.length === 1 &&
      layout.groupSize === undefined &&
      (scales.length === 1 || scales.length === tensor.elements);
    return fits ? [{ node, input: use.bias, tensor, weight: weight!, inputScale }] : [];
  });
}

/** A copy of the model, which is that of the plan before anything was written, with its biases as int32. */
export function storeBiases(plan: QuantizationPlan, domain: DequantizeDomain): Model {
  const { model } = plan;
  const biases = biasesOf(plan);
  if (biases.length === 0) return model;
  const fresh = freshNames(model);
  const tensors: Tensor[] = [];
  const replaced = new Map<Node, readonly Node[]>();
  for (const { node, input, tensor, weight, inputScale } of biases) {
    const { scales } = plan.weights.get(weight) as UniformGrid;
    const value = node.inputs[input]!;
    const steps = scales.map((scale) => toScale(inputScale * scale));
    const integers = tensorNumbers(tensor).map((bias, i) =>
      roundHalfToEven(bias / steps[steps.length === 1 ? 0 : i]!),
    );
    const stored = Tensor.fromBytes(
      fresh(`${value}_quantized`),
      'int32',
      tensor.shape,
      encodeNumbers('int32', integers),
    );
    const single = steps.length === 1;
    const scale = float32Tensor(fresh(`${value}_scale`), single ? [] : [steps.length], steps);
    const output = fresh(`${value}_dequantized`);
    tensors.push(stored, scale);
    replaced.set(node, [
      {
        name: fresh(`${value}_DequantizeLinear`),
        domain,
        operator: 'DequantizeLinear',
        inputs: [stored.name, scale.name],
        outputs: [output],
        attributes: single ? [] : [{ name: 'axis', kind: 'int', value: 0 }],
      },
      { ...node, inputs: node.inputs.map((name, i) => (i === input ? output : name)) },
    ]);
  }
  const nodes = model.graph.nodes.flatMap((node) => replaced.get(node) ?? [node]);
  const left = withoutUnused({ ...model.graph, nodes }, new Set(biases.map(({ tensor }) => tensor)));
  const listed = model.irVersion < 4 ? tensors.map(({ name, type, shape }) => ({ name, type, shape })) : [];
  return {
    ...model,
    graph: {
      ...left,
      initializers: [...left.initializers, ...tensors],
      inputs: [...left.inputs, ...listed],
    },
  };
}

/** Without those of the tensors that nothing uses any more. */
function withoutUnused(graph: Graph, tensors: ReadonlySet<Tensor>): Graph {
  const used = new Set([
    ...graph.outputs.map(({ name }) => name),
    ...graph.nodes.flatMap((node) => node.inputs),
  ]);
  const gone = new Set(
    [...storedTensors(graph)].flatMap(([name, tensor]) =>
      tensors.has(tensor) && !used.has(name) ? [name] : [],
    ),
  );
  return {
    ...graph,
    nodes: graph.nodes.filter(({ outputs }) => !gone.has(outputs[0] ?? '')),
    inputs: graph.inputs.filter(({ name }) => !gone.has(name)),
    initializers: graph.initializers.filter(({ name }) => !gone.has(name)),
  };
}
