// The shape rules on real files: every value between nodes, as ONNX Runtime computes it.
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inputSizes, type InputSizes } from '../../../src/core/analysis/inputSizes';
import { inferShapes } from '../../../src/core/analysis/shapes';
import { openModel } from '../../../src/core/formats/openModel';
import type { Model } from '../../../src/core/ir/graph';
import { onnxRuntime } from '../../../src/core/runtime/onnxRuntime';
import { compareWithRuntime } from '../../support/shapeOracle';
import { hasShared, sharedFile } from '../../support/sharedFiles';

/** Files that ONNX Runtime does not run on zeros, and why. */
const refused: Readonly<Record<string, string>> = {
  'ort_starry-night-fp16.onnx': 'adds shapes that do not broadcast',
  'ort_tiny_gpt2_beamsearch_fp16.onnx': 'wants a length above 0',
  'silero_vad.onnx': 'wants a sampling rate above 0',
};

/** Values that no rule knows, by their number; all others must be known. */
const unknown: Readonly<Record<string, number>> = {
  'onnx2c_treeensembleclassifier.onnx': 2,
  // Positions are cut to a length that is computed in float32.
  'ort_bert_toy_optimized.onnx': 298,
  'ort_lr_mnist_scikit.onnx': 4,
  'ort_squeezenet_tensor_input.onnx': 1,
};

/** Its 20 G multiply-accumulates take the runtime a minute with every value kept. */
const slow = new Set(['ort_fns-candy.onnx']);

const files = hasShared
  ? readdirSync(sharedFile('models/onnx'))
      .filter((name) => name.endsWith('.onnx') && !slow.has(name))
      .concat('external_conv_qdq/conv_qdq_external_ini.onnx', 'external_resnet_fp32/model.onnx')
  : [];

describe.runIf(hasShared)('shapes of real files', () => {
  it.each(files)('%s: rules and runtime agree', async (name) => {
    const model = openModel(sharedFile(`models/onnx/${name}`));
    const comparison = await compareWithRuntime(model, await chosenSizes(model));
    if (name in refused) {
      expect(comparison).toBeUndefined();
      return;
    }
    expect(comparison?.unknown.length).toBe(unknown[name] ?? 0);
    expect(comparison!.equal + comparison!.unknown.length).toBeGreaterThan(0);
  });

  it('asks the runtime where the rules do not suffice, and then knows every shape', async () => {
    const model = openModel(sharedFile('models/onnx/ort_bert_toy_optimized.onnx'));
    let asked = 0;
    const table = await inferShapes(model, {
      runtime: () => {
        asked++;
        return onnxRuntime();
      },
    });
    expect(asked).toBe(1);
    expect(table.shape(model.graph, 'prediction_scores')).toEqual([1, 1, 99]);
  });

  it('does not load the runtime where the rules suffice', async () => {
    const model = openModel(sharedFile('models/onnx/ultraface_RFB-320.onnx'));
    const table = await inferShapes(model, { runtime: () => Promise.reject(new Error('was asked')) });
    expect(table.shape(model.graph, 'boxes')).toEqual([1, 4420, 4]);
  });

  it('assumes sizes that make sense, and says which', async () => {
    expect(await assumedFor('cntk_mnist-8')).toEqual([]);
    expect(await assumedFor('super_resolution_10')).toEqual(['batch_size=1']);
    expect(await assumedFor('ppocr_mobile_v1.1_det')).toEqual(['image[0]=1', 'image[2]=224', 'image[3]=224']);
    // A window of 256 samples slides over the input: one sample is not enough for it.
    expect(await assumedFor('silero_vad')).toEqual(['input[0]=1', 'input[1]=512', 'state[1]=1']);
  });

  it('gives the reason where the runtime was asked and does not load the model', async () => {
    const model = openModel(sharedFile('models/onnx/ort_starry-night-fp16.onnx'));
    const table = await inferShapes(model);
    expect(table.refusal?.values.problem).toContain('Incompatible dimensions');
    expect(table.shape(model.graph, '64')).toEqual([1, 32, 224, 224]);
    expect(table.shape(model.graph, '65')).toBeUndefined();
  });
});

/** The sizes that the analysis decides for. */
async function chosenSizes(model: Model): Promise<InputSizes> {
  const { assumed } = await inferShapes(model);
  return [...inputSizes(model)].find((sizes) => sizes.assumed.join() === assumed.join())!;
}

async function assumedFor(name: string): Promise<readonly string[]> {
  return (await inferShapes(openModel(sharedFile(`models/onnx/${name}.onnx`)))).assumed;
}
