// Real models with weights in 4 bits by groups, and in half precision: written, opened again, run by ONNX Runtime, and
// held against the same graph with the float values that the file stands for.
import { statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareLayers } from '../../../../../src/core/analysis/compareLayers';
import { weightValues } from '../../../../../src/core/analysis/weightValues';
import { replaceWeights, weightsOf } from '../../../../../src/core/compression/weights';
import { modelFiles, openModel } from '../../../../../src/core/formats/openModel';
import { saveModel } from '../../../../../src/core/formats/saveModel';
import type { Model } from '../../../../../src/core/ir/graph';
import { encodeNumbers } from '../../../../../src/core/ir/numbers';
import { pauseFor } from '../../../../../src/core/ir/pacing';
import { Tensor } from '../../../../../src/core/ir/tensor';
import { compress } from '../../../../support/applyStep';
import { onnxFiles } from '../../../../support/onnxFiles';
import { inputsFor, largestDifference, runModel } from '../../../../support/runModels';
import { hasShared } from '../../../../support/sharedFiles';
import { useTempFolder } from '../../../../support/tempFolder';

const folder = useTempFolder();
const pause = pauseFor(new AbortController().signal);

/** Files that ONNX Runtime does not run as they are: shapes that do not add up, float16 beam search on a CPU. */
const notRun = ['ort_starry-night-fp16.onnx', 'ort_tiny_gpt2_beamsearch_fp16.onnx'];

/** Order of additions differs between the runtime's kernels for constant and for computed weights. */
const tolerance = 5e-4;

const largestFile = 1_200_000;

const settings = [
  { name: 'int4 by groups', quantize: { bits: 4, granularity: 'group' }, types: ['int4'] },
  { name: 'float16', quantize: { scheme: 'float16' }, types: ['float16'] },
] as const;

/** Bytes of a model's file and of those with its external data. */
function bytesOf(model: Model, file: string): number {
  return modelFiles(model, file).reduce((sum, part) => sum + statSync(part).size, 0);
}

/** The original graph with the values that the weights of the written one stand for. */
function withValuesOf(before: Model, after: Model): Model {
  const compressed = new Map(weightsOf(after).map((weight) => [weight.value, weight]));
  return replaceWeights(
    before,
    new Map(
      weightsOf(before).map((weight): [Tensor, Tensor] => {
        const { value, tensor } = weight;
        const stored = [`${value}_quantized`, `${value}_float16`, value].flatMap(
          (name) => compressed.get(name) ?? [],
        );
        const values = [...weightValues(stored[0]!).chunks()].flatMap((part) => [...part]);
        return [
          tensor,
          Tensor.fromBytes(tensor.name, tensor.type, tensor.shape, encodeNumbers(tensor.type, values)),
        ];
      }),
    ),
  );
}

describe.runIf(hasShared).each(settings)('real models in $name', ({ quantize, types }) => {
  const files = (hasShared ? onnxFiles() : []).filter((file) => {
    if (statSync(file).size > largestFile) return false;
    return weightsOf(openModel(file)).some(
      ({ tensor, dequantize }) =>
        !dequantize &&
        ['float32', 'float16'].includes(tensor.type) &&
        !(types as readonly string[]).includes(tensor.type),
    );
  });

  it.each(files)('compute with the values that are stored: %s', async (file) => {
    const before = openModel(file);
    const { model, notes } = await compress(before, [{ quantize }]);
    const output = folder.file('out.onnx');
    await saveModel(model, output, { jobId: 'test' });
    const written = openModel(output);
    const kept = new Set(
      notes.filter(({ code }) => code === 'NOT_QUANTIZED').map(({ values }) => values['tensor']),
    );
    const changed = weightsOf(written).filter(({ value }) => !kept.has(value));
    expect(changed.length).toBeGreaterThan(0);
    for (const { tensor } of changed) expect(types).toContain(tensor.type);
    expect(bytesOf(written, output)).toBeLessThan(0.75 * bytesOf(before, file));

    const sides = [
      { path: file, model: before },
      { path: output, model: written },
    ] as const;
    const { layers } = await compareLayers(...sides, pause, () => undefined);
    expect(layers.filter(({ change }) => change !== undefined)).toEqual([]);

    const inputs = await inputsFor(written, 1);
    expect(inputs === undefined).toBe(notRun.includes(path.basename(file)));
    if (!inputs) return;
    const expected = await runModel(withValuesOf(before, written), inputs[0]!);
    expect(largestDifference(expected, await runModel(written, inputs[0]!))).toBeLessThan(tolerance);
  });
});
