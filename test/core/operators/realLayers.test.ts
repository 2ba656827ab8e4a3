// Layers of real models: their totals against an independent count, and their labels in compressed copies.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openModel } from '../../../src/core/formats/openModel';
import { isFloat } from '../../../src/core/ir/elementType';
import type { Model } from '../../../src/core/ir/graph';
import { layersOf, type Layer } from '../../../src/core/operators/layers';
import { compress } from '../../support/applyStep';
import { hasShared, sharedFile } from '../../support/sharedFiles';

describe.runIf(hasShared)('real files', () => {
  const rows = hasShared
    ? readFileSync(sharedFile('models/expected-onnx-elements.tsv'), 'utf8')
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.split('\t'))
    : [];

  /** Integer elements that are weights or biases: int8, uint8 and int32 tensors that are dequantized. */
  const quantized: Readonly<Record<string, number>> = {
    'onnx/external_conv_qdq/conv_qdq_external_ini.onnx': 32 * 3 * 9 + 32,
    // All integers but 21 zero points, one for each scale.
    'onnx/ort_qdq16_multi_consumer.onnx': 123_381 - 21,
  };

  it.each(rows)('%s has the parameters that an independent count gives', (file, floatElements) => {
    const layers = layersOf(openModel(sharedFile(`models/${file}`)));
    const tensors = layers.flatMap((layer) => layer.tensors);
    const float = tensors.filter(({ tensor }) => isFloat(tensor.type));
    expect(sum(float.map(({ tensor }) => tensor.elements))).toBe(Number(floatElements));
    expect(total(layers)).toBe(Number(floatElements) + (quantized[file] ?? 0));
    expect(new Set(tensors.map(({ tensor }) => tensor)).size).toBe(tensors.length);
    expect(new Set(layers.map(({ label }) => label)).size).toBe(layers.length);
  });

  it.each(['ort_squeezenet_tensor_input', 'silero_vad', 'vit_ibp_3_3_8', 'tract_byte_sb_bidi_lstm'])(
    '%s has its layers under the same labels when it is compressed',
    async (name) => {
      const original = openModel(sharedFile(`models/onnx/${name}.onnx`));
      const { model: compressed } = await compress(original, [
        { prune: { sparsity: 0.5 } },
        { quantize: {} },
      ]);
      expect(weightsWithLabels(compressed)).toEqual(weightsWithLabels(original));
    },
  );
});

function weightsWithLabels(of: Model): readonly string[] {
  return layersOf(of).flatMap(({ label, tensors }) =>
    tensors
      .filter(({ role }) => role === 'weight')
      .map(({ parameters, outputAxis }) => `${label}: ${parameters} along ${outputAxis}`),
  );
}

function total(layers: readonly Layer[]): number {
  return sum(layers.flatMap(({ tensors }) => tensors.map(({ parameters }) => parameters)));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
