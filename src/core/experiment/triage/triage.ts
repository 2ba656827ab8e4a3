// Names what makes a quantized model worse than its original, by taking one suspect after the other away and measuring
// how much of the harm goes with it: the runtime's kernels, rounded weights, rounded activations and their ranges, and
// the preparation of the samples.
import { note, type Note } from '../../../shared/base/messages';
import type { CauseView } from '../../../shared/contracts/triageViews';
import {
  predictionDistance,
  variantMeter,
  type VariantMeasures,
  type VariantMeter,
} from '../../analysis/variantMeter';
import { calibrate } from '../../compression/quantization/activations/calibrate';
import type { Saturation } from '../../compression/quantization/activations/saturation';
import type { DataSet } from '../../data/dataSet';
import type { Model } from '../../ir/graph';
import { pauseFor } from '../../ir/pacing';
import { harmMeter } from './harmMeter';
import { kernelCauses } from './kernelCauses';
import { preparationCauses } from './preparation';
import { integerWeights, valueQuantizers } from './quantizers';
import { rangeCauses } from './rangeCauses';
import { withoutRounding, withWeights } from './variants';
import { originalWeights, weightCauses, type OriginalWeights } from './weightCauses';

export interface TriageTask {
  /** The model before quantization. */
  readonly original: Model;
  readonly quantized: Model;
  /** Samples to measure on; where they have classes, the preparation of them is tried too. */
  readonly data: DataSet;
  /** At most as many samples, spread evenly over the data. */
  readonly samples: number;
  /** Whether the processor computes products of 8-bit numbers exactly. */
  readonly saturation: Saturation;
  readonly signal: AbortSignal;
  /** From 0 to 1. */
  readonly progress: (fraction: number) => void;
}

export interface Triage {
  readonly baseline: VariantMeter['baseline'];
  readonly after: VariantMeasures;
  /** The guiltiest first. */
  readonly causes: readonly CauseView[];
  readonly notes: readonly Note[];
}

/** What is closer than this is the same, in nats or in the unit of the outputs squared. */
const negligible = 1e-7;

/** Throws DATA_INVALID, RUNTIME_REFUSED and the signal's reason. */
export async function triage(task: TriageTask): Promise<Triage> {
  const { original, quantized, data, samples: limit, signal, progress } = task;
  const pause = pauseFor(signal);
  const meter = await variantMeter(original, data, { limit, signal });
  try {
    const { baseline } = meter;
    const after = await meter.measure(quantized);
    const prepared =
      baseline.accuracy === undefined
        ? []
        : await preparationCauses({ original, data, samples: limit, accuracy: baseline.accuracy, signal });
    progress(0.2);
    const asRun = predictionDistance(after);
    if (asRun <= negligible) {
      return {
        baseline,
        after,
        causes: prepared,
        notes: prepared.length > 0 ? [] : [note('TRIAGE_NOTHING_LOST', {})],
      };
    }
    const written = await harmMeter(meter, quantized);
    const kernels = kernelCauses({ quantized, asRun, asWritten: written.whole, saturation: task.saturation });
    progress(0.3);
    const weights = originalWeights(quantized, [original]);
    const fromWeights = await weightCauses(quantized, weights, written, pause);
    progress(0.6);
    const quantizers = valueQuantizers(quantized);
    const unrounded = withWeights(withoutRounding(quantized, quantizers), weights);
    const { histograms } = await calibrate(
      unrounded,
      quantizers.map(({ value }) => value),
      data,
      {
        samples: limit,
        signal,
        progress: (fraction) => progress(0.6 + 0.1 * fraction),
      },
    );
    const inputs = new Set(quantized.graph.inputs.map(({ name }) => name));
    const fromRanges = await rangeCauses({
      quantized,
      quantizers,
      histograms,
      isInput: (value) => inputs.has(value),
      meter: written,
    });
    progress(1);
    // What is gone of the harm that the graph itself does is a smaller part of all where the runtime adds to it.
    const share = written.whole / Math.max(asRun, written.whole);
    const scaled = [...fromWeights.causes, ...fromRanges].map((cause) => ({
      ...cause,
      recovered: cause.recovered === null ? null : cause.recovered * share,
    }));
    const causes = [
      ...prepared,
      ...[...kernels, ...scaled].toSorted((a, b) => (b.recovered ?? 0) - (a.recovered ?? 0)),
    ];
    return {
      baseline,
      after,
      causes,
      notes: [
        ...unknownWeights(quantized, weights),
        ...(causes.length === 0 ? [note('TRIAGE_UNEXPLAINED', {})] : []),
      ],
    };
  } finally {
    await meter.dispose();
  }
}

function unknownWeights(quantized: Model, weights: OriginalWeights): readonly Note[] {
  const unknown = integerWeights(quantized).filter(
    (weight) => ![...weights.keys()].some(({ tensor }) => tensor === weight.tensor),
  );
  if (unknown.length === 0) return [];
  return [
    note('TRIAGE_WEIGHTS_UNKNOWN', { layers: [...new Set(unknown.map(({ layer }) => layer))].join(', ') }),
  ];
}
