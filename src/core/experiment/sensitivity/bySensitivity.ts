// The order of layers by what compressing them does.
import type { LayerSensitivityView, SensitivityPointView } from '../../../shared/contracts/sensitivityViews';
import type { Quality } from '../../analysis/variantMeter';

/**
 * The most sensitive layer first: by the mean over the settings of the KL divergence, of the rise of the loss where the
 * outputs are no scores of classes, or of the change of the outputs where there is no loss either. What is no finite
 * number is the worst.
 */
export function bySensitivity(
  layers: readonly LayerSensitivityView[],
  { loss: before }: Quality,
): readonly LayerSensitivityView[] {
  const harmOf = harmMeasure(layers, before);
  const mean = ({ points }: LayerSensitivityView): number =>
    points.reduce((sum, point) => sum + (harmOf(point) ?? Infinity), 0) / points.length;
  return layers
    .map((layer) => ({ layer, harm: mean(layer) }))
    .toSorted((a, b) => (a.harm === b.harm ? 0 : b.harm - a.harm))
    .map(({ layer }) => layer);
}

function harmMeasure(
  layers: readonly LayerSensitivityView[],
  before: number | undefined,
): (point: SensitivityPointView) => number | null | undefined {
  if (layers.some(({ points }) => points.some(({ kl }) => kl !== null))) return ({ kl }) => kl;
  if (before === undefined) return ({ mse }) => mse;
  return ({ loss }) => (loss === null || loss === undefined ? null : loss - before);
}
