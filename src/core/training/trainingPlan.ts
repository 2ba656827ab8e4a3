// What is decided once for a run: the output that is trained, the loss, which tensors are trained and which are not,
// and where their elements are. The graphs of steps follow from it, one for each batch size.
import { CounterweightError } from '../../shared/base/errors';
import { note, type Note } from '../../shared/base/messages';
import { nodeOrder } from '../analysis/nodeOrder';
import { reducedTo } from '../analysis/reducedTo';
import { inferShapes } from '../analysis/shapes';
import { freshNames } from '../ir/freshNames';
import type { Model, Node } from '../ir/graph';
import { GraphBuilder } from '../ir/graphBuilder';
import { nodeLabels, replaceTensors, storedTensors } from '../ir/traversal';
import { standardOpset } from '../operators/opsets/standardOpset';
import { fixedBatch, modelOfBatch, type Samples } from './batchModel';
import { onnxRuntime } from '../runtime/onnxRuntime';
import { differentiate } from './differentiate';
import type { Forms } from './forms';
import { withFreeBatch } from './freeBatch';
import { networkOf, withDropout, withoutNode } from './network';
import { parameterLayout, type ParameterLayout } from './parameters';
import { placeValueForms, planForms, stillTensor, type PlannedForms } from './plannedForms';
import { measuredTensors, trainablesOf, type Trainable } from './trainables';
import { trainedOutput, type TrainedOutput } from './trainedOutput';
import type { TrainerSpec } from './trainer';
import { trainingForms, type TrainingForms } from './trainingForms';

export interface FrozenLayer {
  readonly layer: string;
  readonly reason: string;
}

export interface TrainingPlan {
  /** What the trained output depends on, with its stored tensors. */
  readonly network: Model;
  readonly samples: Samples;
  /** Most samples in one step. */
  readonly batch: number;
  /** Whether every step has as many rows, because the graph is made for them; what is not a sample then counts nothing. */
  readonly isBatchFixed: boolean;
  readonly output: TrainedOutput;
  /** Nodes that work as in training; the others, before the first trained weight, work as they do afterwards. */
  readonly live: ReadonlySet<Node>;
  readonly layout: ParameterLayout;
  /** Running statistics of live nodes. */
  readonly statistics: readonly Trainable[];
  /** What the network runs with in place of weights and values. */
  readonly forms: PlannedForms;
  readonly frozen: readonly FrozenLayer[];
  readonly notes: readonly Note[];
}

/** Throws NOT_TRAINABLE and DATA_INVALID. */
export async function trainingPlan(spec: TrainerSpec): Promise<TrainingPlan> {
  const { path, options, targets, signal } = spec;
  const samples = { name: spec.data ?? path, inputs: spec.inputs };
  const { whole, fixed } = await batchOf(networkOf(spec.model, path), samples, spec);
  const batch = fixed ?? options.batch;
  const sized = modelOfBatch(whole, samples, batch).model;
  const shapes = await inferShapes(sized, { signal });
  const output = trainedOutput({
    model: sized,
    shapes,
    batch,
    targets,
    loss: options.loss,
    path,
    data: samples.name,
  });
  const headless = output.head ? withoutNode(whole, output.head) : whole;
  const plain = withDropout(
    reducedTo(
      headless,
      headless.graph.outputs.filter(({ name }) => name === output.name),
    ),
    options.dropout,
  );

  const { trainable, measured, fixed: unchangeable } = trainablesOf(whole);
  const forms = spec.forms ?? withoutForms;
  // Without the activation that the loss contains, the output has other values than its form is for.
  const except = output.head ? [output.name] : [];
  const { network: formed, placed } = placeValueForms(plain, forms.values, except);
  const training = await trainingForms(modelOfBatch(formed, samples, batch).model, { signal });
  const passed = passing(training, output.name, trainable);
  const frozen = [...unchangeable, ...frozenLayers(trainable, passed)];
  if (passed.trained.length === 0) {
    const reason = frozen[0]
      ? `layer ${frozen[0].layer} is not trained, as ${frozen[0].reason}, and neither is any other`
      : 'it has no weights of floating-point numbers';
    throw new CounterweightError('NOT_TRAINABLE', { path, reason });
  }
  const { planned, trained } = planForms(forms, placed, passed.trained, formed);
  const network = withStillForms(formed, planned);
  const live = dependents(network, new Set(passed.trained.map(({ value }) => value)));
  const kept = new Set([...live].flatMap(measuredTensors(network)));
  const apart = spec.keepZeros || spec.masked === true || options.weightDecay > 0 || options.l1 > 0;
  return {
    network,
    samples,
    batch,
    isBatchFixed: fixed !== undefined,
    output,
    live,
    layout: parameterLayout(trained, apart),
    statistics: measured.filter(({ tensor }) => kept.has(tensor)),
    forms: planned,
    frozen,
    notes: batch === options.batch ? [] : [note('BATCH_FIXED', { path, batch, wanted: options.batch })],
  };
}

