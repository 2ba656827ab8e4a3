// Trains a network step by step: what the training loop, the benchmarks and the diagnosis work with.
import type { LossKind } from '../../shared/contracts/viewModels';
import type { ScoreKind } from '../analysis/classScores';
import type { Batch, DataSet, Targets } from '../data/dataSet';
import type { Model } from '../ir/graph';
import type { Note } from '../../shared/base/messages';
import { CounterweightError } from '../../shared/base/errors';
import { onnxRuntime } from '../runtime/onnxRuntime';
import type { Forms, TrainedForm } from './forms';
import { optimizerOf } from './optimizers';
import type { PlannedForms } from './plannedForms';
import { runningModel } from './runningModel';
import { stepGraph, type MaskUse } from './stepGraph';
import { sessionCache } from './sessionCache';
import { stepSession } from './stepSession';
import { learnedNumbers, ownNumbers, trainedModel, type Learned } from './trainedModel';
import { trainingPlan, type FrozenLayer } from './trainingPlan';
import { initialVectors, layerNotFinite, namedVectors } from './vectors';
import type { TrainOptions } from './trainOptions';
import { maskForms, weightMasks, type WeightMasks } from './weightMasks';

/** The options of a run that decide what one step computes. */
export type StepOptions = Pick<
  TrainOptions,
  | 'batch'
  | 'optimizer'
  | 'momentum'
  | 'nesterov'
  | 'weightDecay'
  | 'l1'
  | 'clipNorm'
  | 'dropout'
  | 'loss'
  | 'labelSmoothing'
>;

export interface TrainerSpec {
  readonly model: Model;
  /** Of the model's file, for messages. */
  readonly path: string;
  /** What a sample consists of; `dataInputs` tells how it feeds the model. */
  readonly inputs: DataSet['inputs'];
  readonly targets: Targets;
  /** Name of the data, for messages. */
  readonly data?: string;
  readonly options: StepOptions;
  /** Stored weights that are zero now stay zero. */
  readonly keepZeros: boolean;
  /** Weights have masks that can be changed, in place of zeros that stay. Not beside forms of weights. */
  readonly masked?: true;
  /** What the network runs with in place of weights and values. */
  readonly forms?: Forms;
  readonly signal: AbortSignal;
}

export interface StepResult {
  /** Mean over the samples, before the step; plain, without smoothing and penalties, as `evaluate` measures it. */
  readonly loss: number;
  /** Norm of the gradient over all trained weights, before it is clipped. */
  readonly gradientNorm: number;
}

/** Everything that a checkpoint needs. */
export interface TrainerState {
  /** Steps done. */
  readonly steps: number;
  /** Weights, state of the optimizer, running statistics and masks by name. */
  readonly vectors: Readonly<Record<string, Float32Array>>;
}

export interface Trainer {
  readonly loss: LossKind;
  /** What the outputs of the model's file are; for `evaluate`. */
  readonly scores: ScoreKind;
  /** Most samples in one step: `options.batch`, or the model's own batch where that is fixed in its graph. */
  readonly batch: number;
  /** Elements that are trained. */
  readonly parameters: number;
  /** Layers with weights that are not trained. */
  readonly frozen: readonly FrozenLayer[];
  /** What is worth knowing about how the model is trained. */
  readonly notes: readonly Note[];
  /** One step of the optimizer on up to `batch` samples. `seed` draws the dropout masks. Throws DATA_INVALID. */
  step(batch: Batch, options: { readonly learningRate: number; readonly seed: number }): Promise<StepResult>;
  /** A copy of the present state. */
  state(): TrainerState;
  /** Goes back to a state, bit by bit: what follows is what would have followed. */
  restore(state: TrainerState): void;
  /** The weights' masks; undefined where there are none. */
  readonly masks?: WeightMasks;
  /** The given model with the present (or the given state's) weights and statistics, weights as their forms make them. */
  model(state?: TrainerState): Model;
  /** What computes as the network does that is trained: the present model with the forms of its values. */
  running(): Model;
  /** The present own numbers of a form; undefined where it has no part in the trained network. */
  ownNumbers(form: TrainedForm): Readonly<Record<string, Float32Array>> | undefined;
  /** The layer with the first weight that is not finite, if there is one. */
  notFinite(): string | undefined;
  dispose(): Promise<void>;
}

