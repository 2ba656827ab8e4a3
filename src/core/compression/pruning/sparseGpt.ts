// Prunes the weights of one layer and changes those that stay, so that the layer's outputs change least. Frantar,
// Alistarh: SparseGPT: Massive language models can be accurately pruned in one-shot; ICML 2023 (algorithm 1), which
// solves the optimal brain surgeon's problem (Hassibi, Stork; NIPS 1992) for every row column by column.
import type { Pause } from '../../ir/pacing';
import { dampedFactor, squaredError, type LayerProblem } from '../reconstruction/layerProblem';

/** Which weights become zero: those of a mask, or as many as `count` besides those that are zero already. */
export type Choice = { readonly mask: Uint8Array } | { readonly count: number };

/** Columns whose weights are chosen together, after the columns before them are done (§3.3). */
const blockColumns = 128;

/**
 * The changed weights; those that were zero stay zero. The squared error of a row over the inputs, Δw·XᵀX·Δw, is never
 * larger than with its other weights left alone: a row for which the greedy order ends worse is left so. Undefined
 * where `gram` holds numbers that are not finite.
 */
export async function sparseGpt(
  problem: LayerProblem,
  choice: Choice,
  pause: Pause,
): Promise<Float64Array | undefined> {
  const { rows, features, weights } = problem;
  const factor = await dampedFactor(problem, pause);
  if (!factor) return undefined;
  const changed = weights.slice();
  const mask = weights.map((weight) => (weight === 0 ? 1 : 0));
  const quota = 'count' in choice ? columnQuota(problem, choice.count) : undefined;
  for (let begin = 0; begin < features; begin += blockColumns) {
    const end = Math.min(features, begin + blockColumns);
    if ('mask' in choice) copyColumns(choice.mask, mask, problem, begin, end);
    else chooseSmallest({ changed, mask, factor }, problem, begin, end, quota!(begin, end));
    for (let row = 0; row < rows; row++) {
      await pause();
      const first = row * features;
      const values = changed.subarray(first, first + features);
      for (let j = begin; j < end; j++) {
        if (mask[first + j] === 0) continue;
        const line = factor.subarray(j * features, (j + 1) * features);
        const error = values[j]! / line[j]!;
        for (let c = j + 1; c < features; c++) values[c]! -= error * line[c]!;
        values[j] = 0;
      }
    }
  }
  await keepBetterRows(problem, changed, mask, pause);
  return changed;
}

/** How many weights the columns of a block give up: in step with the weights that can be given up until its end. */
function columnQuota(
  { weights, features }: LayerProblem,
  count: number,
): (begin: number, end: number) => number {
  const upTo = new Float64Array(features + 1);
  for (const [i, weight] of weights.entries()) if (weight !== 0) upTo[(i % features) + 1]!++;
  for (let j = 0; j < features; j++) upTo[j + 1]! += upTo[j]!;
  const total = upTo[features]!;
  const due = (column: number): number => (total === 0 ? 0 : Math.round((count * upTo[column]!) / total));
  return (begin, end) => due(end) - due(begin);
}

interface State {
  readonly changed: Float64Array;
  /** 1 for what is or becomes zero. */
  readonly mask: Float64Array;
  readonly factor: Float64Array;
}

/**
 * Marks the weights of a block whose loss costs least, w² / [U]ⱼⱼ² (equation 3 for the columns that are left). Those of
 * inputs that are always zero cost nothing: the damping alone would give them a price.
 */
function chooseSmallest(
  { changed, mask, factor }: State,
  { rows, features, gram }: LayerProblem,
  begin: number,
  end: number,
  count: number,
): void {
  if (count <= 0) return;
  const costs = new Float64Array(rows * (end - begin));
  const places = new Uint32Array(costs.length);
  let found = 0;
  for (let row = 0; row < rows; row++) {
    for (let j = begin; j < end; j++) {
      const place = row * features + j;
      if (mask[place] === 1) continue;
      places[found] = place;
      const isIdle = gram[j * features + j] === 0;
      costs[found++] = isIdle ? 0 : (changed[place]! / factor[j * features + j]!) ** 2;
    }
  }
  const threshold = costs.slice(0, found).toSorted()[count - 1]!;
  let left = count;
  for (let i = 0; i < found; i++) if (costs[i]! < threshold) left -= mark(mask, places[i]!);
  for (let i = 0; i < found && left > 0; i++) if (costs[i] === threshold) left -= mark(mask, places[i]!);
}

function mark(mask: Float64Array, place: number): number {
  mask[place] = 1;
  return 1;
}

function copyColumns(
  from: Uint8Array,
  to: Float64Array,
  { rows, features }: LayerProblem,
  begin: number,
  end: number,
): void {
  for (let row = 0; row < rows; row++) {
    for (let j = begin; j < end; j++) if (from[row * features + j] !== 0) to[row * features + j] = 1;
  }
}

async function keepBetterRows(
  { weights, gram, rows, features }: LayerProblem,
  changed: Float64Array,
  mask: Float64Array,
  pause: Pause,
): Promise<void> {
  for (let row = 0; row < rows; row++) {
    await pause();
    const first = row * features;
    const before = weights.subarray(first, first + features);
    const after = changed.subarray(first, first + features);
    const masked = before.map((weight, j) => (mask[first + j] === 1 ? 0 : weight));
    const error = squaredError(before, after, gram);
    if (!(error <= squaredError(before, masked, gram))) after.set(masked);
  }
}
