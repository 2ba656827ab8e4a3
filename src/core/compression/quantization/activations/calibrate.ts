// Calibration: what values inside a network are on samples. The network runs as it is, batch by batch, and each value
// goes into a histogram of bounded size, so that memory does not grow with the number of samples.
import { planInputs, randomFeeds, type Feeds } from '../../../analysis/sampleInputs';
import { placement } from '../../../analysis/dataInputs';
import { evenlySpread } from '../../../analysis/evenlySpread';
import { inputsWithoutDefaults } from '../../../analysis/inputsWithoutDefaults';
import { reducedTo } from '../../../analysis/reducedTo';
import { runtimeNumbers } from '../../../analysis/runtimeNumbers';
import type { DataSet } from '../../../data/dataSet';
import { modelToBytes } from '../../../formats/modelBytes';
import type { Model } from '../../../ir/graph';
import { pauseFor, type Pause } from '../../../ir/pacing';
import { onnxRuntime } from '../../../runtime/onnxRuntime';
import type { Session } from '../../../runtime/runtime';
import { CounterweightError } from '../../../../shared/base/errors';
import { HistogramBuilder, type ValueHistogram } from '../observers/valueHistogram';

export interface CalibrationOptions {
  /** At most as many samples, spread evenly over the data. */
  readonly samples: number;
  readonly signal: AbortSignal;
  /** From 0 to 1. */
  readonly progress: (fraction: number) => void;
}

export interface Calibration {
  /** Of the values that are float32 numbers. */
  readonly histograms: ReadonlyMap<string, ValueHistogram>;
  /** How many samples were run. */
  readonly samples: number;
}

/**
 * The distribution of values of the outermost graph on samples of the data, or on random inputs of a fixed seed where
 * the data is `random`. Memory is that of all these values of a few samples. Throws DATA_INVALID, RUNTIME_REFUSED and
 * the signal's reason.
 */
export async function calibrate(
  model: Model,
  values: readonly string[],
  data: DataSet | 'random',
  { samples, signal, progress }: CalibrationOptions,
): Promise<Calibration> {
  const inputs = new Set(model.graph.inputs.map(({ name }) => name));
  const computed = values.filter((value) => !inputs.has(value));
  const session = await (await onnxRuntime()).load(modelToBytes(withOutputs(model, computed)));
  try {
    const taken = new Set(values.filter((value) => inputs.has(value)));
    const wanted = new Set(computed);
    const fetched = session.outputs
      .filter(({ type, name }) => type === 'float32' && wanted.has(name))
      .map(({ name }) => name);
    const builders = new Map<string, HistogramBuilder>();
    const add = (value: string, numbers: ReturnType<typeof runtimeNumbers>): void => {
      if (!numbers) return;
      const builder = builders.get(value) ?? new HistogramBuilder();
      builders.set(value, builder);
      builder.add(numbers);
    };
    const pause = pauseFor(signal);
    const runs =
      data === 'random' ? randomRuns(session, model, samples, pause) : dataRuns(session, data, samples);
    let done = 0;
    let next = await runs.next(1);
    while (!next.done) {
      const { feeds, count, of } = next.value;
      progress(done / of);
      await pause();
      const results = await session.run(feeds, fetched);
      let elements = 0;
      for (const value of fetched) {
        const numbers = runtimeNumbers(results[value]!);
        elements += numbers?.length ?? 0;
        add(value, numbers);
      }
      for (const [value, tensor] of Object.entries(feeds)) {
        if (taken.has(value) && tensor.type === 'float32') add(value, runtimeNumbers(tensor));
      }
      done += count;
      const perSample = Math.max(1, elements / count);
      next = await runs.next(Math.max(1, Math.min(mostSamplesPerRun, Math.floor(mostElements / perSample))));
    }
    progress(1);
    const histograms = new Map([...builders].map(([value, builder]) => [value, builder.histogram()]));
    return { histograms, samples: done };
  } finally {
    await session.dispose();
  }
}

/** Values of the samples of one run, 64 MiB. */
const mostElements = 2 ** 24;
const mostSamplesPerRun = 64;

interface CalibrationRun {
  readonly feeds: Feeds;
  /** Samples in it, and in all runs. */
  readonly count: number;
  readonly of: number;
}

/** Runs of as many samples as is asked of each: the first one tells how large their values are. */
async function* dataRuns(
  session: Session,
  data: DataSet,
  samples: number,
): AsyncGenerator<CalibrationRun, void, number> {
  const { fixedBatch, place } = placement(data, session.inputs);
  const indices = evenlySpread(data.count, samples, fixedBatch);
  let size = 1;
  for (let start = 0; start < indices.length;) {
    const end = Math.min(indices.length, start + (fixedBatch ?? size));
    const batch = await data.rows(indices.subarray(start, end));
    size = yield { feeds: place(batch).feeds, count: end - start, of: indices.length };
    start = end;
  }
}

/** Behind those that files are compared on, which must not be what a grid was chosen by. */
const firstRandomSample = 1_000_000;

async function* randomRuns(
  session: Session,
  model: Model,
  samples: number,
  pause: Pause,
): AsyncGenerator<CalibrationRun, void, number> {
  const plan = await planInputs(session, model, pause);
  if (CounterweightError.is(plan)) throw plan;
  for (let i = 0; i < samples; i++) {
    yield { feeds: randomFeeds(session.inputs, plan, firstRandomSample + i), count: 1, of: samples };
  }
}

function withOutputs(model: Model, values: readonly string[]): Model {
  const whole = inputsWithoutDefaults(model);
  // A graph without outputs is none.
  if (values.length === 0) return whole;
  const stated = new Map(model.graph.outputs.map((output) => [output.name, output]));
  return reducedTo(
    whole,
    values.map((name) => stated.get(name) ?? { name }),
  );
}
