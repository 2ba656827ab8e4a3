// The graph of one training step for one batch size: the network, its loss, the gradients of both, and the update of
// the weights by the optimizer. Whatever changes from step to step is an input or an output of it.
import { nodeOrder } from '../analysis/nodeOrder';
import type { Placement } from '../analysis/dataInputs';
import type { Targets } from '../data/dataSet';
import { freshNames } from '../ir/freshNames';
import type { Model, ValueInfo } from '../ir/graph';
import { GraphBuilder } from '../ir/graphBuilder';
import { constantTensor, storedTensors } from '../ir/traversal';
import type { RuntimeTensor } from '../runtime/runtime';
import type { ElementType } from '../ir/elementType';
import { knownShape } from '../operators/dimensions';
import { expressions } from '../operators/expressions';
import { standardOpset } from '../operators/opsets/standardOpset';
import { scopeOf } from '../operators/scope';
import { pathFinder } from '../operators/storedPaths';
import { modelOfBatch } from './batchModel';
import { differentiate } from './differentiate';
import { lossGraph } from './lossGraph';
import { forgottenPart } from './masking';
import type { Optimizer, Updated } from './optimizers';
import type { ParameterGroup } from './parameters';
import type { PlannedForms } from './plannedForms';
import type { StepOptions } from './trainer';
import { trainingForms, type RandomMask } from './trainingForms';
import type { TrainingPlan } from './trainingPlan';
import { writeForms } from './writtenForms';

export interface StepTask {
  readonly plan: TrainingPlan;
  readonly batch: number;
  readonly targets: Targets;
  readonly options: StepOptions;
  readonly optimizer: Optimizer;
  readonly mask: MaskUse;
  /** What the network runs with in place of weights and values: those of the plan, or masks. */
  readonly forms: PlannedForms;
  readonly signal: AbortSignal;
}

/**
 * What is multiplied with the fed masks of weights: nothing; gradients, so that zeros stay zero; or the weights that the
 * network runs with (by their forms), while those behind the masks are trained.
 */
export type MaskUse = 'none' | 'gradients' | 'weights';

/** A graph with the names of its inputs and outputs; trained tensors and statistics are inputs under their own names. */
export interface StepGraph {
  readonly model: Model;
  /** Rows of its inputs. */
  readonly batch: number;
  readonly placement: Placement;
  /** Class indices, int64 [batch], or values, float32 [batch, elements]. */
  readonly target: string;
  /** What each sample counts, float32 [batch, 1]. */
  readonly sampleWeights: string;
  readonly masks: readonly RandomMask[];
  /** Of the optimizer, each without dimensions. */
  readonly scalars: ReadonlyMap<string, string>;
  readonly groups: readonly GroupNames[];
  /** Inputs of trained tensors that are not fed under their own names. */
  readonly inputs: ReadonlyMap<string, string>;
  /** What else is fed, whatever the step, by the names of inputs. */
  readonly fed: ReadonlyMap<string, RuntimeTensor>;
  /** All running statistics after the step, one after the other; undefined where there are none. */
  readonly statistics: string | undefined;
  readonly loss: string;
  readonly gradientNorm: string;
}

/** Names of a group's vectors. */
export interface GroupNames {
  readonly group: ParameterGroup;
  readonly parameters: string;
  readonly slots: Readonly<Record<string, string>>;
  /** 1 for elements that count, 0 for those that count as zero. */
  readonly keep: string | undefined;
  readonly updated: Updated;
}

export async function stepGraph(task: StepTask): Promise<StepGraph> {
  const { plan, batch, signal } = task;
  const sized = modelOfBatch(plan.network, plan.samples, batch);
  const forms = await trainingForms(sized.model, { signal, applies: (node) => plan.live.has(node) });
  const build = new GraphBuilder({
    fresh: freshNames(forms.model),
    opset: standardOpset(forms.model),
    type: 'float32',
  });
  const inputs: ValueInfo[] = [];
  const input = (wanted: string, type: ElementType, shape: readonly number[]): string => {
    const name = build.name(wanted);
    inputs.push({ name, type, shape });
    return name;
  };

  const { elements } = plan.output;
  const target =
    task.targets.kind === 'classes'
      ? input('labels', 'int64', [batch])
      : input('targets', 'float32', [batch, elements]);
  const sampleWeights = input('sample_weights', 'float32', [batch, 1]);
  const { loss, gradient } = lossGraph({
    build,
    kind: plan.output.loss,
    scores: plan.output.head ? 'logits' : plan.output.scores,
    output: build.reshape(plan.output.name, [batch, elements]),
    elements,
    targets: task.targets,
    target,
    sampleWeights,
    labelSmoothing: task.options.labelSmoothing,
  });
  const { graph } = forms.model;
  const outputShape = knownShape(forms.shapes.shape(graph, plan.output.name));
  const stored = storedTensors(graph);
  const written = writeForms(
    {
      forms: task.forms,
      build,
      input: (wanted, { type, shape }) => input(wanted, type, shape),
      shapeOf: (value) => stored.get(value)?.shape ?? knownShape(forms.shapes.shape(graph, value)) ?? [],
    },
    nodeOrder(graph),
  );
  const inputOf = (value: string): string => written.inputs.get(value) ?? value;
  const { gradients } = differentiate({
    nodes: written.bridged,
    bridges: written.bridges,
    contextOf: (node) => forms.shapes.context(node)!,
    build,
    seeds: new Map([[plan.output.name, build.reshape(gradient, outputShape ?? [batch, elements])]]),
    wanted: new Set(plan.layout.parameters.map(({ value }) => inputOf(value))),
  });
  const scalars = new Map<string, string>();
  const gradientOf = (value: string): string | undefined => gradients.get(inputOf(value));
  const { groups, gradientNorm } = updates(task, { build, input, gradientOf, scalars });
  const statistics = updatedStatistics(plan, forms.stateUpdates, build);

  const fed = new Map(
    [...plan.layout.parameters, ...plan.statistics].map(({ value, tensor }) => [value, tensor]),
  );
  const isReplaced = (name: string): boolean => fed.has(name) || task.forms.weights.has(name);
  const outputs = [
    loss,
    gradientNorm,
    ...groups.flatMap(({ updated }) => [updated.parameters, ...Object.values(updated.slots)]),
    ...(statistics === undefined ? [] : [statistics]),
  ];
  return {
    model: {
      ...forms.model,
      graph: {
        ...graph,
        nodes: [
          ...written.nodes.filter((node) => !(constantTensor(node) && isReplaced(node.outputs[0] ?? ''))),
          ...build.nodes,
        ],
        inputs: [
          ...graph.inputs,
          ...[...fed]
            .filter(([name]) => !written.inputs.has(name))
            .map(([name, { shape }]): ValueInfo => ({ name, type: 'float32', shape })),
          ...inputs,
        ],
        outputs: outputs.map((name) => ({ name, type: 'float32' })),
        initializers: [...graph.initializers.filter(({ name }) => !isReplaced(name)), ...build.tensors],
      },
    },
    batch,
    placement: sized.placement,
    target,
    sampleWeights,
    masks: forms.masks,
    scalars,
    groups,
    inputs: written.inputs,
    fed: written.fed,
    statistics,
    loss,
    gradientNorm,
  };
}

