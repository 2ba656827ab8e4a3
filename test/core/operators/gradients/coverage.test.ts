// Which operators of real networks pass gradients on, so that none is missing unseen.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openModel } from '../../../../src/core/formats/openModel';
import { noGradient, type GradientRule } from '../../../../src/core/operators/gradient';
import { operatorOf } from '../../../../src/core/operators/operators';
import { hasShared, sharedFile } from '../../../support/sharedFiles';

/** Operators in the files' main graphs, with whether a gradient passes through them. */
const table = {
  passing: [
    'Add BatchNormalization Cast Clip Concat Conv ConvTranspose DequantizeLinear Div Erf Exp Expand Flatten Gather',
    'Gemm GlobalAveragePool Identity InstanceNormalization LSTM Log LogSoftmax MatMul MaxPool Min Mul Neg Pad Pow',
    'QuantizeLinear ReduceMax ReduceMean ReduceMin ReduceSum Relu Reshape Resize Sigmoid Slice Softmax Split Sqrt Squeeze',
    'Sub Tanh Transpose Unsqueeze Upsample Where',
  ],
  /** Their derivative is 0 wherever they have one. */
  flat: ['ArgMax Constant ConstantOfShape Equal Not Shape'],
  withoutRule: [
    // Operators of the first ONNX versions, and choices made while running.
    'Affine Crop If ImageScaler',
    // Of integers, of classical machine learning and of finished, fused inference graphs.
    'MatMulInteger Range ai.onnx.ml.ArrayFeatureExtractor ai.onnx.ml.LinearClassifier ai.onnx.ml.Normalizer',
    'ai.onnx.ml.TreeEnsembleClassifier ai.onnx.ml.ZipMap com.microsoft.BeamSearch com.microsoft.FusedConv',
  ],
};

describe.runIf(hasShared)('operators of real networks', () => {
  it('pass gradients on as the table says', () => {
    const kinds = new Map<string, keyof typeof table>();
    for (const file of networks()) {
      for (const node of openModel(file).graph.nodes) {
        const domain = ['', 'ai.onnx'].includes(node.domain) ? '' : `${node.domain}.`;
        kinds.set(`${domain}${node.operator}`, kindOf(operatorOf(node)?.gradient));
      }
    }
    const found = Object.fromEntries(
      Object.keys(table).map((kind) => [
        kind,
        [...kinds]
          .filter(([, own]) => own === kind)
          .map(([name]) => name)
          .toSorted(),
      ]),
    );
    expect(found).toEqual(
      Object.fromEntries(
        Object.entries(table).map(([kind, lines]) => [
          kind,
          lines.flatMap((line) => line.split(' ')).toSorted(),
        ]),
      ),
    );
  });
});

function kindOf(gradient: GradientRule | undefined): keyof typeof table {
  if (gradient === noGradient) return 'flat';
  return gradient ? 'passing' : 'withoutRule';
}

function networks(): readonly string[] {
  const folder = sharedFile('models/onnx');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.onnx'))
    .map((name) => path.join(folder, name));
}
