// The order in which layers give up bits: by what each bit less of a layer harms for what it saves. Harms of layers are
// taken to add up, as in Dong et al., "HAWQ-V2" (NeurIPS 2020, §3), which ranks choices by a sum over layers as well;
// there the harm is estimated from second derivatives, here it is measured.
import { lowerHull } from '../../lowerHull';

/** What a layer is like at numbers of bits below the highest. */
export interface BitCurve {
  readonly layer: string;
  /** From the most bits to the fewest. */
  readonly points: readonly BitPoint[];
}

export interface BitPoint {
  readonly bits: number;
  /** What the layer takes less than at the highest number of bits, in the budget's own unit. */
  readonly saved: number;
  /** What it harms more than at the highest number of bits. */
  readonly harm: number;
}

/** A layer comes down to a number of bits. */
export interface BitStep {
  readonly layer: string;
  readonly bits: number;
  /** What this step alone saves. */
  readonly saved: number;
}

/**
 * The steps from all layers at the highest number of bits to all at the fewest that still save something, the least
 * harmful for what they save first. Numbers of bits at which a layer is worse than on the line between two others are
 * passed over.
 */
export function bitSteps(curves: readonly BitCurve[]): readonly BitStep[] {
  return curves
    .flatMap(({ layer, points }) =>
      lowerHull(points.map((point) => ({ ...point, amount: point.saved }))).map(({ from, to, slope }) => ({
        layer,
        bits: to.bits,
        saved: to.amount - from.amount,
        slope,
      })),
    )
    .toSorted((a, b) => a.slope - b.slope)
    .map(({ layer, bits, saved }) => ({ layer, bits, saved }));
}

/** The bits of each layer after the first `count` steps down from what they have at first. */
export function bitsAfter(
  first: ReadonlyMap<string, number>,
  steps: readonly BitStep[],
  count: number,
): ReadonlyMap<string, number> {
  const bits = new Map(first);
  for (const step of steps.slice(0, count)) bits.set(step.layer, step.bits);
  return bits;
}
