// The weight of a layer rounded by GPTQ: each group of outputs has inputs of its own, and so a problem of its own.
import { tensorNumbers } from '../../../ir/numbers';
import { pauseFor } from '../../../ir/pacing';
import { inputGram } from '../../reconstruction/layerByLayer';
import { placesOfGroup } from '../../reconstruction/layerProblem';
import { elementGrids, nearestOn } from './elementGrids';
import { gptq } from './gptq';
import type { RoundWeight } from './roundWeight';

/** The part of the progress that running the samples makes; the rest is rounding. */
const measuringPart = 0.5;

/** Its outputs should be those of the given weight for the inputs that it gets now. */
export const roundByGptq: RoundWeight = async ({ weight, grid, current }, options) => {
  const inputs = await inputGram(current, weight, options, (fraction) =>
    options.progress(measuringPart * fraction),
  );
  if (typeof inputs === 'string') return inputs;
  const { matrix, groups } = inputs;
  const given = tensorNumbers(weight.tensor);
  const gridOf = elementGrids(grid, given.length);
  const values = Float64Array.from(given);
  const sums = { signal: 0, errorOfNearest: 0, error: 0 };
  const pause = pauseFor(options.signal);
  const rows = matrix.outputs / matrix.groups;
  for (const [group, gram] of groups.entries()) {
    const places = placesOfGroup(matrix, group);
    const weights = Float64Array.from(places, (place) => given[place]!);
    const problem = { weights, rows, features: matrix.features, gram };
    const rounded = await gptq(problem, (i, value) => nearestOn(gridOf(places[i]!), value), pause);
    if (!rounded) return 'its inputs are not all finite numbers';
    for (const [i, value] of rounded.values.entries()) values[places[i]!] = value;
    sums.signal += rounded.signal;
    sums.errorOfNearest += rounded.errorOfNearest;
    sums.error += rounded.error;
    options.progress(measuringPart + ((1 - measuringPart) * (group + 1)) / groups.length);
  }
  return { values, ...sums };
};
