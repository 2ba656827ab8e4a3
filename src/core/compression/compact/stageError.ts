// How near a chain of stages comes to the layer that it replaces.
import type { Pause } from '../../ir/pacing';
import { shuffledPlace } from './balancedStages';
import { product, stacked } from './matrices';
import type { Stage, WeightBlock } from './stage';

/**
 * ‖W − Ŵ‖ / ‖W‖ in Frobenius norms, with Ŵ what the stages multiply with together. With `moments` Σ x xᵀ of what the
 * layer gets, the same of its outputs: the root of Σ ‖Wx − Ŵx‖² / Σ ‖Wx‖². 0 where there is nothing to come near to.
 */
export async function stageError(
  { outputs, channels, positions, values }: WeightBlock,
  stages: readonly Stage[],
  pause: Pause,
  moments?: Float64Array,
): Promise<number> {
  const features = channels * positions;
  const composed = stacked(await composedRows(stages, channels, positions, pause));
  const rest = values.map((value, i) => value - composed[i]!);
  const size = { m: outputs, k: features, n: features };
  const square = async (rows: Float64Array): Promise<number> => {
    const seen = moments ? await product(rows, moments, size, pause) : rows;
    return rows.reduce((sum, value, i) => sum + value * seen[i]!, 0);
  };
  const total = await square(values);
  return total > 0 ? Math.sqrt(Math.max(0, await square(rest)) / total) : 0;
}

/** What each output of the last stage multiplies the channels and positions of the layer with. */
export async function composedRows(
  stages: readonly Stage[],
  channels: number,
  positions: number,
  pause: Pause,
): Promise<readonly Float64Array[]> {
  const size = channels * positions;
  // Undefined stands for the input itself, of which every channel is one row.
  let rows: readonly Float64Array[] | undefined;
  let hasSlid = false;
  for (const stage of stages) {
    const perGroup = stage.channels / stage.groups;
    const perGroupOutputs = stage.outputs / stage.groups;
    const next: Float64Array[] = [];
    for (let o = 0; o < stage.outputs; o++) {
      await pause();
      const row = new Float64Array(size);
      const first = Math.floor(o / perGroupOutputs) * perGroup;
      for (let c = 0; c < perGroup; c++) {
        for (let k = 0; k < stage.positions; k++) {
          const factor = stage.weights[(o * perGroup + c) * stage.positions + k]!;
          if (factor === 0) continue;
          const source = rows?.[first + c];
          if (!source) row[(first + c) * positions + k]! += factor;
          else if (stage.slides && !hasSlid) addSlid(row, source, factor, k, positions);
          else for (let i = 0; i < size; i++) row[i]! += factor * source[i]!;
        }
      }
      next.push(row);
    }
    hasSlid ||= stage.slides;
    rows = shuffledRows(next, stage);
  }
  return rows ?? [];
}

/** A row that has not slid yet has its channels' numbers at position 0. */
function addSlid(
  row: Float64Array,
  source: Float64Array,
  factor: number,
  k: number,
  positions: number,
): void {
  for (let i = 0; i < row.length; i += positions) row[i + k]! += factor * source[i]!;
}

function shuffledRows(rows: readonly Float64Array[], stage: Stage): readonly Float64Array[] {
  const turned: Float64Array[] = [];
  for (const [i, row] of rows.entries()) turned[shuffledPlace(stage, i)] = row;
  return turned;
}
