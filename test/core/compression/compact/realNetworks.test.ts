// Compact forms of networks that others made: what is written runs in ONNX Runtime and gives outputs of the same shapes
// from fewer parameters and less work, about as large as was estimated.
import { statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { countMacs } from '../../../../src/core/analysis/macs';
import { inferShapes } from '../../../../src/core/analysis/shapes';
import { estimateCompression } from '../../../../src/core/experiment/estimate';
import { openModel } from '../../../../src/core/formats/openModel';
import { saveModel } from '../../../../src/core/formats/saveModel';
import type { Model } from '../../../../src/core/ir/graph';
import { layersOf } from '../../../../src/core/operators/layers';
import { compress } from '../../../support/applyStep';
import { inputsFor, runModel } from '../../../support/runModels';
import { hasShared, sharedFile } from '../../../support/sharedFiles';
import { useTempFolder } from '../../../support/tempFolder';

const { signal } = new AbortController();
const folder = useTempFolder();

const networks = [
  'cifar10_resnet_4b.onnx',
  'super_resolution_10.onnx',
  'ultraface_RFB-320.onnx',
  'openseeface_mnv3_detection_opt.onnx',
  'yunet_n_320_320.onnx',
] as const;

const steps = [
  { replace: { with: 'depthwise-separable' } },
  { replace: { with: 'grouped-shuffle', groups: 2 } },
  { replace: { with: 'bottleneck', width: 0.5 } },
  { lowRank: { ratio: 0.5 } },
] as const;

function parametersOf(model: Model): number {
  return layersOf(model).reduce(
    (sum, { tensors }) => sum + tensors.reduce((inLayer, { parameters }) => inLayer + parameters, 0),
    0,
  );
}

async function macsOf(model: Model): Promise<number> {
  return countMacs(model, await inferShapes(model, { signal })).total;
}

describe.runIf(hasShared)('a compact form of a real network', () => {
  it.each(networks.flatMap((file) => steps.map((step) => ({ file, step }))))(
    '$file with $step runs with fewer parameters and less work',
    async ({ file, step }) => {
      const path = sharedFile(`models/onnx/${file}`);
      const before = openModel(path);
      const estimate = await estimateCompression({ path, steps: [step] }, signal);
      const applied = await compress(before, [step]).catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'NOTHING_TO_DO' });
        return undefined;
      });
      if (!applied) {
        expect(estimate.parametersAfter).toBe(estimate.parameters);
        return;
      }
      const after = applied.model;
      expect(parametersOf(after)).toBe(estimate.parametersAfter);
      expect(parametersOf(after)).toBeLessThan(parametersOf(before));
      expect(await macsOf(after)).toBeLessThan(await macsOf(before));
      const output = folder.file('out.onnx');
      await saveModel(after, output, { jobId: 'test' });
      expect(Math.abs(estimate.bytesAfter / statSync(output).size - 1)).toBeLessThan(0.1);

      const feeds = (await inputsFor(before, 1))![0]!;
      const [first, second] = [await runModel(before, feeds), await runModel(openModel(output), feeds)];
      for (const [name, { shape }] of Object.entries(first)) {
        expect(second[name]!.shape).toEqual(shape);
        expect([...(second[name]!.data as Float32Array)].every(Number.isFinite)).toBe(true);
      }
    },
  );
});
