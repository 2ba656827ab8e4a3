// What a quantized model loses, and what of it is gone when something is changed.
import { predictionDistance, type VariantMeter } from '../../analysis/variantMeter';
import type { Model } from '../../ir/graph';
import type { SessionOptions } from '../../runtime/runtime';

/** A distance of outputs from the original's: KL divergence in nats, or the mean squared error; larger is worse. */
export type Harm = number;

export interface HarmMeter {
  /** Harm of the quantized model, computed as its graph says. */
  readonly whole: Harm;
  /** The part of it that is gone with a variant, at most 1; negative where the variant is worse. */
  recoveredBy(variant: Model): Promise<number>;
}

/** Sessions that compute what the graph says: no nodes are joined to others that round otherwise. */
const asWritten: SessionOptions = { optimize: 'none' };

export async function harmMeter(meter: VariantMeter, quantized: Model): Promise<HarmMeter> {
  const whole = predictionDistance(await meter.measure(quantized, asWritten));
  return {
    whole,
    recoveredBy: async (variant) =>
      partGone(whole, predictionDistance(await meter.measure(variant, asWritten))),
  };
}

/** 1 − after / before; 0 where there was nothing. */
export function partGone(before: Harm, after: Harm): number {
  return before > 0 ? 1 - after / before : 0;
}
