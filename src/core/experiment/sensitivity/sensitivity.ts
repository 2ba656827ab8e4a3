// What each layer of a model can bear: it alone is compressed, harder and harder, and the model is measured each time.
// The other layers stay as they are, so that the figures of several layers do not add up; they tell which to spare.
import { CounterweightError } from '../../../shared/base/errors';
import type { Note } from '../../../shared/base/messages';
import type { LayerSensitivityView } from '../../../shared/contracts/sensitivityViews';
import { variantMeter, type VariantMeter } from '../../analysis/variantMeter';
import { reasonWithoutWeights } from '../../compression/weights';
import type { DataSet, DataSplits } from '../../data/dataSet';
import type { Model } from '../../ir/graph';
import { onnxRuntime } from '../../runtime/onnxRuntime';
import { fixedBatch } from '../../training/batchModel';
import { withFreeBatch } from '../../training/freeBatch';
import { bySensitivity } from './bySensitivity';
import { channelLayers, singleLayers } from './layerUnits';
import { measureUnit, unchangedNotes, type MeasuredUnit } from './measureUnit';
import { settingsOf, stepOf, type MethodOptions, type SensitivityKind } from './settings';

export interface SensitivityOptions extends MethodOptions {
  readonly kind: SensitivityKind;
  /** Validation samples are measured on; criteria that need data score on training samples. */
  readonly data: Pick<DataSplits, 'train' | 'validation'>;
  /** At most as many samples, spread evenly over the data. */
  readonly samples: number;
  /** Fractions of zeros or of channels from 0 to below 1, or bits; those of the kind where none are given. */
  readonly settings?: readonly number[];
  /** Of everything random. */
  readonly seed: number;
}

export interface SensitivityContext {
  /** The model's file, for messages. */
  readonly path: string;
  readonly signal: AbortSignal;
  /** From 0 to 1, with the layer at hand. */
  readonly progress: (fraction: number, layer: string) => void;
}

export interface Sensitivity {
  /** From the mildest to the hardest. */
  readonly settings: readonly number[];
  readonly baseline: VariantMeter['baseline'];
  /** The most sensitive first. */
  readonly layers: readonly LayerSensitivityView[];
  readonly notes: readonly Note[];
}

/**
 * Measures every layer at every setting, compressed by the table of steps and run in ONNX Runtime. The model is not
 * changed. Throws NOTHING_TO_DO where no layer can be compressed, STEP_INVALID for what the step refuses, DATA_INVALID,
 * RUNTIME_REFUSED, and the signal's reason.
 */
export async function sensitivity(
  given: Model,
  options: SensitivityOptions,
  context: SensitivityContext,
): Promise<Sensitivity> {
  const { kind, granularity, data, samples } = options;
  const { path, signal } = context;
  const settings = settingsOf(kind, options.settings);
  // What the step refuses is told before anything is measured.
  for (const setting of settings) stepOf(kind, setting, { ...methodOf(options), exclude: [] });
  const missing = reasonWithoutWeights(given);
  if (missing !== undefined) throw nothingToDo(path, missing);
  const model = await withManySamples(given, data.validation, signal);
  const { units, notes } =
    granularity === 'channel' && kind === 'prune' ? await channelLayers(model, signal) : singleLayers(model);
  if (units.length === 0) throw nothingToDo(path, reasonWith('none of its channels can be removed', notes));
  const meter = await variantMeter(model, data.validation, { limit: samples, signal });
  try {
    const measured: MeasuredUnit[] = [];
    for (const [index, unit] of units.entries()) {
      const task = { model, unit, meter, settings, stepFor };
      const progress = (fraction: number): void =>
        context.progress((index + fraction) / units.length, unit.layers[0]);
      measured.push(await measureUnit(task, { path, signal, seed: options.seed, data, progress }));
    }
    const told = [...notes, ...unchangedNotes(measured)];
    const layers = measured.flatMap(({ layer }) => layer ?? []);
    if (layers.length === 0) {
      throw nothingToDo(path, reasonWith('no setting changes any of its layers', told));
    }
    const { baseline } = meter;
    return { settings, baseline, layers: bySensitivity(layers, baseline), notes: told };
  } finally {
    await meter.dispose();
  }

  function stepFor(setting: number, exclude: readonly string[]) {
    return stepOf(kind, setting, { ...methodOf(options), exclude });
  }
}

/** A network that is made for a single sample runs many at once where that gives the same: it is far faster. */
async function withManySamples(model: Model, data: DataSet, signal: AbortSignal): Promise<Model> {
  // Old files list their stored tensors as inputs too; those run as they are.
  const stored = new Set(model.graph.initializers.map(({ name }) => name));
  if (model.graph.inputs.some(({ name }) => stored.has(name))) return model;
  const fixed = fixedBatch(model, data);
  if (fixed === undefined) return model;
  const free = await withFreeBatch(model, fixed, await onnxRuntime(), signal);
  return free && fixedBatch(free, data) === undefined ? free : model;
}

function methodOf({ criterion, granularity }: MethodOptions): MethodOptions {
  return { ...(criterion !== undefined && { criterion }), ...(granularity !== undefined && { granularity }) };
}

function nothingToDo(path: string, reason: string): CounterweightError {
  return new CounterweightError('NOTHING_TO_DO', { path, reason });
}

function reasonWith(reason: string, notes: readonly Note[]): string {
  const reasons = new Set(notes.flatMap(({ values }) => values['reason'] ?? []));
  return reasons.size === 0 ? reason : `${reason} (${[...reasons].join('; ')})`;
}
