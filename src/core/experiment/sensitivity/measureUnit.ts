// The points of one layer: what the model is like with it compressed alone, at each setting.
import { note, type Note } from '../../../shared/base/messages';
import type { LayerSensitivityView, SensitivityPointView } from '../../../shared/contracts/sensitivityViews';
import type { VariantMeasures, VariantMeter } from '../../analysis/variantMeter';
import type { ParsedStep, StepContext } from '../../compression/step';
import { sparsityOf } from '../../compression/pruning/sameZeros';
import { weightsOf } from '../../compression/weights';
import type { DataSplits } from '../../data/dataSet';
import type { Model } from '../../ir/graph';
import type { LayerUnit } from './layerUnits';

export interface UnitTask {
  readonly model: Model;
  readonly unit: LayerUnit;
  readonly meter: VariantMeter;
  readonly settings: readonly number[];
  /** The step that compresses all layers but the excluded ones. */
  readonly stepFor: (setting: number, exclude: readonly string[]) => ParsedStep;
}

export interface UnitContext extends Pick<StepContext, 'path' | 'signal' | 'seed'> {
  readonly data: Pick<DataSplits, 'train' | 'validation'>;
  /** From 0 to 1. */
  readonly progress: (fraction: number) => void;
}

export interface MeasuredUnit {
  readonly unit: LayerUnit;
  /** Undefined where no setting changes anything. */
  readonly layer: LayerSensitivityView | undefined;
  /** What the step said of it. */
  readonly notes: readonly Note[];
}

/** Throws what the step and the runtime throw, and the signal's reason. */
export async function measureUnit(
  { model, unit, meter, settings, stepFor }: UnitTask,
  { progress, ...context }: UnitContext,
): Promise<MeasuredUnit> {
  const others = weightsOf(model).flatMap(({ layer }) => (unit.layers.includes(layer) ? [] : [layer]));
  const exclude = [...new Set(others)];
  const points: SensitivityPointView[] = [];
  const notes: Note[] = [];
  let changes = false;
  for (const [index, setting] of settings.entries()) {
    progress(index / settings.length);
    const result = await stepFor(setting, exclude).apply(model, {
      ...context,
      ...standingAlone,
      sparsity: () => sparsityOf(model),
    });
    notes.push(...result.notes);
    // A few percent of a small layer can be less than one weight.
    const isSame = result.model === model;
    changes ||= !isSame;
    points.push(pointOf(setting, isSame ? sameMeasures(meter) : await meter.measure(result.model)));
  }
  progress(1);
  const [name, ...coupled] = unit.layers;
  const { operator, parameters } = unit;
  const layer = { name, ...(coupled.length > 0 && { coupled }), operator, parameters, points };
  return { unit, layer: changes ? layer : undefined, notes };
}

/** A step that is no part of a run: nothing came before it, and nothing is drawn, held or kept. */
const standingAlone = {
  index: 0,
  pruned: false,
  progress: () => undefined,
  curves: () => undefined,
  gate: () => Promise.resolve(),
} as const;

function sameMeasures({ baseline }: VariantMeter): VariantMeasures {
  const { loss, accuracy } = baseline;
  return {
    ...(loss !== undefined && { loss }),
    ...(accuracy !== undefined && { accuracy }),
    ...(baseline.isScores && { kl: 0 }),
    mse: 0,
  };
}

function pointOf(setting: number, { loss, accuracy, kl, mse }: VariantMeasures): SensitivityPointView {
  return {
    setting,
    ...(loss !== undefined && { loss: finite(loss) }),
    ...(accuracy !== undefined && { accuracy }),
    kl: finite(kl),
    mse: finite(mse),
  };
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}

/** Which layers are left out, and what the step said of them. */
export function unchangedNotes(measured: readonly MeasuredUnit[]): readonly Note[] {
  const unchanged = measured.filter(({ layer }) => layer === undefined);
  if (unchanged.length === 0) return [];
  const layers = unchanged.flatMap(({ unit }) => unit.layers).join(', ');
  const said = unchanged.flatMap(({ notes }) => notes).filter(({ values }) => 'reason' in values);
  const unique = new Map(said.map((each) => [JSON.stringify(each), each]));
  return [note('SENSITIVITY_UNCHANGED', { layers }), ...unique.values()];
}
