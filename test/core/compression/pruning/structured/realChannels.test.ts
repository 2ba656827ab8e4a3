// Part of the channels of real networks: what is left runs in ONNX Runtime and computes what the network computes when
// nothing reads the removed ones; a layer that keeps all of its channels has a reason.
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { countMacs } from '../../../../../src/core/analysis/macs';
import { inferShapes } from '../../../../../src/core/analysis/shapes';
import { channelGroups } from '../../../../../src/core/compression/pruning/structured/channelGroups';
import { removeChannels } from '../../../../../src/core/compression/pruning/structured/removeChannels';
import { weightsOf } from '../../../../../src/core/compression/weights';
import { modelToBytes } from '../../../../../src/core/formats/modelBytes';
import { openModel } from '../../../../../src/core/formats/openModel';
import type { Model } from '../../../../../src/core/ir/graph';
import { maskedChannels } from '../../../../support/maskedChannels';
import { onnxFiles } from '../../../../support/onnxFiles';
import { inputsFor, largestDifference, runModel } from '../../../../support/runModels';
import { hasShared } from '../../../../support/sharedFiles';
import { smallestChannels } from '../../../../support/smallestChannels';

/** Of the largest output: float32 sums in another order, through up to a hundred layers. */
const tolerance = 1e-5;

/** Without half of its channels nothing is probable to it, and the smallest differences are large to probabilities of 0.0003. */
const improbable: Readonly<Record<string, number>> = { 'openseeface_mnv3_detection_opt.onnx': 1e-4 };

/** Files of which no channel can go, and what one of their layers says of it. */
const unpruned: Readonly<Record<string, string>> = {
  'conv_qdq_external_ini.onnx': 'the model gives them out as output',
  'dtln_model_1.onnx': 'lstm_4 (LSTM) is not an operator that channels can be followed through',
  'onnx2c_treeensembleclassifier.onnx': 'no layers with weights',
  'ort_attention_past_state.u8s8.onnx': 'no layers with weights',
  'ort_lr_mnist_scikit.onnx': 'no layers with weights',
  // Its biases do not broadcast, so that it has no shapes, and no runtime loads it.
  'ort_starry-night-fp16.onnx': 'Add:65 (Add) is not an operator that channels can be followed through',
  'ort_tiny_gpt2_beamsearch_fp16.onnx': 'all of them belong together, and one has to be left',
  'silero_vad.onnx': 'it is in a graph within the graph',
  'tract_byte_sb_bidi_lstm.onnx': 'Gather_1 (Gather) needs all of them',
};

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

/** The model without a fraction of the channels of each group, those of the smallest L1 norms. */
async function lessened(model: Model, fraction: number) {
  const shapes = await inferShapes(model);
  const { groups, refused } = channelGroups(model, shapes);
  const selection = smallestChannels(model, groups, fraction, 'layer');
  return { shapes, groups, refused, selection, small: removeChannels(model, shapes, selection) };
}

describe.runIf(hasShared)('part of the channels of a real network', { timeout: 60_000 }, () => {
  for (const file of hasShared ? onnxFiles() : []) {
    const name = path.basename(file);

    it(`of ${name} can go, or it is said why not`, async () => {
      const model = openModel(file);
      const { groups, refused, selection, small } = await lessened(model, 0.5);
      const layers = new Set(weightsOf(model).map(({ layer }) => layer));
      const covered = new Set([
        ...groups.flatMap((group) => group.layers),
        ...refused.map(({ layer }) => layer),
      ]);
      expect(covered).toEqual(layers);
      const reasons = refused.map(({ reason }) => reason);
      expect(reasons).not.toContain('');
      const most = mostBytes[name];
      const share = modelToBytes(small).byteLength / modelToBytes(model).byteLength;
      if (most !== undefined) expect(share).toBeLessThanOrEqual(most);
      const why = unpruned[name];
      expect(selection.size === 0).toBe(why !== undefined);
      if (why === undefined) return;
      expect(small).toBe(model);
      expect(layers.size === 0 ? ['no layers with weights'] : reasons).toContain(why);
    });

    if (unpruned[name] !== undefined) continue;
    it(`leaves the outputs of ${name} as masking does`, async () => {
      const model = openModel(file);
      const [feeds] = (await inputsFor(model, 1)) ?? [];
      for (const fraction of [0.3, 0.5]) {
        const { shapes, selection, small } = await lessened(model, fraction);
        expect(countMacs(small, await inferShapes(small)).total).toBeLessThan(countMacs(model, shapes).total);
        const masked = await runModel(maskedChannels(model, selection), feeds!);
        const most = fraction === 0.5 ? (improbable[name] ?? tolerance) : tolerance;
        expect(largestDifference(masked, await runModel(small, feeds!))).toBeLessThanOrEqual(most);
      }
    });
  }
});
