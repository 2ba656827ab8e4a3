// A report as text, with every part that it can have.
import { describe, expect, it } from 'vitest';
import { reportMarkdown, reportText } from '../../../src/core/experiment/reportText';
import type { LayerChangeView, ReportView } from '../../../src/shared/contracts/viewModels';

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
  },
  compressed: {
    path: '/m/net.prune80.onnx',
    parameters: 7850,
    nonZeros: 1578,
    sparsity: 0.8,
    macs: 7840,
    bytes: 8000,
    gzipBytes: 3000,
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

describe('reportText', () => {
  it('shows sizes, changed layers, outputs and notes', () => {
    expect(reportText(report)).toBe(
      `
/m/net.onnx → /m/net.prune80.onnx

                                   Original  Compressed   Ratio
File                                  32 kB        8 kB  0.250×
File, gzip                            30 kB        3 kB  0.100×
Parameters                            7,850       7,850  1.000×
Non-zero parameters                   7,849       1,578  0.201×
Sparsity of weights                    0.0%       80.0%
Multiply-accumulates                  7.84k       7.84k  1.000×
Accuracy (2000 samples)              97.55%      97.05%
Cross-entropy loss                      0.1       0.125  1.250×
Time per run (batch 1, 2 threads)    1.5 ms      1.2 ms  0.800×

Layer  Operator  Parameters  Zeros              Bytes            Type      MSE     SQNR
fc|1       Gemm       7,850  80.0%  31.4 kB → 7.89 kB  float32 → int8  1.23e-5  31.5 dB
1 layer is unchanged.

Outputs, compared on glyphs, 2000 samples:
Output   MSE     SQNR  Max error           KL  Same top class
scores  0.25  12.0 dB          1  0.0625 nats          97.50%

The opset was raised from 9 to 13, which quantization needs.
`.trim(),
    );
  });

  it('leaves out what was not measured', () => {
    const { accuracy: _accuracy, latency: _latency, ...rest } = report;
    const text = reportText({ ...rest, outputs: [], notes: [] });
    expect(text).not.toMatch(/Accuracy|Time per run|Outputs|opset/);
  });
});

describe('reportMarkdown', () => {
  it('has every layer, and names with markup in them as text', () => {
    const text = reportMarkdown(report);
    expect(text).toContain('| fc\\|1 | Gemm | 7,850 | 80.0% |');
    expect(text).toContain('| bn | Gemm |');
    expect(text).toContain('- The opset was raised from 9 to 13, which quantization needs.');
    expect(text).toMatch(/^# net\.prune80\.onnx\n/);
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
