// Least squares of the last stage on what the layer gets: the outputs of the chain come as near to those of the layer as
// the stages before the last allow.
import { solveSymmetric } from '../../analysis/solveSymmetric';
import type { Pause } from '../../ir/pacing';
import { product, productOfRows, stacked, transposed } from './matrices';
import { composedRows } from './stageError';
import type { Stage, WeightBlock } from './stage';

/** Of the mean square of what the last stage gets: with it the solution exists and does not follow noise. */
const damping = 1e-4;

/**
 * With Z = F x what the last stage gets of an input x, its weights P are those of least Σ ‖W x − P Z‖²:
 * P (F M Fᵀ + λ I) = W M Fᵀ for the moments M = Σ x xᵀ, group by group. The stages as they were where that has no solution.
 */
export async function fitLastStage(
  { outputs, channels, positions, values }: WeightBlock,
  stages: readonly Stage[],
  moments: Float64Array,
  pause: Pause,
): Promise<readonly Stage[]> {
  const last = stages.at(-1)!;
  if (stages.length < 2 || last.positions !== 1) return stages;
  const features = channels * positions;
  const made = await composedRows(stages.slice(0, -1), channels, positions, pause);
  const [perGroup, rows] = [last.channels / last.groups, outputs / last.groups];
  const weights = last.weights.slice();
  for (let group = 0; group < last.groups; group++) {
    const f = stacked(made.slice(group * perGroup, (group + 1) * perGroup));
    const wanted = values.subarray(group * rows * features, (group + 1) * rows * features);
    const seen = await product(f, moments, { m: perGroup, k: features, n: features }, pause);
    const gram = await productOfRows(seen, f, { m: perGroup, k: features, n: perGroup }, pause);
    const right = await productOfRows(seen, wanted, { m: perGroup, k: features, n: rows }, pause);
    const mean = gram.reduce((sum, value, i) => sum + (i % (perGroup + 1) === 0 ? value : 0), 0) / perGroup;
    for (let i = 0; i < perGroup; i++) gram[i * (perGroup + 1)]! += damping * mean;
    const solution = solveSymmetric(gram, perGroup, right, rows);
    if (!solution) return stages;
    weights.set(transposed(solution, perGroup, rows), group * rows * perGroup);
  }
  return [...stages.slice(0, -1), { ...last, weights }];
}
