// Pruning and quantization of real models: written, opened again, run, and held against the same graph with floats.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { replaceWeights, weightsOf, type Weight } from '../../../src/core/compression/weights';
import { openModel } from '../../../src/core/formats/openModel';
import { saveModel } from '../../../src/core/formats/saveModel';
import type { Model } from '../../../src/core/ir/graph';
import { encodeNumbers, tensorNumbers } from '../../../src/core/ir/numbers';
import { Tensor } from '../../../src/core/ir/tensor';
import { onnxRuntime } from '../../../src/core/runtime/onnxRuntime';
import type { Note } from '../../../src/shared/base/messages';
import { compress } from '../../support/applyStep';
import { onnxFiles } from '../../support/onnxFiles';
import { inputsFor, largestDifference, runModel } from '../../support/runModels';
import { hasShared, sharedFile } from '../../support/sharedFiles';

/** Files that ONNX Runtime does not run as they are: shapes that do not add up, float16 beam search on a CPU. */
const notRun = ['ort_starry-night-fp16.onnx', 'ort_tiny_gpt2_beamsearch_fp16.onnx'];

/** Order of additions differs between the runtime's kernels for constant and for computed weights. */
const tolerance = 5e-4;

async function loads(file: string): Promise<boolean> {
  const session = await (await onnxRuntime()).load(file).catch(() => undefined);
  await session?.dispose();
  return session !== undefined;
}

/** Real values of a weight, whether it is quantized or not. */
function valuesOf({ tensor, dequantize }: Weight): Float64Array {
  const stored = Float64Array.from(tensorNumbers(tensor));
  if (!dequantize) return stored;
  const scales = tensorNumbers(dequantize.scale);
  const zeroPoints = dequantize.zeroPoint
    ? tensorNumbers(dequantize.zeroPoint)
    : new Float32Array(scales.length);
  const { axis } = dequantize;
  const inner =
    axis === undefined ? tensor.elements : tensor.shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  return stored.map((value, i) => {
    const channel = axis === undefined ? 0 : Math.floor(i / inner) % scales.length;
    return Math.fround((value - zeroPoints[channel]!) * scales[channel]!);
  });
}

const zerosIn = (weights: readonly Weight[]): number =>
  weights.reduce((sum, weight) => sum + valuesOf(weight).filter((value) => value === 0).length, 0);

const kept = (notes: readonly Note[], code: Note['code']): Set<unknown> =>
  new Set(notes.filter((note) => note.code === code).map(({ values }) => values['tensor']));

/** The original graph with the float values of the compressed weights: what the compressed graph has to compute. */
function withValuesOf(before: Model, after: Model): Model {
  const compressed = new Map(weightsOf(after).map((weight) => [weight.value, weight]));
  const replacements = new Map(
    weightsOf(before).map((weight): [Tensor, Tensor] => {
      const { value, tensor } = weight;
      const result = compressed.get(`${value}_quantized`) ?? compressed.get(value)!;
      if (weight.dequantize || result.tensor.type === tensor.type) return [tensor, result.tensor];
      const bytes = encodeNumbers(tensor.type, valuesOf(result));
      return [tensor, Tensor.fromBytes(tensor.name, tensor.type, tensor.shape, bytes)];
    }),
  );
  return replaceWeights(before, replacements);
}

describe.runIf(hasShared)('compressing real models', { timeout: 180_000 }, () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'counterweight-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  for (const file of hasShared ? onnxFiles() : []) {
    const name = path.basename(file);
    const before = openModel(file);
    const weights = weightsOf(before);
    if (weights.length === 0) {
      it(`says that there is nothing to compress in ${name}`, async () => {
        await expect(compress(before, [{ quantize: {} }])).rejects.toMatchObject({
          code: 'NOTHING_TO_DO',
          values: { reason: expect.stringMatching(/^it holds .* and no weight tensors$/) as string },
        });
      });
      continue;
    }

    it(`prunes and quantizes ${name}`, async () => {
      const pruned = await compress(before, [{ prune: { sparsity: 0.8 } }]);
      const notPruned = kept(pruned.notes, 'NOT_PRUNED');
      const candidates = weights.filter(({ value }) => !notPruned.has(value));
      const elements = candidates.reduce((sum, { tensor }) => sum + tensor.elements, 0);
      const result = weightsOf(pruned.model).filter(({ value }) => !notPruned.has(value));
      expect(zerosIn(result)).toBe(Math.max(zerosIn(candidates), Math.round(0.8 * elements)));

      const { model: after, notes } = await compress(before, [
        { prune: { sparsity: 0.8 } },
        { quantize: {} },
      ]);
      const output = path.join(folder, name);
      await saveModel(after, output, { jobId: 'test' });
      const written = openModel(output);
      const floats = kept(notes, 'NOT_QUANTIZED');
      const unquantized = weightsOf(written).filter(({ tensor }) => tensor.type !== 'int8');
      expect(unquantized.filter(({ value }) => !floats.has(value))).toEqual([]);
      expect(zerosIn(weightsOf(written))).toBeGreaterThanOrEqual(Math.round(0.8 * elements));

      const inputs = await inputsFor(before, 1);
      expect(inputs === undefined).toBe(notRun.includes(name));
      expect(await loads(output)).toBe(await loads(file));
      if (!inputs) return;
      const session = await (await onnxRuntime()).load(output, { threads: 1 });
      await session.run(inputs[0]!);
      await session.dispose();
      const reference = withValuesOf(before, written);
      const [feeds] = inputs;
      const difference = largestDifference(
        await runModel(reference, feeds!),
        await runModel(written, feeds!),
      );
      expect(difference).toBeLessThan(tolerance);
    });

    it(`quantizes ${name} asymmetrically, by tensor`, async () => {
      const steps = [{ quantize: { scheme: 'asymmetric', granularity: 'tensor' } }];
      const quantized = weights.some(
        ({ dequantize, tensor }) => !dequantize && tensor.type.startsWith('float'),
      );
      if (!quantized) {
        await expect(compress(before, steps)).rejects.toMatchObject({ code: 'NOTHING_TO_DO' });
        return;
      }
      const { model: after } = await compress(before, steps);
      const inputs = await inputsFor(before, 1);
      if (!inputs) return;
      const reference = withValuesOf(before, after);
      expect(
        largestDifference(await runModel(reference, inputs[0]!), await runModel(after, inputs[0]!)),
      ).toBeLessThan(tolerance);
    });
  }

  it('refuses a file in the format of ONNX Runtime', () => {
    expect(() => openModel(sharedFile('models/onnx/ort_mnist.basic.ort'))).toThrow(
      expect.objectContaining({ code: 'ORT_FORMAT' }),
    );
  });
});