/**
 * Makes a model trainable: its weights become inputs of a graph that computes one step. Throws NOT_TRAINABLE where
 * nothing can be trained, DATA_INVALID where the samples do not fit, RUNTIME_REFUSED.
 */
export async function createTrainer(spec: TrainerSpec): Promise<Trainer> {
  const { options, targets, signal } = spec;
  const plan = await trainingPlan(spec);
  const optimizer = optimizerOf(options);
  const runtime = await onnxRuntime();
  let [now, next] = [initialVectors(plan, optimizer.slots), initialVectors(plan, optimizer.slots)];
  const mask = maskUse(spec);
  const keep = mask === 'none' ? undefined : now.parameters.map((value) => Number(value !== 0));
  const masks = mask === 'weights' && keep ? weightMasks(plan, keep, () => now.parameters) : undefined;
  const vectors = (): Record<string, Float32Array> => ({
    ...namedVectors(now),
    ...(masks && keep && { masks: keep }),
  });
  const formsOf = (kept: Float32Array | undefined): PlannedForms =>
    mask === 'weights' && kept ? { ...plan.forms, weights: maskForms(plan, kept) } : plan.forms;
  const learnedOf = (state?: TrainerState): Learned => ({
    parameters: state?.vectors['parameters'] ?? now.parameters,
    statistics: state?.vectors['statistics'] ?? now.statistics,
    forms: formsOf(state?.vectors['masks'] ?? keep),
  });
  const sessions = sessionCache(async (batch) => {
    const forms = formsOf(keep);
    const graph = await stepGraph({ plan, batch, targets, options, optimizer, mask, forms, signal });
    return stepSession(graph, plan, runtime, keep);
  });
  await sessions.of(plan.batch);

  let steps = 0;
  return {
    loss: plan.output.loss,
    scores: plan.output.scores,
    batch: plan.batch,
    parameters: plan.layout.elements,
    frozen: plan.frozen,
    notes: plan.notes,
    step: async (batch, { learningRate, seed }) => {
      signal.throwIfAborted();
      if (batch.count > plan.batch) throw new Error(`${batch.count} samples in a step of ${plan.batch}`);
      checkLabels(batch, spec);
      const session = await sessions.of(plan.isBatchFixed ? plan.batch : batch.count);
      const scalars = optimizer.scalars(learningRate, steps + 1);
      const result = await session.run({ batch, scalars, seed }, now, next);
      [now, next] = [next, now];
      steps++;
      return result;
    },
    state: () => {
      const copies = Object.entries(vectors()).map(([name, vector]) => [name, vector.slice()] as const);
      return { steps, vectors: Object.fromEntries(copies) };
    },
    restore: (state) => {
      for (const [name, vector] of Object.entries(vectors())) {
        const kept = state.vectors[name];
        if (kept?.length !== vector.length) throw new Error(`The state is of another run: ${name}`);
        vector.set(kept);
      }
      ({ steps } = state);
    },
    ...(masks && { masks }),
    model: (state) => trainedModel(spec.model, plan, learnedOf(state)),
    running: () => runningModel(spec.model, spec.path, plan, learnedOf()),
    ownNumbers: (form) =>
      plan.forms.own.has(form)
        ? ownNumbers(plan.forms, form, learnedNumbers(plan, now.parameters))
        : undefined,
    notFinite: () => layerNotFinite(plan, now),
    dispose: () => sessions.dispose(),
  };
}

function maskUse({ keepZeros, masked }: TrainerSpec): MaskUse {
  if (masked) return 'weights';
  return keepZeros ? 'gradients' : 'none';
}

function checkLabels({ labels }: Batch, { targets, data, path }: TrainerSpec): void {
  if (targets.kind !== 'classes' || !labels) return;
  for (const label of labels) {
    if (label >= 0 && label < targets.count) continue;
    const problem = `a sample has label ${label}, but there are ${targets.count} classes, from 0 on`;
    throw new CounterweightError('DATA_INVALID', { data: data ?? path, problem });
  }
}
