// What of a diagnosis is drawn: the learning curve, the spectra of the layers, what an advice changes.
import { describe, expect, it } from 'vitest';
import { editText } from '../../../webview/diagnosis/editText';
import { learningCurveContent } from '../../../webview/diagnosis/learningCurve';
import { exponentRange, skippedLayers, spectrumRows } from '../../../webview/diagnosis/spectrumRows';
import { diagnosisReport } from '../sampleTraining';

const { learningCurve = [], spectrum } = diagnosisReport();

describe('a learning curve', () => {
  it('is drawn against the number of samples, in losses or in accuracies', () => {
    const { lines } = learningCurveContent(learningCurve, 'loss');
    expect(lines.range).toEqual({ min: 180, max: 1800 });
    expect(lines.series.map(({ role, points }) => [role, points.at(-1)])).toEqual([
      ['train', { x: 1800, y: 0.0139 }],
      ['validation', { x: 1800, y: 0.71 }],
    ]);
    const accuracies = learningCurveContent(learningCurve, 'accuracy').lines.series;
    expect(accuracies[1]!.points.at(-1)).toEqual({ x: 1800, y: 0.884 });
  });

  it('tells the figures of a point, of the one with all samples at first', () => {
    const { readout, idle, table } = learningCurveContent(learningCurve, 'accuracy');
    expect(idle).toBe('1,800 samples: train 99.9%, validation 88.4%, gap −11.5 pp');
    expect(readout(0)).toMatch(/^180 samples: train 100\.0%, validation 67\.4%, gap /);
    expect(table.rows).toHaveLength(learningCurve.length);
  });

  it('has a single point in the middle', () => {
    const { lines } = learningCurveContent([learningCurve[0]!], 'loss');
    expect(lines.range).toEqual({ min: 90, max: 360 });
  });

  it('has dashes where nothing is classified', () => {
    const point = { samples: 50, train: { loss: 1, samples: 50 }, validation: { loss: 2, samples: 9 } };
    expect(learningCurveContent([point], 'accuracy').idle).toBe('50 samples: train –, validation –, gap –');
    expect(learningCurveContent([point], 'loss').csv.rows).toEqual([[50, 1, 2, '', '']]);
  });
});

describe('the weight spectra', () => {
  it('are placed below, in and above the usual exponents, both ends of which are usual', () => {
    const rows = [1.99, 2, 4, 6, 6.01].map((exponent) => ({ layer: 'a', exponent, eigenvalues: 99 }));
    expect(spectrumRows(rows).map(({ place }) => place)).toEqual([
      'below',
      'usual',
      'usual',
      'usual',
      'above',
    ]);
  });

  it('are drawn where they were fitted, and named with the reason where not', () => {
    expect(spectrumRows(spectrum)).toHaveLength(4);
    expect(skippedLayers([...spectrum, { layer: 'x', exponent: null, eigenvalues: 0 }], 'unknown')).toEqual([
      { layer: '/fc3/Gemm', reason: 'fewer than 50 eigenvalues' },
      { layer: '/fc4/Gemm', reason: 'fewer than 50 eigenvalues' },
      { layer: 'x', reason: 'unknown' },
    ]);
  });

  it('share an axis that always holds the usual exponents', () => {
    expect(exponentRange(spectrumRows(spectrum))).toEqual({ min: 1, max: 9 });
    expect(exponentRange([])).toEqual({ min: 1, max: 7 });
    const low = spectrumRows([{ layer: 'a', exponent: 0.4, eigenvalues: 60 }]);
    expect(exponentRange(low)).toEqual({ min: 0, max: 7 });
  });
});

describe('the edit of an advice', () => {
  it('reads as it stands in a recipe', () => {
    expect(editText({ set: { 'train.weightDecay': 1e-4, 'train.schedule': 'cosine' } })).toBe(
      'train.weightDecay: 0.0001, train.schedule: cosine',
    );
    expect(editText({ add: [{ prune: { sparsity: 0.5, layers: ['a', 'b'] } }, { quantize: {} }] })).toBe(
      '+ prune: { sparsity: 0.5, layers: [a, b] }, + quantize: {}',
    );
    expect(editText({})).toBe('');
  });
});
