// The weight of a layer rounded by AdaRound: its outputs, after its activation function, should be those of the given
// model on the given model's own inputs ("asymmetric", equation 25), whatever the layers before it have lost.
import { inputRows, type InputRows } from '../../../analysis/inputRows';
import type { WeightMatrix } from '../../../analysis/weightProducts';
import { tensorNumbers, type Numbers } from '../../../ir/numbers';
import { Tensor } from '../../../ir/tensor';
import { seedOf } from '../../../../shared/base/random';
import type { UniformGrid } from '../grids/weightGrid';
import { quantizeValue, dequantizeValue } from '../grids/affineGrid';
import { adaround } from './adaround';
import { elementGrids, nearestOn } from './elementGrids';
import { layerOutputs } from './layerRows';
import { layerTail, type LayerTail } from './layerTail';
import type { LayerShape } from './roundingGraph';
import type { RoundWeight } from './roundWeight';
import type { RoundingProblem } from './trainRoundings';

/** Weights that are trained at once: the training holds about ten arrays of so many numbers. */
const mostElements = 2 ** 22;

export const roundByAdaRound: RoundWeight = async (task, options) => {
  const { weight, grid, original, current } = task;
  const { signal, progress } = options;
  const asGiven = await inputRows(original, weight.tensor, options);
  if (typeof asGiven === 'string') return asGiven;
  const asRounded = await inputRows(current, weight.tensor, options);
  if (typeof asRounded === 'string') return asRounded;
  const { matrix, uses } = asGiven;
  const tail = layerTail(original, uses, matrix);
  const given = tensorNumbers(weight.tensor);
  const values = Float64Array.from(given);
  const sums = { signal: 0, errorOfNearest: 0, error: 0 };
  const parts = outputParts(matrix);
  for (const [index, part] of parts.entries()) {
    const problem = await problemOf(part, { matrix, tail, given, grid, asGiven, asRounded }, signal);
    const rounded = await adaround(problem, {
      seed: seedOf(options.seed, index),
      signal,
      progress: (fraction) => progress((index + fraction) / parts.length),
    });
    if (!rounded) return 'its outputs are not all finite numbers';
    for (const [i, value] of rounded.values.entries()) values[part.places[i]!] = value;
    sums.signal += rounded.signal;
    sums.errorOfNearest += rounded.errorOfNearest;
    sums.error += rounded.error;
  }
  return { values, ...sums };
};

/** As many outputs of a layer as are trained at once. */
interface OutputPart {
  readonly shape: LayerShape;
  /** The first of its outputs, where they are not all. */
  readonly first: number;
  /** Where its weights [groups, features, outputs] are in the stored tensor. */
  readonly places: Uint32Array;
}

/** Outputs do not depend on each other, so that a large layer is trained in parts. */
function outputParts(matrix: WeightMatrix): readonly OutputPart[] {
  const { groups, features, outputs } = matrix;
  const perGroup = outputs / groups;
  const atOnce = groups > 1 ? perGroup : Math.max(1, Math.floor(mostElements / features));
  const parts: OutputPart[] = [];
  for (let first = 0; first < perGroup; first += atOnce) {
    const shape = { groups, features, outputs: Math.min(atOnce, perGroup - first) };
    parts.push({ shape, first, places: placesOf(matrix, shape, first) });
  }
  return parts;
}

function placesOf(
  matrix: WeightMatrix,
  { groups, features, outputs }: LayerShape,
  first: number,
): Uint32Array {
  const perGroup = matrix.outputs / groups;
  const places = new Uint32Array(groups * features * outputs);
  let at = 0;
  for (let group = 0; group < groups; group++) {
    for (let j = 0; j < features; j++) {
      for (let o = 0; o < outputs; o++) {
        const output = group * perGroup + first + o;
        places[at++] = output * matrix.outputStride + j * matrix.featureStride;
      }
    }
  }
  return places;
}

interface Layer {
  readonly matrix: WeightMatrix;
  readonly tail: LayerTail;
  readonly given: Numbers;
  readonly grid: UniformGrid;
  readonly asGiven: InputRows;
  readonly asRounded: InputRows;
}

async function problemOf(
  { shape, first, places }: OutputPart,
  { tail: whole, given: stored, grid, asGiven, asRounded }: Layer,
  signal: AbortSignal,
): Promise<RoundingProblem> {
  const gridOf = elementGrids(grid, stored.length);
  const given = Float32Array.from(places, (place) => stored[place]!);
  const lower = new Float32Array(given.length);
  const upper = new Float32Array(given.length);
  const nearest = new Float32Array(given.length);
  for (const [i, place] of places.entries()) {
    const weight = given[i]!;
    // Zeros of pruned weights stay.
    if (weight === 0) continue;
    const own = gridOf(place);
    const below = quantizeValue(weight, own);
    nearest[i] = nearestOn(own, weight);
    const isBelow = dequantizeValue(below, own) <= weight;
    const low = isBelow ? below : Math.max(own.lowest, below - 1);
    lower[i] = dequantizeValue(low, own);
    const high = isBelow ? Math.min(own.highest, below + 1) : below;
    upper[i] = dequantizeValue(high, own);
  }
  const tail = shape.groups > 1 ? whole : partOf(whole, first, shape.outputs);
  const targets = await layerOutputs({ shape, tail, inputs: asGiven, weights: given }, signal);
  return { shape, tail, inputs: asRounded, targets, weights: { given, lower, upper, nearest } };
}

/** The tail of some of the outputs. */
function partOf(tail: LayerTail, first: number, outputs: number): LayerTail {
  const { bias, constants } = tail;
  return {
    ...tail,
    bias: bias?.subarray(first, first + outputs),
    constants: constants.map(({ tensor, isPerOutput }) => {
      if (!isPerOutput) return { tensor, isPerOutput };
      const bytes = tensor.bytes(4 * first, 4 * outputs);
      return { tensor: Tensor.fromBytes(tensor.name, 'float32', [outputs], bytes), isPerOutput };
    }),
  };
}
