// What a compressed file would weigh, from shapes and types alone: fast enough for a figure that follows every choice.
import type { EstimateView, StepsView } from '../../shared/contracts/viewModels';
import { bytesOf } from '../analysis/sizes';
import type { WeightShare } from '../compression/step';
import { parseSteps } from '../compression/steps';
import { weightsOf } from '../compression/weights';
import { modelFiles, openModel } from '../formats/openModel';
import { layersOf } from '../operators/layers';

export interface EstimateParams {
  readonly path: string;
  readonly steps: StepsView;
}

/**
 * The expected size of the written file, within 2.5 % of what is then written for the files that this is tested on, and
 * 5 % where their data is in files of its own.
 * Weights are not read: `nonZerosAfter` takes none for zero that no step makes zero, and where channels or heads go the
 * figures are those of the model with all of them, as upper bounds. Throws STEP_INVALID and what opening throws.
 */
export async function estimateCompression(
  { path, steps }: EstimateParams,
  signal: AbortSignal,
): Promise<EstimateView> {
  const parsed = parseSteps(steps);
  const model = openModel(path);
  const bytesBefore = await bytesOf(modelFiles(model, path));
  signal.throwIfAborted();
  let bytesAfter = parsed.reduce((sum, step) => sum + step.estimateOthers(model), bytesBefore);
  let zeros = 0;
  let added = 0;
  let atMost = false;
  for (const weight of weightsOf(model)) {
    const { elements, byteLength } = weight.tensor;
    const stored: WeightShare = { model, weight, bytes: byteLength, elements, nonZeros: elements };
    const share = parsed.reduce((current, step) => step.estimate(current), stored);
    bytesAfter += share.bytes - byteLength;
    zeros += share.elements - share.nonZeros;
    added += share.elements - elements;
    atMost ||= share.atMost === true;
  }
  const parameters = layersOf(model).reduce(
    (sum, { tensors }) => sum + tensors.reduce((inLayer, tensor) => inLayer + tensor.parameters, 0),
    0,
  );
  const parametersAfter = parameters + added;
  return {
    bytesBefore,
    bytesAfter,
    parameters,
    parametersAfter,
    nonZerosAfter: parametersAfter - zeros,
    ...(atMost && { atMost }),
  };
}