const withoutForms: Forms = { key: '', weights: new Map(), values: new Map() };

/** The network with what the forms of weights that are not trained make of them. */
function withStillForms(network: Model, { still }: PlannedForms): Model {
  if (still.size === 0) return network;
  const stored = storedTensors(network.graph);
  const tensors = [...still].flatMap(([value, form]) => {
    const tensor = stored.get(value);
    return tensor ? [[value, stillTensor(tensor, form)] as const] : [];
  });
  return { ...network, graph: replaceTensors(network.graph, new Map(tensors)) };
}

/** The model with its batch left free, where that works, or the number of samples that it is made for. */
async function batchOf(
  model: Model,
  samples: Samples,
  { options, signal }: TrainerSpec,
): Promise<{ readonly whole: Model; readonly fixed: number | undefined }> {
  const fixed = fixedBatch(model, samples);
  if (fixed === undefined || fixed === options.batch) return { whole: model, fixed };
  const free = await withFreeBatch(model, fixed, await onnxRuntime(), signal);
  if (!free || fixedBatch(free, samples) !== undefined) return { whole: model, fixed };
  return { whole: free, fixed: undefined };
}

interface Passing {
  readonly trained: readonly Trainable[];
  /** Why no gradient, or not all of it, reaches a value. */
  readonly blocked: ReadonlyMap<string, string>;
  /** Values that the trained output depends on. */
  readonly used: ReadonlySet<string>;
}

/** Which tensors a gradient reaches whole: none of their ways to the output leads through a node that passes none on. */
function passing(forms: TrainingForms, output: string, trainable: readonly Trainable[]): Passing {
  const { model, shapes } = forms;
  const nodes = nodeOrder(model.graph);
  const build = new GraphBuilder({
    fresh: freshNames(model),
    opset: standardOpset(model),
    type: 'float32',
  });
  const { gradients, refused } = differentiate({
    nodes,
    contextOf: (node) => shapes.context(node)!,
    build,
    seeds: new Map([[output, output]]),
    wanted: new Set(trainable.map(({ value }) => value)),
  });
  const labels = nodeLabels(model.graph);
  const reasons = new Map(
    refused.map(({ node, reason }) => [
      node,
      `no gradient passes ${labels.get(node) ?? node.name} (${forms.refused.get(node) ?? reason})`,
    ]),
  );
  const blocked = new Map<string, string>();
  for (const node of nodes.toReversed()) {
    const reason =
      reasons.get(node) ?? node.outputs.map((name) => blocked.get(name)).find((each) => each !== undefined);
    if (reason === undefined) continue;
    for (const input of node.inputs) if (!blocked.has(input)) blocked.set(input, reason);
  }
  return {
    trained: trainable.filter(({ value }) => gradients.has(value) && !blocked.has(value)),
    blocked,
    used: new Set(nodes.flatMap(({ inputs }) => inputs)),
  };
}

/** The layers that keep some of their weights, each with the reason of the first. */
function frozenLayers(trainable: readonly Trainable[], passed: Passing): readonly FrozenLayer[] {
  const trained = new Set(passed.trained);
  const reasons = new Map<string, string>();
  for (const each of trainable) {
    const { value, layer, role } = each;
    if (trained.has(each) || role === 'constant' || reasons.has(layer)) continue;
    const reason =
      passed.blocked.get(value) ??
      (passed.used.has(value)
        ? 'its weights only choose, and small changes of them change nothing'
        : 'the trained output does not depend on it');
    reasons.set(layer, reason);
  }
  return [...reasons].map(([layer, reason]) => ({ layer, reason }));
}

/** The nodes that depend on the values. */
function dependents({ graph }: Model, values: ReadonlySet<string>): ReadonlySet<Node> {
  const depends = new Set(values);
  const nodes = new Set<Node>();
  for (const node of nodeOrder(graph)) {
    if (!node.inputs.some((input) => depends.has(input))) continue;
    nodes.add(node);
    for (const output of node.outputs) depends.add(output);
  }
  return nodes;
}
