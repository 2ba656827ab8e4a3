// Applies recipe steps to a model as a job does, for tests.
import {
  applySteps,
  parseSteps,
  type StepsContext,
  type StepsResult,
} from '../../src/core/compression/steps';
import type { Model } from '../../src/core/ir/graph';
import type { StepsView } from '../../src/shared/contracts/viewModels';

/** The context of a run without data, which nobody cancels or pauses. */
export function stepsContext(more: Partial<StepsContext> = {}): StepsContext {
  return {
    path: 'model.onnx',
    signal: new AbortController().signal,
    progress: () => undefined,
    seed: 1,
    curves: () => undefined,
    gate: () => Promise.resolve(),
    ...more,
  };
}

export function compress(model: Model, steps: StepsView): Promise<StepsResult> {
  return applySteps(model, parseSteps(steps), stepsContext());
}
