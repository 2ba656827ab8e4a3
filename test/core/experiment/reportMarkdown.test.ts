// A report as Markdown, with every part that it can have.
import { describe, expect, it } from 'vitest';
import { reportMarkdown } from '../../../src/core/experiment/reportMarkdown';
import type { LayerChangeView } from '../../../src/shared/contracts/layerChange';
import type { ReportView } from '../../../src/shared/contracts/viewModels';

const layer: LayerChangeView = {
  name: 'fc|1',
  operator: 'Gemm',
  parameters: 7850,
  sparsityBefore: 0,
  sparsityAfter: 0.8,
  bytesBefore: 31400,
  bytesAfter: 7890,
  typeBefore: 'float32',
  typeAfter: 'int8',
  mse: 0.0000123,
  sqnrDb: 31.46,
  maxError: 0.5,
  cosine: 0.99,
};

const report: ReportView = {
  version: 1,
  created: '2026-01-02T03:04:05.000Z',
  seconds: 1.25,
  steps: [{ prune: { sparsity: 0.8 } }],
  original: {
    path: '/m/net.onnx',
    parameters: 7850,
    nonZeros: 7849,
    sparsity: 0,
    macs: 7840,
    bytes: 32000,
    gzipBytes: 30000,
    sparseBytes: 32001,
    entropyBytes: 12000,
  },
  compressed: {
    path: '/m/net.prune80.onnx',
    parameters: 7850,
    nonZeros: 1578,
    sparsity: 0.8,
    macs: 7840,
    bytes: 8000,
    gzipBytes: 3000,
    sparseBytes: 2500,
    entropyBytes: 2000,
  },
  ratio: 0.25,
  layers: [layer, { ...layer, name: 'bn', typeAfter: 'float32', mse: 0, sqnrDb: null }],
  outputs: [{ name: 'scores', mse: 0.25, sqnrDb: 12.04, maxError: 1, kl: 0.0625, agreement: 0.975 }],
  comparedOn: 'glyphs, 2000 samples',
  accuracy: {
    before: { accuracy: 0.9755, loss: 0.1, samples: 2000 },
    after: { accuracy: 0.9705, loss: 0.125, samples: 2000 },
  },
  latency: { beforeMs: 1.5, afterMs: 1.2, threads: 2, batch: 1 },
  notes: [{ code: 'OPSET_RAISED', values: { from: 9, to: 13 } }],
};

describe('reportMarkdown', () => {
  it('has every layer, and names with markup in them as text', () => {
    const text = reportMarkdown(report);
    expect(text).toContain('| fc\\|1 | Gemm | – | float32 → int8 | 7,850 | 0.0% → 80.0% |');
    expect(text).toContain('| bn | Gemm |');
    expect(text).toContain('- The opset was raised from 9 to 13, which quantization needs.');
    expect(text).toMatch(/^# net\.prune80\.onnx\n/);
  });

  it('shows both shapes of a resized layer, the layers that replaced one, and no error of either', () => {
    const { mse: _mse, sqnrDb: _sqnr, maxError: _max, cosine: _cosine, ...unmeasured } = layer;
    const resized = { ...unmeasured, name: 'conv', change: 'resized' } as const;
    const part = { operator: 'Conv', type: 'float32', bytes: 4, sparsity: 0 };
    const text = reportMarkdown({
      ...report,
      layers: [
        { ...resized, shapeBefore: [64, 32, 3, 3], shapeAfter: [40, 20, 3, 3], parametersAfter: 785 },
        {
          ...unmeasured,
          name: 'wide',
          change: 'replaced',
          shapeBefore: [8, 8, 3, 3],
          parts: [
            { ...part, name: 'wide/depthwise', shape: [8, 1, 3, 3], parameters: 72 },
            { ...part, name: 'wide/pointwise', shape: [8, 8, 1, 1], parameters: 64 },
          ],
        },
      ],
    });
    expect(text).toMatch(/\| conv \| Gemm \| 64×32×3×3 → 40×20×3×3 \| .* \| 7,850 → 785 \|.*\| – \| – \|\n/);
    expect(text).toMatch(/\| wide \| Gemm \| 8×8×3×3 → 2 layers \|.*\| – \| – \|\n/);
    expect(text).toMatch(/\| ↳ wide\/depthwise \| Conv \| 8×1×3×3 \| float32 \| 72 \|/);
  });

  it('leaves out what was not measured', () => {
    const { accuracy: _accuracy, latency: _latency, ...rest } = report;
    const text = reportMarkdown({ ...rest, outputs: [], notes: [] });
    expect(text).not.toMatch(/Accuracy|Time per run|Outputs|opset/);
    expect(reportMarkdown(report)).toMatch(/Accuracy[^]*Time per run[^]*Outputs[^]*opset/);
  });

  it('has as many cells in every row of a table', () => {
    const tables = reportMarkdown(report)
      .split('\n\n')
      .filter((part) => part.startsWith('|'));
    expect(tables).toHaveLength(3);
    for (const table of tables) {
      const cells = table.split('\n').map((line) => line.replaceAll('\\|', '').split('|').length);
      expect(new Set(cells).size).toBe(1);
    }
  });
});
