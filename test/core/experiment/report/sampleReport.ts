// A report with every part that one can have, and names in it that mean harm.
import type { CurvesView, EpochView, ReportView } from '../../../../src/shared/contracts/viewModels';

export const harmful = `<script>window.harmed = true</script>"><img src=x onerror="window.harmed = true">'`;

const sizes = { parameters: 7850, nonZeros: 7849, sparsity: 0, macs: 7840, bytes: 32_000, gzipBytes: 30_000 };

function epochs(count: number, sparsity?: number): readonly EpochView[] {
  return Array.from({ length: count + 1 }, (_, epoch) => ({
    epoch,
    trainLoss: 2 / (epoch + 1),
    validationLoss: epoch === 2 ? null : 2.1 / (epoch + 1),
    trainAccuracy: 1 - 1 / (epoch + 2),
    validationAccuracy: 1 - 1 / (epoch + 1.9),
    learningRate: 1e-3 / (epoch + 1),
    seconds: 1,
    ...(sparsity !== undefined && { sparsity }),
  }));
}

export function sampleCurves(step: number, count: number, sparsity?: number): CurvesView {
  return {
    step,
    epochs: count,
    history: epochs(count, sparsity),
    bestEpoch: count,
    loss: 'crossEntropy',
    samples: { train: 800, validation: 200 },
    parameters: 7850,
    diagnosis: {
      verdict: 'overfit',
      evidence: [
        { note: { code: 'LAYER_GREW', values: { epoch: 1, layer: harmful } }, speaksFor: 'diverged' },
      ],
      advice: [],
    },
  };
}

export function sampleReport(): ReportView {
  const layer = {
    operator: 'Gemm',
    parameters: 7850,
    parametersAfter: 7850,
    sparsityBefore: 0,
    sparsityAfter: 0.8,
    bytesBefore: 31_400,
    bytesAfter: 7890,
    gzipBytesBefore: 29_000,
    gzipBytesAfter: 2900,
    sparseBytesBefore: 31_401,
    sparseBytesAfter: 2500,
    entropyBytesBefore: 12_000,
    entropyBytesAfter: 1900,
    typeBefore: 'float32',
    typeAfter: 'int8',
  };
  const measures = { mse: 0.0000123, sqnrDb: 31.46, maxError: 0.5, cosine: 0.99 };
  const done = { ended: 'allEpochs', seconds: 3, frozen: [{ layer: harmful, reason: harmful }] } as const;
  const measured = { loss: 0.5, accuracy: 0.9, samples: 800 };
  return {
    version: 1,
    created: '2026-01-02T03:04:05.000Z',
    seconds: 1.25,
    steps: [{ train: { epochs: 3 } }, { prune: { sparsity: 0.8 } }, { train: { epochs: 2 } }],
    data: harmful,
    seed: 7,
    original: { path: '/m/net.onnx', ...sizes, sparseBytes: 32_001, entropyBytes: 12_000 },
    compressed: {
      path: `/m/${harmful}.onnx`,
      ...sizes,
      nonZeros: 1578,
      sparsity: 0.8,
      bytes: 8000,
      gzipBytes: 3000,
      sparseBytes: 2500,
      entropyBytes: 2000,
    },
    ratio: 0.25,
    layers: [
      { ...layer, ...measures, name: harmful, shapeBefore: [784, 10], shapeAfter: [784, 10] },
      { ...layer, name: 'conv', change: 'resized', shapeBefore: [64, 32, 3, 3], shapeAfter: [40, 20, 3, 3] },
      {
        ...layer,
        name: 'wide',
        change: 'replaced',
        shapeBefore: [8, 8, 3, 3],
        parts: [`wide/${harmful}`, 'wide/pointwise'].map((name) => ({
          name,
          operator: 'Conv',
          shape: [8, 1, 3, 3],
          type: 'float32',
          parameters: 72,
          bytes: 288,
          sparsity: 0,
        })),
      },
    ],
    outputs: [{ name: harmful, mse: 0.25, sqnrDb: null, maxError: 1, kl: 0.0625, agreement: 0.975 }],
    comparedOn: harmful,
    accuracy: {
      before: { accuracy: 0.9755, loss: 0.1, samples: 2000 },
      after: { accuracy: 0.9705, loss: 0.125, samples: 2000 },
    },
    latency: { beforeMs: 1.5, afterMs: 1.2, threads: 2, batch: 1 },
    generalization: {
      before: { train: measured, validation: measured, test: measured },
      after: { train: measured, validation: measured, test: { ...measured, accuracy: 0.875 } },
    },
    training: [
      { ...sampleCurves(0, 3), ...done },
      { ...sampleCurves(2, 2, 0.8), ...done },
    ],
    notes: [
      { code: 'SPARSE_NOT_FASTER', values: {} },
      { code: 'LAYERS_UNMATCHED', values: { count: 1, path: harmful, layers: harmful } },
    ],
  };
}
