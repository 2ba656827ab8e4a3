// Applies recipe steps to a model as a job does, for tests.
import type { StepResult } from '../../src/core/compression/step';
import { applySteps, parseSteps } from '../../src/core/compression/steps';
import type { Model } from '../../src/core/ir/graph';
import type { StepsView } from '../../src/shared/contracts/viewModels';

export function compress(model: Model, steps: StepsView): Promise<StepResult> {
  return applySteps(model, parseSteps(steps), {
    path: 'model.onnx',
    signal: new AbortController().signal,
    progress: () => undefined,
  });
}
