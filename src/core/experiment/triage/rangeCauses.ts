// Whether the grids of activations are guilty: values go unrounded, all together, and then on grids that fit the data.
import { note } from '../../../shared/base/messages';
import { formatPercent } from '../../../shared/base/numbers';
import type { CauseView } from '../../../shared/contracts/triageViews';
import {
  affineGrid,
  dequantizeValue,
  type AffineGrid,
} from '../../compression/quantization/grids/affineGrid';
import type { ValueHistogram } from '../../compression/quantization/observers/valueHistogram';
import type { Model } from '../../ir/graph';
import type { HarmMeter } from './harmMeter';
import type { ValueQuantizer } from './quantizers';
import { withGrids, withoutRounding } from './variants';
import { leastPart } from './weightCauses';

/** How a grid fits the values that it rounds. */
export interface GridFit {
  readonly quantizer: ValueQuantizer;
  /** What the grid reaches. */
  readonly low: number;
  readonly high: number;
  readonly values: ValueHistogram;
  /** Part of the values that lie outside of it. */
  readonly clipped: number;
  /** Part of its width that values use. */
  readonly used: number;
}

export interface RangeTask {
  readonly quantized: Model;
  readonly quantizers: readonly ValueQuantizer[];
  /** What the values are before they are rounded, where nothing else is rounded either. */
  readonly histograms: ReadonlyMap<string, ValueHistogram>;
  /** Values that are the samples themselves, or these in another layout. */
  readonly isInput: (value: string) => boolean;
  readonly meter: HarmMeter;
}

/** So many grids are tried one by one; of more, those that fit worst. */
const mostTried = 24;

export async function rangeCauses(task: RangeTask): Promise<readonly CauseView[]> {
  const { quantized, quantizers, meter } = task;
  if (quantizers.length === 0) return [];
  const recovered = await meter.recoveredBy(withoutRounding(quantized, quantizers));
  if (recovered < leastPart) return [];
  const fits = gridFits(task);
  const fitted = new Map(fits.map((fit) => [fit.quantizer, fittedGrid(fit)]));
  const better = await meter.recoveredBy(withGrids(quantized, fitted));
  if (better < recovered / 2) return [tooFewLevels(recovered, await guiltyOf(task, fits, unrounded))];
  const guilty = await guiltyOf(task, fits, (model, fit) =>
    withGrids(model, new Map([[fit.quantizer, fitted.get(fit.quantizer)!]])),
  );
  const input = fits.find((fit) => task.isInput(fit.quantizer.value) && isOfOtherSamples(fit));
  return [input ? otherSamples(better, input) : misfit(better, guilty)];
}

function unrounded(model: Model, { quantizer }: GridFit): Model {
  return withoutRounding(model, [quantizer]);
}

function gridFits({ quantizers, histograms }: RangeTask): GridFit[] {
  return quantizers.flatMap((quantizer) => {
    const values = histograms.get(quantizer.value);
    if (!values || values.count === 0) return [];
    const { grid } = quantizer;
    const low = dequantizeValue(grid.lowest, grid);
    const high = dequantizeValue(grid.highest, grid);
    const shared = Math.max(0, Math.min(high, values.max) - Math.max(low, values.min));
    return [
      {
        quantizer,
        low,
        high,
        values,
        clipped: partOutside(values, low - grid.scale / 2, high + grid.scale / 2),
        used: high > low ? shared / (high - low) : 0,
      },
    ];
  });
}

/** Bins that lie outside as a whole. */
function partOutside({ width, first, counts, count }: ValueHistogram, low: number, high: number): number {
  let outside = 0;
  for (const [bin, many] of counts.entries()) {
    const start = (first + bin) * width;
    if (start + width <= low || start >= high) outside += many;
  }
  return outside / count;
}

/** The grid of as many levels from the smallest to the largest value. */
function fittedGrid({ quantizer: { grid }, values }: GridFit): AffineGrid {
  const symmetric = grid.lowest < 0 && grid.zeroPoint === 0;
  return affineGrid(values, symmetric ? 'symmetric' : 'asymmetric', grid);
}

/** The fits by what is gone when they alone are changed, those that matter. */
async function guiltyOf(
  { quantized, meter }: RangeTask,
  fits: readonly GridFit[],
  changed: (model: Model, fit: GridFit) => Model,
): Promise<readonly GridFit[]> {
  const tried = fits.toSorted((a, b) => badness(b) - badness(a)).slice(0, mostTried);
  const parts: { readonly fit: GridFit; readonly part: number }[] = [];
  for (const fit of tried) parts.push({ fit, part: await meter.recoveredBy(changed(quantized, fit)) });
  const sorted = parts.toSorted((a, b) => b.part - a.part);
  const most = sorted[0]?.part ?? 0;
  return sorted.filter(({ part }, i) => i === 0 || part >= most / 3).map(({ fit }) => fit);
}

/** What is cut off, and what is not used; cutting off is the worse of the two. */
function badness({ clipped, used }: GridFit): number {
  return 4 * clipped + (1 - used);
}

/** A grid for samples of quite another range. */
function isOfOtherSamples({ low, high, values, clipped, used }: GridFit): boolean {
  const width = values.max - values.min;
  return clipped > 0.2 || used < 1 / 3 || high - low < width / 3;
}

function otherSamples(recovered: number, { quantizer, low, high, values }: GridFit): CauseView {
  return {
    kind: 'preparation',
    where: [quantizer.value],
    recovered,
    evidence: note('CAUSE_INPUT_RANGE', {
      value: quantizer.value,
      low: shown(low),
      high: shown(high),
      dataLow: shown(values.min),
      dataHigh: shown(values.max),
    }),
    advice: note('ADVICE_CALIBRATE_ALIKE', {}),
  };
}

function misfit(recovered: number, guilty: readonly GridFit[]): CauseView {
  const [worst] = guilty;
  const facts = {
    value: worst?.quantizer.value ?? '',
    low: shown(worst?.low ?? 0),
    high: shown(worst?.high ?? 0),
    dataLow: shown(worst?.values.min ?? 0),
    dataHigh: shown(worst?.values.max ?? 0),
    part: formatPercent(recovered, 0),
  };
  return {
    kind: 'ranges',
    where: guilty.map(({ quantizer }) => quantizer.value),
    recovered,
    evidence: note('CAUSE_RANGES', facts),
    advice: note('ADVICE_RANGES', {}),
  };
}

function tooFewLevels(recovered: number, guilty: readonly GridFit[]): CauseView {
  const values = guilty.map(({ quantizer }) => quantizer.value);
  return {
    kind: 'activation-bits',
    where: values,
    recovered,
    evidence: note('CAUSE_ACTIVATION_BITS', { value: values[0] ?? '', part: formatPercent(recovered, 0) }),
    advice: note('ADVICE_ACTIVATION_BITS', {}),
  };
}

function shown(value: number): string {
  return String(Number(value.toPrecision(3)));
}
