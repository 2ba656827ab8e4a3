// Measures many variants of one model on the same samples: how well each predicts, and how far its outputs are from those
// of the original, which runs only once where its outputs can be kept.
import { CounterweightError } from '../../shared/base/errors';
import { classCount, type DataSet } from '../data/dataSet';
import { modelToBytes } from '../formats/modelBytes';
import { isFloat } from '../ir/elementType';
import type { Model } from '../ir/graph';
import { onnxRuntime } from '../runtime/onnxRuntime';
import type { Session, SessionOptions } from '../runtime/runtime';
import { scoreKind, scoreSums, type ScoreKind } from './classScores';
import { errorSums } from './errorMeasures';
import { predictionRuns, type PredictionOptions, type PredictionRun } from './predictionRuns';
import { predictionSums, type PredictionSums } from './predictionSums';

/** How good a model is, where the samples have something to predict. */
export interface Quality {
  readonly loss?: number;
  readonly accuracy?: number;
}

export interface VariantMeasures extends Quality {
  /** Mean KL(original ‖ variant) of the prediction in nats; undefined where it is no scores of classes. */
  readonly kl?: number;
  /** Mean squared difference of the prediction's elements; undefined where none of them is finite. */
  readonly mse?: number;
}

/**
 * How far a variant's prediction is from the original's: the KL divergence in nats, or the mean squared difference where
 * it is no scores of classes. From 0 on; what is no finite number is the largest.
 */
export function predictionDistance({ kl, mse }: VariantMeasures): number {
  const distance = kl ?? mse ?? Number.NaN;
  return Number.isFinite(distance) ? Math.max(0, distance) : Number.MAX_VALUE;
}

export interface VariantMeter {
  readonly baseline: Quality & {
    readonly samples: number;
    /** Whether the prediction is scores of classes. */
    readonly isScores: boolean;
  };
  /** The session's options are those of the runtime where none are given. Throws RUNTIME_REFUSED and the signal's reason. */
  measure(variant: Model, session?: SessionOptions): Promise<VariantMeasures>;
  dispose(): Promise<void>;
}

export interface MeterOptions extends Pick<PredictionOptions, 'limit' | 'signal'> {
  /** Memory for the outputs of the original; where they take more it runs again for every variant. */
  readonly keptBytes?: number;
}

const defaultKeptBytes = 128 * 2 ** 20;

/**
 * A meter for variants of the model that take the same inputs. The prediction is that of `predictionRuns`. Throws
 * DATA_INVALID, RUNTIME_REFUSED, and the reason of an aborted signal.
 */
export async function variantMeter(
  model: Model,
  data: DataSet,
  { keptBytes = defaultKeptBytes, ...options }: MeterOptions,
): Promise<VariantMeter> {
  const runtime = await onnxRuntime();
  const original = await runtime.load(modelToBytes(model));
  try {
    const { kept, kind, baseline } = await firstPass(original, data, options, keptBytes);
    const reference = (): AsyncGenerator<Outputs> =>
      outputsOf(kept ?? predictionRuns(original, data, options));
    return {
      baseline,
      measure: async (variant, sessionOptions) => {
        const session = await runtime.load(modelToBytes(variant), sessionOptions);
        try {
          return await compared(session, reference(), { data, kind, options });
        } finally {
          await session.dispose();
        }
      },
      dispose: () => original.dispose(),
    };
  } catch (error) {
    await original.dispose();
    throw error;
  }
}

type Outputs = Pick<PredictionRun, 'outputs'>;

async function* outputsOf(runs: Iterable<Outputs> | AsyncIterable<Outputs>): AsyncGenerator<Outputs> {
  yield* runs;
}

interface FirstPass extends Pick<VariantMeter, 'baseline'> {
  /** The outputs of every run, where they fit. */
  readonly kept: readonly Outputs[] | undefined;
  readonly kind: ScoreKind | undefined;
}

async function firstPass(
  session: Session,
  data: DataSet,
  options: PredictionOptions,
  keptBytes: number,
): Promise<FirstPass> {
  let sums: QualitySums | undefined;
  let kept: Outputs[] | undefined = [];
  let left = keptBytes;
  let kind: ScoreKind | undefined;
  let samples = 0;
  for await (const run of predictionRuns(session, data, options)) {
    if (!sums) {
      kind = kindOf(run, session, data);
      sums = qualitySums(data, kind);
    }
    sums.add(run);
    samples += run.batch.count;
    left -= run.outputs.byteLength;
    if (left < 0) kept = undefined;
    kept?.push({ outputs: run.outputs });
  }
  if (!sums) {
    throw new CounterweightError('DATA_INVALID', { data: data.name, problem: 'it has no samples' });
  }
  return { kept, kind, baseline: { ...sums.quality(), samples, isScores: kind !== undefined } };
}

/** What the prediction's elements are, where they are scores of classes. */
function kindOf(
  { batch, outputs, perSample }: PredictionRun,
  session: Session,
  data: DataSet,
): ScoreKind | undefined {
  if (perSample < 2 || data.targets?.kind === 'values') return undefined;
  const onlyOutput = session.outputs.filter(({ type }) => type && isFloat(type)).length === 1;
  const scores = { rows: batch.count, classes: perSample, values: outputs };
  return scoreKind(scores, { onlyOutput, labelledClasses: classCount(data) });
}

interface Comparing {
  readonly data: DataSet;
  readonly kind: ScoreKind | undefined;
  readonly options: PredictionOptions;
}

/** Runs the variant; the reference gives the original's outputs of the same runs. */
async function compared(
  session: Session,
  reference: AsyncGenerator<Outputs>,
  { data, kind, options }: Comparing,
): Promise<VariantMeasures> {
  const quality = qualitySums(data, kind);
  const errors = errorSums();
  const scores = kind && scoreSums(kind);
  for await (const run of predictionRuns(session, data, options)) {
    quality.add(run);
    const original = (await reference.next()).value as Outputs | undefined;
    if (!original) throw new Error('The variant runs more often than the original');
    const { batch, outputs, perSample } = run;
    const used = batch.count * perSample;
    errors.add(original.outputs.subarray(0, used), outputs.subarray(0, used));
    const rows = { rows: batch.count, classes: perSample };
    scores?.add({ ...rows, values: original.outputs }, { ...rows, values: outputs });
  }
  const { mse, count } = errors.measures();
  const kl = scores?.measures()?.kl;
  return { ...quality.quality(), ...(kl !== undefined && { kl }), ...(count > 0 && { mse }) };
}

interface QualitySums {
  add(run: PredictionRun): void;
  quality(): Quality;
}

/** What the outputs are is decided by the original: those of a variant can be anything. */
function qualitySums({ name, targets }: DataSet, kind: ScoreKind | undefined): QualitySums {
  let sums: PredictionSums | undefined;
  return {
    add({ batch, outputs, perSample }) {
      if (!targets) return;
      sums ??= predictionSums({ name, targets }, perSample, kind ? { scores: kind } : {});
      sums.add(outputs, batch);
    },
    quality() {
      if (!sums) return {};
      const { loss, accuracy } = sums.measures();
      return { loss, ...(accuracy !== undefined && { accuracy }) };
    },
  };
}
