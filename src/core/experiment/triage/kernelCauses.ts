// Whether the runtime is guilty: what it computes with its integer kernels is compared with what the graph says.
import { note } from '../../../shared/base/messages';
import { formatPercent } from '../../../shared/base/numbers';
import type { CauseView } from '../../../shared/contracts/triageViews';
import type { Saturation } from '../../compression/quantization/activations/saturation';
import type { Model } from '../../ir/graph';
import { tensorNumbers } from '../../ir/numbers';
import { partGone, type Harm } from './harmMeter';
import { integerWeights } from './quantizers';
import { leastPart } from './weightCauses';

export interface KernelFacts {
  readonly quantized: Model;
  /** As the runtime computes it. */
  readonly asRun: Harm;
  /** As the graph says. */
  readonly asWritten: Harm;
  /** Whether the processor computes products of 8-bit numbers exactly. */
  readonly saturation: Saturation;
}

export function kernelCauses({ quantized, asRun, asWritten, saturation }: KernelFacts): readonly CauseView[] {
  const recovered = partGone(asRun, asWritten);
  if (recovered < leastPart) return [];
  const crowded = saturation === 'saturates' ? crowdedPairs(quantized) : { part: 0, layers: [] };
  const factor = (asRun / Math.max(asWritten, Number.MIN_VALUE)).toPrecision(2);
  if (crowded.part > 0) {
    return [
      {
        kind: 'saturation',
        where: crowded.layers,
        recovered,
        evidence: note('CAUSE_SATURATION', { part: formatPercent(crowded.part, 1), factor }),
        advice: note('ADVICE_REDUCE_RANGE', {}),
      },
    ];
  }
  return [
    {
      kind: 'optimizations',
      where: [],
      recovered,
      evidence: note('CAUSE_OPTIMIZATIONS', { factor }),
      advice: note('ADVICE_OPTIMIZATIONS', {}),
    },
  ];
}

/**
 * Neighbouring 8-bit weights whose products with activations of 255 cannot be added in 16 bits: |255 (w₀ + w₁)| > 2¹⁵,
 * as processors without VNNI add them.
 */
function crowdedPairs(quantized: Model): { readonly part: number; readonly layers: readonly string[] } {
  let pairs = 0;
  let crowded = 0;
  const layers = new Map<string, number>();
  for (const { layer, tensor } of integerWeights(quantized)) {
    if (tensor.type !== 'int8') continue;
    const numbers = tensorNumbers(tensor);
    let own = 0;
    for (let i = 0; i + 1 < numbers.length; i += 2) {
      if (Math.abs(255 * (numbers[i]! + numbers[i + 1]!)) > 2 ** 15) own += 1;
    }
    pairs += numbers.length >> 1;
    crowded += own;
    if (own > 0) layers.set(layer, own);
  }
  const sorted = [...layers].toSorted(([, a], [, b]) => b - a).map(([layer]) => layer);
  return { part: pairs === 0 ? 0 : crowded / pairs, layers: sorted };
}
