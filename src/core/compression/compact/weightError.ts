// How near a chain of stages comes to the layer that it replaces.
import type { Pause } from '../../ir/pacing';
import type { Stage, WeightBlock } from './stage';

/** ‖W − Ŵ‖ / ‖W‖ in Frobenius norms, with Ŵ what the stages multiply with together; 0 where W is all zeros. */
export async function weightError(
  { outputs, channels, positions, values }: WeightBlock,
  stages: readonly Stage[],
  pause: Pause,
): Promise<number> {
  const size = channels * positions;
  const composed = await composedRows(stages, channels, positions, pause);
  let squares = 0;
  let total = 0;
  for (let o = 0; o < outputs; o++) {
    await pause();
    const row = composed[o]!;
    for (let i = 0; i < size; i++) {
      const value = values[o * size + i]!;
      total += value * value;
      squares += (value - row[i]!) ** 2;
    }
  }
  return total === 0 ? 0 : Math.sqrt(squares / total);
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
    rows = stage.shuffles === undefined ? next : shuffledRows(next, stage.shuffles);
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

function shuffledRows(rows: readonly Float64Array[], groups: number): readonly Float64Array[] {
  const size = rows.length / groups;
  const turned: Float64Array[] = [];
  for (const [i, row] of rows.entries()) turned[(i % size) * groups + Math.floor(i / size)] = row;
  return turned;
}
