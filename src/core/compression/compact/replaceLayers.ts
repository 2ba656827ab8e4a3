// Puts chains of stages into a model in place of layers. The last node of a chain is the layer's own with other weights,
// so that its bias, an activation that is fused into it and the name of its output stay.
import { freshNames, type FreshName } from '../../ir/freshNames';
import type { Attribute, Graph, Model, Node, ValueInfo } from '../../ir/graph';
import { encodeNumbers } from '../../ir/numbers';
import { Tensor } from '../../ir/tensor';
import { constantTensor } from '../../ir/traversal';
import type { LinearLayer } from './linearLayers';
import { transposed } from './matrices';
import type { Stage } from './stage';

/** A copy of the model with each of the layers written as its stages. */
export function replaceLayers(model: Model, replacements: ReadonlyMap<LinearLayer, readonly Stage[]>): Model {
  if (replacements.size === 0) return model;
  const fresh = freshNames(model);
  const chains = new Map(
    [...replacements].map(([layer, stages]) => [layer.node, chainOf(layer, stages, fresh)]),
  );
  const gone = new Set([...replacements.keys()].map(({ value }) => value));
  const added = [...chains.values()].flatMap(({ tensors }) => tensors);
  const { graph } = model;
  const replaced: Graph = {
    ...graph,
    nodes: graph.nodes.flatMap((node) => {
      if (constantTensor(node) && gone.has(node.outputs[0] ?? '')) return [];
      return chains.get(node)?.nodes ?? [node];
    }),
    initializers: [...graph.initializers.filter(({ name }) => !gone.has(name)), ...added],
    inputs: [
      ...graph.inputs.filter(({ name }) => !gone.has(name)),
      // Before version 4 of the format, stored tensors were inputs as well.
      ...(model.irVersion < 4 ? added.map(inputOf) : []),
    ],
    values: graph.values.filter(({ name }) => !gone.has(name)),
  };
  return { ...model, graph: replaced };
}

interface Chain {
  readonly nodes: readonly Node[];
  readonly tensors: readonly Tensor[];
}

function chainOf(layer: LinearLayer, stages: readonly Stage[], fresh: FreshName): Chain {
  const nodes: Node[] = [];
  const tensors: Tensor[] = [];
  let value = layer.node.inputs[layer.valueInput] ?? '';
  for (const [i, stage] of stages.entries()) {
    const name = fresh(`${layer.label}/${stage.name}`);
    const isLast = i === stages.length - 1;
    const tensor = stageTensor(layer, stage, fresh(`${name}.weight`), isLast);
    tensors.push(tensor);
    if (isLast) {
      nodes.push(lastNode(layer, stage, { name, value, weights: tensor.name }));
      break;
    }
    const output = fresh(`${name}_out`);
    nodes.push(firstNode(layer, stage, { name, value, weights: tensor.name, output }));
    value = output;
    if (stage.shuffles === undefined) continue;
    const shuffle = shuffled(value, stage.outputs, stage.shuffles, fresh(`${layer.label}/shuffle`), fresh);
    nodes.push(...shuffle.nodes);
    tensors.push(...shuffle.tensors);
    value = shuffle.output;
  }
  return { nodes, tensors };
}

interface StageNames {
  readonly name: string;
  readonly value: string;
  readonly weights: string;
}

/** A stage before the last. */
function firstNode(layer: LinearLayer, stage: Stage, names: StageNames & { readonly output: string }): Node {
  const { name, value, weights, output } = names;
  const isProduct = layer.kind === 'product';
  const weightFirst = isProduct && layer.weightInput < layer.valueInput;
  return {
    name,
    domain: '',
    operator: isProduct ? 'MatMul' : 'Conv',
    inputs: weightFirst ? [weights, value] : [value, weights],
    outputs: [output],
    attributes: isProduct ? [] : windowAttributes(layer, stage),
  };
}

function lastNode(layer: LinearLayer, stage: Stage, { name, value, weights }: StageNames): Node {
  const { node, weightInput, valueInput, kind } = layer;
  const others = node.attributes.filter(({ name: key }) => !windowKeys.has(key));
  return {
    name,
    domain: node.domain,
    operator: node.operator,
    inputs: node.inputs.map((input, i) => (i === weightInput ? weights : i === valueInput ? value : input)),
    outputs: node.outputs,
    attributes: kind === 'product' ? node.attributes : [...others, ...windowAttributes(layer, stage)],
  };
}

const windowKeys: ReadonlySet<string> = new Set([
  'kernel_shape',
  'strides',
  'pads',
  'dilations',
  'auto_pad',
  'group',
]);

/** How a stage slides: as the layer did, or from point to point. */
function windowAttributes({ node, kernel }: LinearLayer, { slides, groups }: Stage): readonly Attribute[] {
  const group: Attribute = { name: 'group', kind: 'int', value: groups };
  if (!slides) return [{ name: 'kernel_shape', kind: 'ints', value: kernel.map(() => 1) }, group];
  const kept = node.attributes.filter(
    ({ name }) => windowKeys.has(name) && name !== 'group' && name !== 'kernel_shape',
  );
  return [{ name: 'kernel_shape', kind: 'ints', value: kernel }, ...kept, group];
}

function stageTensor(layer: LinearLayer, stage: Stage, name: string, isLast: boolean): Tensor {
  const { type } = layer.tensor;
  const { outputs, weights } = stage;
  const channels = stage.channels / stage.groups;
  if (layer.kind === 'convolution') {
    const shape = [outputs, channels, ...layer.kernel.map((size) => (stage.slides ? size : 1))];
    return Tensor.fromBytes(name, type, shape, encodeNumbers(type, weights));
  }
  // The last node is written as the layer was; those before it are plain products.
  const outputsFirst = isLast ? layer.outputsFirst : layer.weightInput < layer.valueInput;
  if (outputsFirst) return Tensor.fromBytes(name, type, [outputs, channels], encodeNumbers(type, weights));
  const turned = transposed(weights, outputs, channels);
  return Tensor.fromBytes(name, type, [channels, outputs], encodeNumbers(type, turned));
}

/** Reshape, Transpose, Reshape, as of X. Zhang et al., "ShuffleNet", 2018; for sizes known and unknown. */
function shuffled(
  value: string,
  channels: number,
  groups: number,
  name: string,
  fresh: FreshName,
): Chain & { readonly output: string } {
  const split = fresh(`${name}/sizes`);
  const sizes = [0, groups, channels / groups, -1];
  const node = (operator: string, inputs: readonly string[], attributes: readonly Attribute[] = []): Node => {
    const own = fresh(`${name}/${operator.toLowerCase()}`);
    return { name: own, domain: '', operator, inputs, outputs: [fresh(`${own}_out`)], attributes };
  };
  const shape = node('Shape', [value]);
  const apart = node('Reshape', [value, split]);
  const turned = node(
    'Transpose',
    [apart.outputs[0]!],
    [{ name: 'perm', kind: 'ints', value: [0, 2, 1, 3] }],
  );
  const together = node('Reshape', [turned.outputs[0]!, shape.outputs[0]!]);
  return {
    nodes: [shape, apart, turned, together],
    tensors: [Tensor.fromBytes(split, 'int64', [4], encodeNumbers('int64', sizes))],
    output: together.outputs[0]!,
  };
}

function inputOf({ name, type, shape }: Tensor): ValueInfo {
  return { name, type, shape };
}
