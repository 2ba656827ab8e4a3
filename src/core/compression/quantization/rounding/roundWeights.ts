// Better rounding: the weights of a plan become values on their grids that keep the outputs of their layers, layer by
// layer from the input on, each for what comes into it when the layers before it are rounded already. Rounding each
// weight to the nearest value keeps the weights, and not what is computed with them.
import { formatPercent } from '../../../../shared/base/numbers';
import { note, type Note } from '../../../../shared/base/messages';
import { encodeNumbers } from '../../../ir/numbers';
import { Tensor } from '../../../ir/tensor';
import { layerByLayer, type LayerWalk } from '../../reconstruction/layerByLayer';
import { replaceWeights } from '../../weights';
import { onGrid } from '../grids/onGrid';
import type { WeightGrid } from '../grids/weightGrid';
import type { QuantizationPlan } from '../quantizationPlan';
import { roundByAdaRound } from './roundByAdaRound';
import { roundByGptq } from './roundByGptq';
import type { RoundingErrors, RoundWeight } from './roundWeight';

export const roundingMethods = { adaround: roundByAdaRound, gptq: roundByGptq } satisfies Readonly<
  Record<string, RoundWeight>
>;

export interface Rounding extends LayerWalk {
  readonly method: keyof typeof roundingMethods;
  /** Of what is drawn. */
  readonly seed: number;
}

/**
 * The plan with every weight of a uniform grid on its grid; rounding those to nearest changes nothing any more. Layers
 * whose inputs cannot be measured are rounded to nearest, with a note. Throws DATA_INVALID and RUNTIME_REFUSED, and the
 * reason of an aborted signal.
 */
export async function roundWeights(
  plan: QuantizationPlan,
  options: Rounding,
): Promise<{ readonly plan: QuantizationPlan; readonly notes: readonly Note[] }> {
  const { model, weights } = plan;
  const round: RoundWeight = roundingMethods[options.method];
  const notes: Note[] = [];
  const tensors = new Set(weights.keys());
  const changed = await layerByLayer(model, tensors, options.progress, async (weight, current, progress) => {
    const { layer, tensor } = weight;
    const grid = weights.get(tensor)!;
    // The layers after it are rounded for its errors, too.
    if (grid.kind !== 'uniform') return onGrid(tensor, grid);
    const rounded = await round({ weight, grid, original: model, current }, { ...options, progress });
    if (typeof rounded === 'string') {
      notes.push(note('ROUNDED_TO_NEAREST', { layer, reason: rounded }));
      return onGrid(tensor, grid);
    }
    notes.push(note('LAYER_ROUNDED', { layer, ...relativeErrors(rounded) }));
    const bytes = encodeNumbers(tensor.type, rounded.values);
    return Tensor.fromBytes(tensor.name, tensor.type, tensor.shape, bytes);
  });
  const rounded = new Map([...changed].filter(([tensor]) => weights.get(tensor)!.kind === 'uniform'));
  const grids = new Map(
    [...weights].map(([tensor, grid]): [Tensor, WeightGrid] => [rounded.get(tensor) ?? tensor, grid]),
  );
  return { plan: { ...plan, model: replaceWeights(model, rounded), weights: grids }, notes };
}

/** Relative errors of outputs, √(Σ (y − ỹ)² / Σ y²). */
function relativeErrors({ signal, errorOfNearest, error }: RoundingErrors) {
  const relative = (sum: number): string => formatPercent(signal > 0 ? Math.sqrt(sum / signal) : 0, 2);
  return { before: relative(errorOfNearest), after: relative(error) };
}
