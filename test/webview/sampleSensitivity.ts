// A measured sensitivity for trying the page: made up, but falling as real ones do, some layers early and some late.
import type { SensitivityReportView } from '../../src/shared/contracts/sensitivityViews';
import { modelView, type SampleModel } from './sampleModels';

const settings = [0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95];
const accuracy = 0.9874;
const loss = 0.0412;

export function sensitivityReport(model: SampleModel): SensitivityReportView {
  const { layers, path } = modelView(model);
  const measured = layers
    .filter(({ sparsity }) => sparsity !== null)
    .map(({ name, operator, parameters }, index) => {
      // The sparsity at which half of the accuracy is gone.
      const bears = 0.62 + (0.36 * ((index * 7) % layers.length)) / layers.length;
      const points = settings.map((setting) => {
        const lost = 1 / (1 + Math.exp(-18 * (setting - bears)));
        const better = index === 1 && setting === 0.1 ? 0.0011 : 0;
        return {
          setting,
          loss: loss + 4 * lost ** 2,
          accuracy: accuracy - (accuracy - 0.1) * lost ** 1.5 + better,
          kl: 2.4 * lost ** 2,
          mse: 9 * lost,
        };
      });
      return { bears, layer: { name, operator, parameters, points } };
    })
    .toSorted((a, b) => a.bears - b.bears)
    .map(({ layer }) => layer);
  return {
    version: 1,
    kind: 'sensitivity',
    created: '2026-01-02T03:04:05.000Z',
    seconds: 12.4,
    path,
    data: 'mnist',
    seed: 1,
    step: 'prune',
    settings,
    baseline: { accuracy, loss, samples: 1000 },
    layers: measured,
    notes: [],
  };
}

/** The same with each layer quantized: what is known of a model whose compressed copy is looked at. */
export function bitsReport(model: SampleModel): SensitivityReportView {
  const report = sensitivityReport(model);
  return {
    ...report,
    step: 'quantize',
    settings: [8, 4, 3],
    layers: report.layers.map((layer, index) => ({
      ...layer,
      points: [8, 4, 3].map((setting) => ({
        setting,
        kl: (index + 1) / 2 ** setting,
        mse: 1 / 2 ** setting,
      })),
    })),
  };
}
