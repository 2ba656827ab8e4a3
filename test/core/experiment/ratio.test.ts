// How small pruned and quantized files get: on every real float32 model whose file is mostly weights.
import { statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { applySteps, parseSteps } from '../../../src/core/compression/steps';
import { modelFiles, openModel } from '../../../src/core/formats/openModel';
import { saveModel } from '../../../src/core/formats/saveModel';
import { weightsOf } from '../../../src/core/compression/weights';
import { onnxFiles } from '../../support/onnxFiles';
import { hasShared, sharedFolder } from '../../support/sharedFiles';
import { stepsContext } from '../../support/applyStep';
import { useTempFolder } from '../../support/tempFolder';

const folder = useTempFolder();

/** Compressed over original bytes after pruning 80 % and int8 per channel, as measured. */
const measured: Readonly<Record<string, number>> = {
  'burn_mnist.onnx': 0.263,
  'cifar10_resnet_4b.onnx': 0.269,
  'dnsmos_model_v8.onnx': 0.291,
  'dtln_model_1.onnx': 0.268,
  'mnistfc_256x2.onnx': 0.255,
  'mujoco_go1_policy.onnx': 0.265,
  'ort_cnn_mnist_pytorch.onnx': 0.277,
  'ort_fns-candy.onnx': 0.265,
  'ort_squeezenet_tensor_input.onnx': 0.265,
  'super_resolution_10.onnx': 0.263,
  'tinyphysics.onnx': 0.271,
  'tract_byte_sb_bidi_lstm.onnx': 0.265,
};

const weightDominated = 0.95;

/** The part of the file that is float32 weights, which int8 can shrink. */
function weightShare(file: string): number {
  const model = openModel(file);
  const weights = weightsOf(model).filter(({ tensor }) => tensor.type === 'float32');
  const bytes = modelFiles(model, file).reduce((sum, part) => sum + statSync(part).size, 0);
  return weights.reduce((sum, { tensor }) => sum + tensor.byteLength, 0) / bytes;
}

describe.runIf(hasShared)('pruning 80 % and int8', () => {
  const files = hasShared ? onnxFiles() : [];
  const names = files
    .filter((file) => weightShare(file) >= weightDominated)
    .map((file) => path.relative(path.join(sharedFolder!, 'models/onnx'), file));

  it('is measured on every model whose file is at least 95 % float32 weights', () => {
    expect(names).toEqual(Object.keys(measured));
  });

  it.each(Object.entries(measured))('brings %s to %f of its bytes', async (name, ratio) => {
    const source = files.find((file) => file.endsWith(`/${name}`))!;
    const steps = parseSteps([{ prune: { sparsity: 0.8 } }, { quantize: {} }]);
    const { model } = await applySteps(openModel(source), steps, stepsContext({ path: source }));
    await saveModel(model, folder.file('out.onnx'), { jobId: 'test' });
    const actual = statSync(folder.file('out.onnx')).size / statSync(source).size;
    expect(actual).toBeCloseTo(ratio, 2);
    expect(actual).toBeLessThanOrEqual(0.3);
  });
});
