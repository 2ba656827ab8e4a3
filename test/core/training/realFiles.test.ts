// Networks of other people, whose loss on a fixed batch falls step by step.
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Targets } from '../../../src/core/data/dataSet';
import { openModel } from '../../../src/core/formats/openModel';
import { modelToBytes } from '../../../src/core/formats/modelBytes';
import { onnxRuntime } from '../../../src/core/runtime/onnxRuntime';
import { hasShared, sharedFile } from '../../support/sharedFiles';
import { classes, randomBatch, trainerFor, values } from './support/trainNetwork';

const networks: readonly (readonly [
  file: string,
  sample: readonly number[],
  targets: Targets,
  parameters: number,
])[] = [
  ['burn_mnist.onnx', [1, 28, 28], classes(10), 376870],
  ['cifar10_resnet_4b.onnx', [3, 32, 32], classes(10), 123734],
  ['cntk_mnist-8.onnx', [1, 28, 28], classes(10), 5994],
  ['mnistfc_256x2.onnx', [1, 28, 28], classes(10), 269322],
  ['ort_cnn_mnist_pytorch.onnx', [1, 28, 28], classes(10), 21840],
  ['vit_ibp_3_3_8.onnx', [3, 32, 32], classes(10), 67594],
  ['mujoco_go1_policy.onnx', [48], values(12), 192504],
];

describe.runIf(hasShared)('training a real network', () => {
  it.each(networks)('lowers the loss of %s', async (file, sample, targets, parameters) => {
    const model = openModel(sharedFile(path.join('models/onnx', file)));
    const batch = randomBatch(8, sample, targets, 1);
    const trainer = await trainerFor({ model, sample, targets, options: { batch: 8 } });
    expect(trainer).toMatchObject({ batch: 8, parameters, frozen: [], notes: [] });
    const losses: number[] = [];
    for (let seed = 0; seed < 8; seed++)
      losses.push((await trainer.step(batch, { learningRate: 5e-4, seed })).loss);
    expect(losses.at(-1)).toBeLessThan(0.96 * losses[0]!);
    const session = await (await onnxRuntime()).load(modelToBytes(trainer.model()));
    await session.dispose();
    await trainer.dispose();
  });
});
