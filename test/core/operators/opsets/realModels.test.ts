// Real models in their own opset and in opsets 13, 17 and 21 must give the same outputs.
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openModel } from '../../../../src/core/formats/openModel';
import { raiseOpset } from '../../../../src/core/operators/opsets/raiseOpset';
import { standardOpset } from '../../../../src/core/operators/opsets/standardOpset';
import { inputsFor, largestDifference, runModel } from '../../../support/runModels';
import { onnxFiles } from '../../../support/onnxFiles';
import { hasShared } from '../../../support/sharedFiles';

/** Files older than opset 21 with operators that no version of ONNX defines; they are the only ones not raised. */
const refusals: Readonly<Record<string, readonly string[]>> = {
  'ort_fns-candy.onnx': ['Affine', 'Crop', 'ImageScaler'],
  'ort_squeezenet_tensor_input.onnx': ['ImageScaler'],
  'ort_tiny_gpt2_beamsearch_fp16.onnx': ['LayerNormalization'],
};

/** Files that ONNX Runtime does not run as they are: shapes that do not add up. */
const broken = ['ort_starry-night-fp16.onnx'];

describe.runIf(hasShared).each([13, 17, 21] as const)('raising real models to opset %i', (opset) => {
  for (const file of hasShared ? onnxFiles() : []) {
    const name = path.basename(file);
    const before = openModel(file);
    if (standardOpset(before) >= opset) continue;

    it(`keeps the outputs of ${name}`, async () => {
      const result = raiseOpset(before, opset);
      if ('refused' in result) {
        expect(result.refused).toEqual(refusals[name]);
        return;
      }
      expect(standardOpset(result.model)).toBe(opset);
      const inputs = await inputsFor(before, 2);
      expect(inputs === undefined).toBe(broken.includes(name));
      for (const feeds of inputs ?? []) {
        const outputs = await runModel(before, feeds);
        expect(Object.keys(outputs)).not.toHaveLength(0);
        expect(largestDifference(outputs, await runModel(result.model, feeds))).toBeLessThanOrEqual(1e-5);
      }
    });
  }
});
