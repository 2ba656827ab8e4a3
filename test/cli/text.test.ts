// What people read in the terminal.
import { describe, expect, it } from 'vitest';
import { progressText } from '../../src/cli/progressLine';
import { modelText } from '../../src/cli/text/modelText';
import { reportText } from '../../src/cli/text/reportText';
import { table, type Column } from '../../src/cli/text/table';
import type { ModelView, ReportView, SizesView } from '../../src/shared/contracts/viewModels';

const layout: readonly Column<[string, string]>[] = [
  { title: 'Name', kind: 'text', cell: ([name]) => name },
  { title: 'Size', kind: 'figure', cell: ([, size]) => size },
];

describe('a table', () => {
  it('puts text to the left and figures to the right, and is as wide as it must be', () => {
    expect(
      table(
        layout,
        [
          ['a', '1'],
          ['long name', '1,000'],
        ],
        80,
      ),
    ).toEqual(['Name        Size', '─────────  ─────', 'a              1', 'long name  1,000']);
  });

  it('shortens long texts in the middle where the terminal is narrow, and never a figure', () => {
    const lines = table(layout, [['first.middle.last', '1,234,567']], 22);
    expect(lines.at(-1)).toBe('first….last  1,234,567');
    expect(Math.max(...lines.map((line) => line.length))).toBe(22);
  });

  it('stays readable where nothing fits', () => {
    expect(table(layout, [['first.middle.last', '1,234,567']], 5).at(-1)).toBe('firs…ast  1,234,567');
  });
});

const model: ModelView = {
  path: 'm.onnx',
  format: 'onnx',
  producer: 'pytorch 2.4',
  opsets: ['ai.onnx 13'],
  inputs: [{ name: 'x', type: 'float32', shape: ['batch', null, 8] }],
  outputs: [{ name: 'y', type: 'float32', shape: null }],
  totals: { parameters: 12345, bytes: 50_000, macs: 1_200_000, sparsity: 0.25 },
  layers: [
    {
      name: 'fc1',
      operator: 'Gemm',
      parameters: 12345,
      bytes: 49_380,
      macs: null,
      sparsity: 0.25,
      outputShape: [1, 8],
      tensors: [],
    },
  ],
  warnings: [{ code: 'OPERATOR_UNKNOWN', values: { operator: 'Mystery', domain: 'com.example', count: 2 } }],
};

it('inspect prints the layers, the totals and what is not known', () => {
  expect(modelText(model, 100)).toBe(`m.onnx: onnx, ai.onnx 13, by pytorch 2.4
Input   x: float32 batch×?×8
Output  y: float32 ?

Layer  Operator  Parameters     Size  MACs  Zeros  Output
─────  ────────  ──────────  ───────  ────  ─────  ──────
fc1    Gemm          12,345  49.4 kB     ?  25.0%  1×8
Total                12,345    50 kB  1.2M  25.0%

Note: Operator Mystery of domain com.example is unknown; its weights are kept as they are (2 nodes).
`);
});

const before: SizesView = {
  parameters: 1000,
  nonZeros: 1000,
  sparsity: 0,
  macs: 0,
  bytes: 4000,
  gzipBytes: 3600,
};

it('compress prints sizes before and after with their ratio, the layers and the outputs', () => {
  const report: ReportView = {
    version: 1,
    created: '2026-01-01T00:00:00.000Z',
    seconds: 1.25,
    steps: [],
    original: { path: 'm.onnx', ...before },
    compressed: {
      path: 'out/m.int8.onnx',
      ...before,
      nonZeros: 200,
      sparsity: 0.8,
      bytes: 1000,
      gzipBytes: 400,
    },
    ratio: 0.25,
    latency: { beforeMs: 1.5, afterMs: 1.25, threads: 2, batch: 1 },
    layers: [
      {
        name: 'fc1',
        operator: 'Gemm',
        parameters: 1000,
        sparsityBefore: 0,
        sparsityAfter: 0.8,
        bytesBefore: 4000,
        bytesAfter: 1000,
        typeBefore: 'float32',
        typeAfter: 'int8',
        mse: 1.5e-5,
        sqnrDb: null,
        maxError: 0.01,
        cosine: 0.99,
      },
    ],
    outputs: [{ name: 'y', mse: 0.5, sqnrDb: 20, maxError: 1, agreement: 0.95 }],
    comparedOn: 'glyphs',
    accuracy: {
      before: { accuracy: 0.98, loss: 0.1, samples: 2000 },
      after: { accuracy: 0.97, loss: 0.125, samples: 2000 },
    },
    notes: [
      { code: 'SPARSE_NOT_FASTER', values: {} },
      { code: 'SPARSE_NOT_FASTER', values: {} },
    ],
  };
  const printed = reportText(report, 'out/m.int8.report.json', 200);
  expect(printed).toBe(`Wrote out/m.int8.onnx
  and out/m.int8.report.json, in 1.3 s
  To look at: out/m.int8.report.html

            Before  After  After/before
──────────  ──────  ─────  ────────────
File          4 kB   1 kB         0.250
File, gzip  3.6 kB  400 B         0.111
Parameters   1,000  1,000         1.000
Not zero     1,000    200         0.200
Zeros         0.0%  80.0%
MACs             0      0

Time of one run: 1.5 ms → 1.25 ms (batch 1, 2 threads)

Layer  Operator  Parameters  Type                   Size         Zeros      MSE  SQNR  Max error  Cosine
─────  ────────  ──────────  ──────────────  ───────────  ────────────  ───────  ────  ─────────  ──────
fc1    Gemm           1,000  float32 → int8  4 kB → 1 kB  0.0% → 80.0%  1.50e-5  ∞ dB       0.01  0.9900

Outputs, on glyphs:
Output  MSE     SQNR  Max error  KL  Same class
──────  ───  ───────  ─────────  ──  ──────────
y       0.5  20.0 dB          1           95.0%

Accuracy: 98.00% → 97.00% on 2,000 samples, loss 0.1 → 0.125

Note: ONNX Runtime has no sparse kernels: zeros in a weight do not make it faster.
`);
});

it('progress shows how far the work is and what is at hand', () => {
  expect(progressText({ phase: 'pruning', fraction: 0.25, detail: 'conv1' })).toBe(
    '━━━━━━──────────────────  25%  pruning conv1',
  );
  expect(progressText({ phase: 'writing', fraction: 1 })).toBe('━━━━━━━━━━━━━━━━━━━━━━━━ 100%  writing');
});
