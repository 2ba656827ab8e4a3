// The rows of the table of generalization, for one file and for two.
import { describe, expect, it } from 'vitest';
import type { GeneralizationView } from '../../../src/shared/contracts/viewModels';
import { generalizationRows } from '../../../webview/training/generalizationTable';

const measured: GeneralizationView = {
  train: { loss: 0.0614, accuracy: 0.9894, samples: 1800 },
  validation: { loss: 0.4421, accuracy: 0.885, samples: 200 },
};

describe('the table of generalization', () => {
  it('has losses and accuracies of one file, each with its gap', () => {
    expect(generalizationRows([{ measured }])).toEqual([
      { label: 'Loss', side: '', train: '0.0614', validation: '0.4421', gap: '+0.3807', test: '' },
      { label: 'Accuracy', side: '', train: '98.94%', validation: '88.50%', gap: '−10.4 pp', test: '' },
    ]);
  });

  it('lays two files below each other, by what is measured', () => {
    const test = { accuracy: 0.8775, loss: 0.4687, samples: 400 };
    const rows = generalizationRows([
      { label: 'before', measured },
      { label: 'after', measured, test },
    ]);
    expect(rows.map(({ label, side, test: tested }) => [label, side, tested])).toEqual([
      ['Loss', 'before', ''],
      ['Loss', 'after', '0.4687'],
      ['Accuracy', 'before', ''],
      ['Accuracy', 'after', '87.75%'],
    ]);
  });

  it('has no accuracies where nothing is classified, and a gap below zero where validation is better', () => {
    const regression = { train: { loss: 2, samples: 9 }, validation: { loss: 1.5, samples: 3 } };
    expect(generalizationRows([{ measured: regression }])).toEqual([
      { label: 'Loss', side: '', train: '2', validation: '1.5', gap: '−0.5', test: '' },
    ]);
  });
});
