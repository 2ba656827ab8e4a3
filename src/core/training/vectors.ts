// The vectors of a run: all trained tensors one after the other, what the optimizer keeps of each, running statistics.
import { tensorNumbers } from '../ir/numbers';
import type { Trainable } from './trainables';
import type { TrainingPlan } from './trainingPlan';

/** Everything that changes from step to step. */
export interface Vectors {
  readonly parameters: Float32Array;
  /** Of the optimizer by its names, each as long as the parameters. */
  readonly slots: Readonly<Record<string, Float32Array>>;
  readonly statistics: Float32Array;
}

/** What the model holds, and zeros for the optimizer. */
export function initialVectors(plan: TrainingPlan, slots: readonly string[]): Vectors {
  const { elements, parameters } = plan.layout;
  return {
    parameters: joined(parameters),
    slots: Object.fromEntries(slots.map((name) => [name, new Float32Array(elements)])),
    statistics: joined(plan.statistics),
  };
}

function joined(parts: readonly Trainable[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, { tensor }) => sum + tensor.elements, 0));
  let start = 0;
  for (const { tensor } of parts) {
    whole.set(tensorNumbers(tensor), start);
    start += tensor.elements;
  }
  return whole;
}

/** The arrays themselves by the names that checkpoints know them by. */
export function namedVectors({ parameters, slots, statistics }: Vectors): Record<string, Float32Array> {
  return { parameters, statistics, ...slots };
}

/** The layer of the first parameter or statistic that is not finite. */
export function layerNotFinite(plan: TrainingPlan, { parameters, statistics }: Vectors): string | undefined {
  return firstNotFinite(plan.layout.parameters, parameters) ?? firstNotFinite(plan.statistics, statistics);
}

function firstNotFinite(parts: readonly Trainable[], vector: Float32Array): string | undefined {
  let start = 0;
  for (const { tensor, layer } of parts) {
    const end = start + tensor.elements;
    for (let i = start; i < end; i++) if (!Number.isFinite(vector[i])) return layer;
    start = end;
  }
  return undefined;
}
