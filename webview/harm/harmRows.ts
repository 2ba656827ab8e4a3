// The layers of a comparison by how much harm was done to them: pure figures, the most harmed first.
import type { LayerChangeView } from '../../src/shared/contracts/layerChange';
import type { SensitivityReportView } from '../../src/shared/contracts/sensitivityViews';

/** Errors of the weights, or the divergence of the outputs when the layer alone was quantized. */
export type HarmMeasure = 'sqnr' | 'mse' | 'maxError' | 'kl';

export interface HarmRow {
  readonly layer: LayerChangeView;
  /** By the measure; null is no harm at all as SQNR, and unknown as divergence. */
  readonly value: number | null;
  /** From 0 to 1: harm beside that of the most harmed layer. */
  readonly harm: number;
}

/** Layers whose values are those of another model in their place. */
function compared(layers: readonly LayerChangeView[]): readonly LayerChangeView[] {
  return layers.filter(({ sqnrDb }) => sqnrDb !== undefined);
}

/** Whether something happened to the values of some layer. */
export function hasHarm(layers: readonly LayerChangeView[]): boolean {
  return compared(layers).some(({ maxError = 0 }) => maxError > 0);
}

export function harmMeasures(sensitivity: SensitivityReportView | undefined): readonly HarmMeasure[] {
  return sensitivity ? ['sqnr', 'mse', 'maxError', 'kl'] : ['sqnr', 'mse', 'maxError'];
}

/** The most harmed first; layers with equal harm in the order of the network. */
export function harmRows(
  layers: readonly LayerChangeView[],
  measure: HarmMeasure,
  sensitivity: SensitivityReportView | undefined,
): readonly HarmRow[] {
  const rows = compared(layers).map((layer) => {
    const value = valueOf(layer, measure, sensitivity);
    return { layer, value, amount: amountOf(measure, value) };
  });
  const most = Math.max(0, ...rows.map(({ amount }) => amount));
  return rows
    .toSorted((a, b) => b.amount - a.amount)
    .map(({ layer, value, amount }) => ({ layer, value, harm: most === 0 ? 0 : amount / most }));
}

function valueOf(
  layer: LayerChangeView,
  measure: HarmMeasure,
  sensitivity: SensitivityReportView | undefined,
): number | null {
  const values: Record<HarmMeasure, number | null | undefined> = {
    sqnr: layer.sqnrDb,
    mse: layer.mse,
    maxError: layer.maxError,
    kl: measuredAlone(layer, sensitivity),
  };
  return values[measure] ?? null;
}

/** The divergence at the number of bits that the layer has, or at the nearest that was measured. */
function measuredAlone(
  { name, typeAfter }: LayerChangeView,
  sensitivity: SensitivityReportView | undefined,
): number | null {
  const bits = Number(/^u?int(\d+)$/.exec(typeAfter ?? '')?.[1] ?? Number.NaN);
  const points = sensitivity?.layers.find((layer) => layer.name === name)?.points ?? [];
  if (Number.isNaN(bits)) return null;
  const [nearest] = points.toSorted((a, b) => Math.abs(a.setting - bits) - Math.abs(b.setting - bits));
  return nearest?.kl ?? null;
}

/** Grows with the harm. Of an SQNR it is the size of the error beside that of the weights. */
function amountOf(measure: HarmMeasure, value: number | null): number {
  if (value === null) return 0;
  return measure === 'sqnr' ? 10 ** (-value / 20) : value;
}
