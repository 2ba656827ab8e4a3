// The figures of a measured sensitivity, as every table and chart of it shows them.
import { formatPercent, formatShortPercent, formatValue } from './numbers';

/** What a point of a layer may hold. */
export interface SensitivityFigures {
  readonly accuracy?: number | null;
  readonly loss?: number | null;
  readonly kl?: number | null;
  readonly mse?: number | null;
}

export type SensitivityMeasure = keyof SensitivityFigures;

const measures: readonly SensitivityMeasure[] = ['accuracy', 'kl', 'loss', 'mse'];

/** The measures that some point has, what says most first. A change of the outputs is told only where nothing else is. */
export function sensitivityMeasures(points: readonly SensitivityFigures[]): readonly SensitivityMeasure[] {
  const known = measures.filter((measure) => points.some((point) => typeof point[measure] === 'number'));
  return known.length > 1 ? known.filter((measure) => measure !== 'mse') : known;
}

/** A figure as text; what is no finite number is a cross. */
export function sensitivityText(measure: SensitivityMeasure, value: number | null | undefined): string {
  if (value === null || value === undefined) return '×';
  return measure === 'accuracy' ? formatPercent(value) : formatValue(value);
}

/** A setting as text: a part of the weights or of the channels, or the type that a weight gets. */
export function settingText(step: 'prune' | 'quantize', setting: number): string {
  return step === 'prune' ? formatShortPercent(setting, 2) : `int${setting}`;
}
