// What each scheme of quantization would do to the weights of a model: measured on the very grids that compression
// plans, with weights rounded to the nearest, and nothing written.
import type {
  LayerSchemeView,
  SchemeFiguresView,
  SchemesView,
  SchemeView,
} from '../../../shared/contracts/schemeViews';
import { errorSums, type ErrorSums } from '../../analysis/errorMeasures';
import { layerBytes } from '../../analysis/layerPairs';
import { bytesOf } from '../../analysis/sizes';
import { roundToGrid } from '../../compression/quantization/grids/onGrid';
import type { WeightGrid } from '../../compression/quantization/grids/weightGrid';
import { planGrids } from '../../compression/quantization/planGrids';
import { quantizeSchema } from '../../compression/quantization/quantizeOptions';
import { parseSteps } from '../../compression/steps';
import { weightsOf, type Weight } from '../../compression/weights';
import { modelFiles, openModel } from '../../formats/openModel';
import type { Model } from '../../ir/graph';
import { isNumeric, numbersWithin } from '../../ir/numbers';
import { pauseFor, type Pause } from '../../ir/pacing';
import { layersOf } from '../../operators/layers';
import { schemes, type Scheme } from './schemes';

export interface CompareSchemesContext {
  readonly signal: AbortSignal;
  /** From 0 to 1, with the layer at hand. */
  readonly progress: (fraction: number, layer?: string) => void;
}

interface WeightedLayer {
  readonly name: string;
  readonly operator: string;
  readonly bytes: number;
  readonly weights: readonly Weight[];
}

/**
 * Every scheme on every layer that has weights. Sizes are those that `estimate` expects; errors are of the weights as
 * they are rounded to the nearest value of their grid. Throws what opening throws, and the signal's reason.
 */
export async function compareSchemes(
  path: string,
  { signal, progress }: CompareSchemesContext,
): Promise<SchemesView> {
  const model = openModel(path);
  const bytes = await bytesOf(modelFiles(model, path));
  const layers = weightedLayers(model);
  const made: SchemeView[] = [];
  for (const [index, scheme] of schemes.entries()) {
    const told = (fraction: number, layer?: string) => progress((index + fraction) / schemes.length, layer);
    made.push(await measure(scheme, { model, bytes, layers }, { signal, progress: told }));
  }
  return {
    path,
    bytes,
    layers: layers.map(({ name, operator, bytes: stored }) => ({ name, operator, bytes: stored })),
    schemes: made,
  };
}

function weightedLayers(model: Model): readonly WeightedLayer[] {
  const all = weightsOf(model);
  return layersOf(model).flatMap((layer) => {
    const weights = all.filter((weight) => weight.layer === layer.label);
    if (weights.length === 0) return [];
    return [{ name: layer.label, operator: layer.node.operator, bytes: layerBytes(layer), weights }];
  });
}

interface Measured {
  readonly model: Model;
  /** Of the file. */
  readonly bytes: number;
  readonly layers: readonly WeightedLayer[];
}

async function measure(
  { id, options }: Scheme,
  { model, bytes, layers }: Measured,
  { signal, progress }: CompareSchemesContext,
): Promise<SchemeView> {
  const pause = pauseFor(signal);
  const [step] = parseSteps([{ quantize: options }]);
  const { plan, notes } = await planGrids(model, quantizeSchema.parse(options), {
    signal,
    progress: (fraction, layer) => progress(fraction / 2, layer),
  });
  const reasons = new Map(
    notes.flatMap(({ values: { tensor, reason } }) =>
      tensor === undefined || reason === undefined ? [] : [[String(tensor), String(reason)]],
    ),
  );
  const all = errorSums();
  let saved = 0;
  const figures: LayerSchemeView[] = [];
  for (const [index, { name, bytes: stored, weights }] of layers.entries()) {
    progress(0.5 + index / layers.length / 2, name);
    const own = errorSums();
    let less = 0;
    let kept: string | undefined;
    for (const weight of weights) {
      const { byteLength, elements } = weight.tensor;
      const share = { model: plan.model, weight, bytes: byteLength, elements, nonZeros: elements };
      less += byteLength - (step?.estimate(share).bytes ?? byteLength);
      const grid = plan.weights.get(weight.tensor);
      if (!grid) kept ??= reasons.get(weight.value);
      await addErrors(weight, grid, [own, all], pause);
    }
    saved += less;
    figures.push({ ...figuresOf(own, stored - less), ...(kept !== undefined && { kept }) });
  }
  return { id, options, model: figuresOf(all, bytes - saved), layers: figures };
}

const chunkElements = 1 << 18;

/** Takes in the errors of a weight; of one without a grid there are none, and integers are no real values. */
async function addErrors(
  { tensor, dequantize }: Weight,
  grid: WeightGrid | undefined,
  sums: readonly ErrorSums[],
  pause: Pause,
): Promise<void> {
  if (!isNumeric(tensor.type) || dequantize) return;
  for (let start = 0; start < tensor.elements; start += chunkElements) {
    await pause();
    const values = numbersWithin(tensor, start, Math.min(chunkElements, tensor.elements - start));
    const rounded = values.slice();
    if (grid) roundToGrid(rounded, start, grid);
    for (const sum of sums) sum.add(values, rounded);
  }
}

function figuresOf(sums: ErrorSums, bytes: number): SchemeFiguresView {
  const { mse, sqnrDb, maxError } = sums.measures();
  return { bytes, mse, sqnrDb, maxError };
}
