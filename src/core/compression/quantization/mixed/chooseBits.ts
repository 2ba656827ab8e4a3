// Mixed precision: how many bits each layer gets under a budget. Each layer alone is brought to each number of bits and
// the outputs are measured on training samples; then layers give up bits in the order of least harm until the budget is
// met. A budget of accuracy is checked with all layers together, on validation samples; test samples choose nothing.
import { CounterweightError } from '../../../../shared/base/errors';
import { note, type Note } from '../../../../shared/base/messages';
import { formatPercent } from '../../../../shared/base/numbers';
import { predictionDistance, variantMeter } from '../../../analysis/variantMeter';
import type { DataSplits } from '../../../data/dataSet';
import type { Model } from '../../../ir/graph';
import { replaceWeights } from '../../weights';
import { onGrid } from '../grids/onGrid';
import type { WeightGrids } from '../grids/weightGrid';
import { bitsAfter, bitSteps, type BitStep } from './bitSteps';

/** What is to be kept. */
export type BitBudget =
  /** Mean over the weights. */
  | { readonly kind: 'averageBits'; readonly most: number }
  /** Size of the written file by that of the given one. */
  | { readonly kind: 'ratio'; readonly most: number }
  /** What the accuracy on validation samples may fall, as a fraction. */
  | { readonly kind: 'accuracyDrop'; readonly most: number };

/** A layer at each of the candidates, from the most bits to the fewest. */
export interface BitLayer {
  readonly layer: string;
  /** Elements of its weights. */
  readonly elements: number;
  readonly choices: readonly BitChoice[];
}

export interface BitChoice {
  readonly bits: number;
  readonly grids: WeightGrids;
  /** About what the weights take in the file. */
  readonly bytes: number;
}

export interface BitsTask {
  readonly model: Model;
  readonly layers: readonly BitLayer[];
  readonly budget: BitBudget;
  /** At most as many training and as many validation samples. */
  readonly samples: number;
  readonly data: Pick<DataSplits, 'train' | 'validation'>;
  /** The ratio of the file with these grids to the given one. */
  readonly ratioOf: (grids: WeightGrids) => number;
  readonly signal: AbortSignal;
  /** From 0 to 1, with the layer at hand. */
  readonly progress: (fraction: number, layer?: string) => void;
}

export interface ChosenBits {
  /** By layer. */
  readonly bits: ReadonlyMap<string, number>;
  readonly notes: readonly Note[];
}

/** Part of the time that measuring layers one by one takes. */
const measuringPart = 0.9;

/**
 * Throws DATA_INVALID, STEP_INVALID where a budget of accuracy has no classes to judge by, RUNTIME_REFUSED and the
 * signal's reason.
 */
export async function chooseBits(task: BitsTask): Promise<ChosenBits> {
  const { layers, budget } = task;
  const steps = bitSteps(await curvesOf(task));
  const bitsAt = (count: number): ReadonlyMap<string, number> => bitsAfter(highestBits(layers), steps, count);
  const gridsAt = (count: number): WeightGrids => gridsWith(layers, bitsAt(count));
  const { count, missed } = await reach(task, steps, gridsAt);
  const bits = bitsAt(count);
  const told = [...bits].map(([layer, own]) => `${layer} ${own}`).join(', ');
  return {
    bits,
    notes: [
      note('BITS_CHOSEN', { layers: told }),
      ...(missed === undefined
        ? []
        : [note('BIT_BUDGET_MISSED', { budget: budgetText(budget), reached: missed })]),
    ],
  };
}

function highestBits(layers: readonly BitLayer[]): ReadonlyMap<string, number> {
  return new Map(layers.map(({ layer, choices }) => [layer, choices[0]!.bits]));
}

/** The grids of all layers with so many bits each. */
function gridsWith(layers: readonly BitLayer[], bits: ReadonlyMap<string, number>): WeightGrids {
  return new Map(
    layers.flatMap(({ layer, choices }) => [
      ...choices.find((choice) => choice.bits === bits.get(layer))!.grids,
    ]),
  );
}

