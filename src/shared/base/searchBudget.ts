// What a network may cost at most: the budget of a search, as a person writes it (`macs<=2M`) and as it is shown.
import { formatBytes, formatCount, formatInteger, formatValue } from './numbers';

export const budgetMeasures = ['parameters', 'macs', 'bytes', 'latency'] as const;

/**
 * Trained numbers and constants; multiply-accumulates of one sample; bytes of the written file; milliseconds that one
 * sample takes in ONNX Runtime on this machine.
 */
export type BudgetMeasure = (typeof budgetMeasures)[number];

export interface Budget {
  readonly measure: BudgetMeasure;
  /** The most that is allowed, itself included. */
  readonly limit: number;
}

/** What a network costs, for one sample. */
export interface Costs {
  readonly parameters: number;
  readonly macs: number;
  /** Of the written file. */
  readonly bytes: number;
  /** Median in ONNX Runtime on the machine of the search; only where the budget is one of latency. */
  readonly latencyMs?: number;
}

const thousands = { '': 1, k: 1e3, K: 1e3, M: 1e6, G: 1e9 };

/** What a unit multiplies its number with; that of latency is the millisecond. */
const units: Readonly<Record<BudgetMeasure, Readonly<Record<string, number>>>> = {
  parameters: thousands,
  macs: thousands,
  bytes: { '': 1, B: 1, kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 },
  latency: { ms: 1, us: 1e-3, µs: 1e-3, μs: 1e-3, s: 1e3 },
};

/** Why a text is no budget, as data: the one who shows it makes the sentence. */
export type BudgetProblem = 'form' | 'measure' | 'number' | 'unit';

/** Reads `measure<=number unit`, like `parameters<=50k`, `bytes <= 200 kB` or `latency<=2ms`. Counts are rounded down. */
export function parseBudget(text: string): Budget | { readonly problem: BudgetProblem } {
  const [, name, amount, unit] =
    /^\s*(\w+)\s*(?:<=|≤)\s*([^\sa-zA-Zµμ]+)\s*([a-zA-Zµμ]*)\s*$/.exec(text) ?? [];
  if (name === undefined || amount === undefined) return { problem: 'form' };
  const measure = budgetMeasures.find((candidate) => candidate === name.toLowerCase());
  if (!measure) return { problem: 'measure' };
  const number = Number(amount);
  if (!(number > 0 && Number.isFinite(number))) return { problem: 'number' };
  const known = units[measure];
  const factor = Object.hasOwn(known, unit ?? '') ? known[unit ?? ''] : undefined;
  if (factor === undefined) return { problem: 'unit' };
  // Decimal fractions are not exact in binary: 1.001k is 1001 all the same.
  const limit = Number((number * factor).toPrecision(12));
  if (measure === 'latency') return { measure, limit };
  return limit < 1 ? { problem: 'number' } : { measure, limit: Math.floor(limit) };
}

/** Units that a budget of this measure is written with, like "ms, us, s". */
export function budgetUnits(measure: BudgetMeasure): string {
  return Object.keys(units[measure])
    .filter((unit) => unit !== '' && !['K', 'KB', 'µs', 'μs'].includes(unit))
    .join(', ');
}

/** A budget as it is shown: macs ≤ 2M. */
export function budgetText({ measure, limit }: Budget): string {
  return `${measure} ≤ ${costText(measure, limit)}`;
}

/** The cost that a budget is one of. */
export function costOf({ measure }: Pick<Budget, 'measure'>, costs: Costs): number {
  return measure === 'latency' ? (costs.latencyMs ?? Infinity) : costs[measure];
}

/** A cost as it is shown: 1.93M, 52,312, 212 kB, 1.52 ms. */
export function costText(measure: BudgetMeasure, cost: number): string {
  if (measure === 'latency') return `${formatValue(cost)} ms`;
  if (measure === 'bytes') return formatBytes(cost);
  return cost < 1e6 ? formatInteger(cost) : formatCount(cost);
}
