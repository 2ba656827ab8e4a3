// How much harm a point stands for, and where on the colours that is: in the middle what does no harm, at the end the
// worst of all.
import type { SensitivityFigures, SensitivityMeasure } from '../../src/shared/base/sensitivityFigures';
import type { SensitivityReportView } from '../../src/shared/contracts/sensitivityViews';

/** Where a figure belongs on the colours, from 0 (better than before) over 0.5 (as before) to 1 (the worst). */
export type HarmScale = (point: SensitivityFigures) => number;

/** A change of accuracy that is smaller than this has never the colour at an end. */
const leastChange = 0.02;

/**
 * Accuracy counts as it falls; divergences and losses, which grow by orders of magnitude, by their square root. What is
 * no finite number is the worst.
 */
export function harmScale(report: SensitivityReportView, measure: SensitivityMeasure): HarmScale {
  const { baseline, layers } = report;
  const before = measure === 'accuracy' || measure === 'loss' ? (baseline[measure] ?? 0) : 0;
  const sign = measure === 'accuracy' ? -1 : 1;
  const harmOf = (point: SensitivityFigures): number | undefined => {
    const value = point[measure];
    return typeof value === 'number' ? sign * (value - before) : undefined;
  };
  const harms = layers.flatMap(({ points }) => points.flatMap((point) => harmOf(point) ?? []));
  const top = Math.max(measure === 'accuracy' ? leastChange : Number.MIN_VALUE, ...harms.map(Math.abs));
  return (point) => {
    const harm = harmOf(point);
    if (harm === undefined) return 1;
    const part = Math.min(1, Math.abs(harm) / top);
    return 0.5 + (Math.sign(harm) * (measure === 'accuracy' ? part : Math.sqrt(part))) / 2;
  };
}