async function curvesOf({ model, layers, budget, samples, data, signal, progress }: BitsTask) {
  const meter = await variantMeter(model, data.train, { limit: samples, signal });
  try {
    const curves = [];
    const choices = layers.reduce((sum, each) => sum + each.choices.length, 0);
    let done = 0;
    for (const { layer, elements, choices: own } of layers) {
      const points = [];
      const harms = [];
      for (const { bits, grids, bytes } of own) {
        harms.push(predictionDistance(await meter.measure(rounded(model, grids))));
        const saved =
          budget.kind === 'averageBits' ? (own[0]!.bits - bits) * elements : own[0]!.bytes - bytes;
        points.push({ bits, saved, harm: harms.at(-1)! - harms[0]! });
        progress((measuringPart * ++done) / choices, layer);
      }
      curves.push({ layer, points: points.slice(1) });
    }
    return curves;
  } finally {
    await meter.dispose();
  }
}

function rounded(model: Model, grids: WeightGrids): Model {
  return replaceWeights(model, new Map([...grids].map(([tensor, grid]) => [tensor, onGrid(tensor, grid)])));
}

interface Reached {
  /** Steps that are taken. */
  readonly count: number;
  /** What there is in place of the budget, in words, where it cannot be met. */
  readonly missed?: string;
}

async function reach(
  task: BitsTask,
  steps: readonly BitStep[],
  gridsAt: (count: number) => WeightGrids,
): Promise<Reached> {
  const { budget, layers } = task;
  if (budget.kind === 'accuracyDrop') return reachAccuracy(task, budget.most, steps, gridsAt);
  const measureAt = (count: number): number =>
    budget.kind === 'ratio' ? task.ratioOf(gridsAt(count)) : averageBits(layers, steps, count);
  // The smallest number of steps that is enough.
  let [low, high] = [0, steps.length];
  while (low < high) {
    task.signal.throwIfAborted();
    const middle = (low + high) >> 1;
    if (measureAt(middle) <= budget.most) high = middle;
    else low = middle + 1;
  }
  const least = measureAt(low);
  return least <= budget.most ? { count: low } : { count: low, missed: measureText(budget, least) };
}

function averageBits(layers: readonly BitLayer[], steps: readonly BitStep[], count: number): number {
  const bits = bitsAfter(highestBits(layers), steps, count);
  const elements = layers.reduce((sum, each) => sum + each.elements, 0);
  return layers.reduce((sum, each) => sum + bits.get(each.layer)! * each.elements, 0) / elements;
}

/** The most steps after which the accuracy is still what it is to be, taken to fall with every step. */
async function reachAccuracy(
  { model, data, samples, signal, progress }: BitsTask,
  drop: number,
  steps: readonly BitStep[],
  gridsAt: (count: number) => WeightGrids,
): Promise<Reached> {
  const meter = await variantMeter(model, data.validation, { limit: samples, signal });
  try {
    const before = meter.baseline.accuracy;
    if (before === undefined) {
      throw new CounterweightError('STEP_INVALID', {
        step: 'quantize',
        problem: 'budget.accuracyDrop needs data with classes; give budget.averageBits or budget.ratio',
      });
    }
    const dropAt = async (count: number): Promise<number> =>
      before - ((await meter.measure(rounded(model, gridsAt(count)))).accuracy ?? 0);
    let [low, high] = [0, steps.length];
    const rounds = Math.ceil(Math.log2(steps.length + 1)) + 1;
    for (let round = 1; low < high; round++) {
      const middle = (low + high + 1) >> 1;
      if ((await dropAt(middle)) <= drop) low = middle;
      else high = middle - 1;
      progress(measuringPart + ((1 - measuringPart) * round) / rounds);
    }
    if (low > 0) return { count: low };
    const least = await dropAt(0);
    return least <= drop ? { count: 0 } : { count: 0, missed: formatPercent(least, 2) };
  } finally {
    await meter.dispose();
  }
}

function budgetText(budget: BitBudget): string {
  return `${budget.kind} ${budget.most}`;
}

function measureText({ kind }: BitBudget, value: number): string {
  return kind === 'averageBits' ? value.toFixed(2) : formatPercent(value, 1);
}