interface Writing {
  readonly build: GraphBuilder;
  readonly input: (wanted: string, type: ElementType, shape: readonly number[]) => string;
  /** The gradient by a trained tensor; undefined where there is none. */
  readonly gradientOf: (value: string) => string | undefined;
  /** Scalars of the optimizer that are fed, by its own names. */
  readonly scalars: Map<string, string>;
}

/** The groups' new vectors, and the norm of the gradient over all of them. */
function updates(
  task: StepTask,
  writing: Writing,
): { readonly groups: readonly GroupNames[]; readonly gradientNorm: string } {
  const { plan, options, optimizer, mask } = task;
  const { build, input, scalars } = writing;
  const e = expressions(build);
  const vectors = plan.layout.groups.map((group) => {
    const parameters = input('parameters', 'float32', [group.elements]);
    const keep = group.weights && mask !== 'none' ? input('keep', 'float32', [group.elements]) : undefined;
    let gradient = flatGradient(group, writing);
    // Of l1·Σ|w|, which is part of the loss.
    if (group.weights && options.l1 > 0)
      gradient = e.add(gradient, e.multiply(e.apply('Sign', parameters), options.l1));
    if (keep !== undefined && mask === 'gradients') gradient = e.multiply(gradient, keep);
    return { group, parameters, keep, gradient };
  });
  const squares = vectors.map(({ gradient }) =>
    build.reduce('ReduceSumSquare', gradient, [0], { keep: false }),
  );
  const gradientNorm = e.apply('Sqrt', squares.length === 1 ? squares[0]! : build.node('Sum', squares));
  const clipping =
    options.clipNorm === undefined
      ? undefined
      : build.node('Min', [e.divide(options.clipNorm, e.add(gradientNorm, smallestNorm)), build.scalar(1)]);
  const scalar = (name: string): string => {
    const known = scalars.get(name) ?? input(name, 'float32', []);
    scalars.set(name, known);
    return known;
  };
  const groups = vectors.map(({ group, parameters, keep, gradient }): GroupNames => {
    const slots = Object.fromEntries(
      optimizer.slots.map((name) => [name, input(name, 'float32', [group.elements])]),
    );
    const clipped = clipping === undefined ? gradient : e.multiply(gradient, clipping);
    const updated = optimizer.update({ build, parameters, gradient: clipped, slots, scalar }, group.weights);
    if (keep === undefined || mask === 'gradients') return { group, parameters, slots, keep, updated };
    const remembered = e.add(e.multiply(keep, forgottenPart), 1 - forgottenPart);
    const fading = { ...updated, parameters: e.multiply(updated.parameters, remembered) };
    return { group, parameters, slots, keep, updated: fading };
  });
  return { groups, gradientNorm };
}

/** Keeps the division defined, as in PyTorch's clip_grad_norm_. */
const smallestNorm = 1e-6;

/** The gradients of a group's members one after the other. */
function flatGradient(group: ParameterGroup, { build, gradientOf }: Writing): string {
  const e = expressions(build);
  const parts = group.members.map(({ value, elements }) => {
    const gradient = gradientOf(value);
    // A member may have none in a batch of another size than the plan's.
    return gradient === undefined ? e.zeros([elements]) : build.reshape(gradient, [elements]);
  });
  return parts.length === 1 ? parts[0]! : build.node('Concat', parts, { axis: 0 });
}

/** Statistics that several nodes share follow the mean of what each would make of them. */
function updatedStatistics(
  plan: TrainingPlan,
  updated: readonly { readonly value: string; readonly updated: string }[],
  build: GraphBuilder,
): string | undefined {
  if (plan.statistics.length === 0) return undefined;
  const find = pathFinder();
  const scope = scopeOf(plan.network.graph);
  const parts = plan.statistics.map(({ value, tensor }) => {
    const own = updated.filter((each) => find(scope, each.value)[0]?.tensor === tensor);
    const names = own.map((each) => each.updated);
    const mean = names.length > 1 ? build.node('Mean', names) : (names[0] ?? value);
    return build.reshape(mean, [tensor.elements]);
  });
  return build.node('Concat', parts, { axis: 0 });
}
