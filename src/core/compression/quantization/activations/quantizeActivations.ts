// Static quantization of activations: values between layers get grids whose ranges were observed on samples, so that
// products, sums and pools between them are computed with integers (Jacob et al., CVPR 2018, §2 and §3).
import { CounterweightError } from '../../../../shared/base/errors';
import { note, type Note } from '../../../../shared/base/messages';
import type { StepContext } from '../../step';
import { affineGrid, signedLevels, unsignedLevels, type AffineGrid, type Range } from '../grids/affineGrid';
import { observers } from '../observers/observers';
import type { ValueHistogram } from '../observers/valueHistogram';
import type { QuantizationPlan } from '../quantizationPlan';
import { integerObstacle } from '../storage/prepareOpset';
import type { ActivationOptions } from './activationOptions';
import { defaultCalibrationSamples, defaultPercentile } from './activationOptions';
import { calibrate } from './calibrate';
import { quantizedValues, type QuantizedValues, type RealLayer } from './quantizedValues';

export interface QuantizedActivations {
  readonly plan: QuantizationPlan;
  readonly notes: readonly Note[];
}

/**
 * The plan with grids for the values that become integers. Ranges are those of training samples. Throws
 * CALIBRATION_NEEDS_DATA where there are none and random inputs were not asked for, and what running throws.
 */
export async function quantizeActivations(
  plan: QuantizationPlan,
  options: ActivationOptions,
  { data, signal, progress }: Pick<StepContext, 'data' | 'signal' | 'progress'>,
): Promise<QuantizedActivations> {
  const { scheme, observer, random = false, samples = defaultCalibrationSamples } = options;
  if (!data && !random) throw new CounterweightError('CALIBRATION_NEEDS_DATA', {});
  const reason = integerObstacle(plan.model, options.bits);
  if (reason !== undefined) return { plan, notes: [note('ACTIVATIONS_STAY_REAL', { reason })] };
  const foldsLimits = scheme === 'asymmetric';
  const everything = quantizedValues(plan.model, plan.weights, { isUsable: () => true, foldsLimits });
  if (everything.own.length === 0) return { plan, notes: realNotes(everything.real) };
  const seen = await calibrate(plan.model, everything.own, random || !data ? 'random' : data.train, {
    samples,
    signal,
    progress,
  });
  const values = quantizedValues(plan.model, plan.weights, {
    isUsable: (value) => !isMeasured(value, everything) || isFinite(seen.histograms.get(value)),
    foldsLimits,
  });
  const activations = activationGrids(values, seen.histograms, options);
  const told = { samples: seen.samples, count: activations.size, observer };
  return {
    plan: { ...plan, activations },
    notes: [note(random ? 'CALIBRATED_AT_RANDOM' : 'CALIBRATED', told), ...realNotes(values.real)],
  };
}

/** What was not asked for is judged by the value whose elements it has. */
function isMeasured(value: string, { own, passed }: QuantizedValues): boolean {
  return own.includes(value) && !passed.has(value);
}

function isFinite(histogram: ValueHistogram | undefined): boolean {
  return histogram !== undefined && histogram.count > 0 && histogram.notFinite === 0;
}

/** The grid of each value, by the observed ranges; values that share a grid have the same object. */
function activationGrids(
  { own, passed, joins }: QuantizedValues,
  histograms: ReadonlyMap<string, ValueHistogram>,
  { bits, scheme, observer, percentile = defaultPercentile }: ActivationOptions,
): ReadonlyMap<string, AffineGrid> {
  const levels = scheme === 'symmetric' ? signedLevels(bits, scheme) : unsignedLevels(bits);
  const rangeOf = (value: string): Range =>
    observers[observer].range(histograms.get(value)!, { scheme, levels, percentile });
  const grids = new Map(own.map((value) => [value, affineGrid(rangeOf(value), scheme, levels)]));
  // The last first, for what was joined may be joined again.
  for (const { output, inputs } of joins.toReversed()) {
    const grid = grids.get(output)!;
    for (const { value, isLimited } of inputs) {
      if (isLimited && grid.zeroPoint !== grids.get(value)!.zeroPoint) continue;
      grids.set(value, grid);
    }
  }
  const source = (value: string): string => {
    let at = value;
    for (let from = passed.get(at); from !== undefined; from = passed.get(at)) at = from;
    return at;
  };
  return new Map([
    ...grids,
    ...[...passed.keys()].map((value) => [value, grids.get(source(value))!] as const),
  ]);
}

const mostNamed = 5;

/** One note for each reason. */
function realNotes(real: readonly RealLayer[]): readonly Note[] {
  const byReason = new Map<string, string[]>();
  for (const { layer, reason } of real) byReason.set(reason, [...(byReason.get(reason) ?? []), layer]);
  return [...byReason].map(([reason, layers]) => {
    const named = layers.slice(0, mostNamed).join(', ');
    const more = layers.length > mostNamed ? ` and ${layers.length - mostNamed} more` : '';
    return note('LAYERS_STAY_REAL', { layers: `${named}${more}`, reason });
  });
}
