// Half of the channels of real networks: what is left runs in ONNX Runtime and computes what the network computes when
// nothing reads the removed ones; a layer that keeps all of its channels has a reason.
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { countMacs } from '../../../../../src/core/analysis/macs';
import { inferShapes } from '../../../../../src/core/analysis/shapes';
import { channelGroups } from '../../../../../src/core/compression/pruning/structured/channelGroups';
import { channelImportance } from '../../../../../src/core/compression/pruning/structured/channelImportance';
import { removeChannels } from '../../../../../src/core/compression/pruning/structured/removeChannels';
import { selectChannels } from '../../../../../src/core/compression/pruning/structured/selectChannels';
import { weightsOf } from '../../../../../src/core/compression/weights';
import { modelToBytes } from '../../../../../src/core/formats/modelBytes';
import { openModel } from '../../../../../src/core/formats/openModel';
import type { Model } from '../../../../../src/core/ir/graph';
import { isNumeric, tensorNumbers } from '../../../../../src/core/ir/numbers';
import { maskedChannels } from '../../../../support/maskedChannels';
import { onnxFiles } from '../../../../support/onnxFiles';
import { inputsFor, largestDifference, runModel } from '../../../../support/runModels';
import { hasShared } from '../../../../support/sharedFiles';

/** Float32 sums in another order, through up to a hundred layers. */
const tolerance = 1e-4;

/** The most of a file's bytes that are left: networks of convolutions keep about a quarter of their weights. */
const mostBytes: Readonly<Record<string, number>> = {
  'burn_mnist.onnx': 0.27,
  'cifar10_resnet_4b.onnx': 0.27,
  'cntk_mnist-8.onnx': 0.45,
  'dnsmos_model_v8.onnx': 0.28,
  'mnistfc_256x2.onnx': 0.45,
  'mujoco_go1_policy.onnx': 0.3,
  'openseeface_mnv3_detection_opt.onnx': 0.7,
  'ort_cnn_mnist_pytorch.onnx': 0.28,
  'ort_fns-candy.onnx': 0.28,
  'ort_squeezenet_tensor_input.onnx': 0.27,
  'ppocr_mobile_v1.1_det.onnx': 0.31,
  'super_resolution_10.onnx': 0.29,
  'tinyphysics.onnx': 0.62,
  'ultraface_RFB-320.onnx': 0.41,
  'vit_ibp_3_3_8.onnx': 0.7,
  'yunet_n_320_320.onnx': 0.36,
};

/** L1 norms of half of the channels of each group. */
async function halved(model: Model) {
  const shapes = await inferShapes(model);
  const { groups, refused } = channelGroups(model, shapes);
  const scored = new Map(
    weightsOf(model)
      .filter(({ tensor }) => isNumeric(tensor.type))
      .map(({ value, tensor }) => [
        value,
        { tensor, scores: Float32Array.from(tensorNumbers(tensor), Math.abs) },
      ]),
  );
  const candidates = groups.map((group) => ({ group, importance: channelImportance(group, scored) }));
  const selection = selectChannels(candidates, 0.5, 'layer');
  return { shapes, groups, refused, selection, small: removeChannels(model, shapes, selection) };
}

describe.runIf(hasShared)('half of the channels of a real network', { timeout: 60_000 }, () => {
  for (const file of hasShared ? onnxFiles() : []) {
    const name = path.basename(file);
    it(`of ${name} can go, or it is said why not`, async () => {
      const model = openModel(file);
      const { shapes, groups, refused, selection, small } = await halved(model);
      const layers = new Set(weightsOf(model).map(({ layer }) => layer));
      const covered = new Set([
        ...groups.flatMap((group) => group.layers),
        ...refused.map(({ layer }) => layer),
      ]);
      expect(covered).toEqual(layers);
      expect(refused.filter(({ reason }) => reason === '')).toEqual([]);
      const most = mostBytes[name];
      const share = modelToBytes(small).byteLength / modelToBytes(model).byteLength;
      if (most !== undefined) expect(share).toBeLessThanOrEqual(most);
      if (selection.size === 0) {
        expect(small).toBe(model);
        return;
      }
      expect(countMacs(small, await inferShapes(small)).total).toBeLessThan(countMacs(model, shapes).total);
      const [feeds] = (await inputsFor(model, 1)) ?? [];
      if (!feeds) return;
      const [masked, left] = [
        await runModel(maskedChannels(model, selection), feeds),
        await runModel(small, feeds),
      ];
      expect(largestDifference(masked, left)).toBeLessThanOrEqual(tolerance);
    });
  }
});
