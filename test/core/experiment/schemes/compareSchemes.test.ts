// What schemes would do to a model, against what compression by the same options then does to it.
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compareModels } from '../../../../src/core/analysis/compareModels';
import { compressModel } from '../../../../src/core/experiment/compressModel';
import { compareSchemes } from '../../../../src/core/experiment/schemes/compareSchemes';
import { schemes } from '../../../../src/core/experiment/schemes/schemes';
import { parseSteps } from '../../../../src/core/compression/steps';
import { saveModel } from '../../../../src/core/formats/saveModel';
import { floats, graph, input, model, node } from '../../../support/build';
import { useTempFolder } from '../../../support/tempFolder';

const folder = useTempFolder();
const { signal } = new AbortController();
const progress = () => undefined;

/** A layer with weights of many sizes, and one so small that integers with scales would take more. */
async function saved(): Promise<string> {
  const values = Float32Array.from({ length: 384 * 8 }, (_, i) => Math.sin(i * i) * 2 ** ((i % 8) / 2));
  const content = graph({
    nodes: [node('Gemm', ['x', 'w', 'b'], ['h'], {}, 'fc1'), node('MatMul', ['h', 'tiny'], ['y'], {}, 'fc2')],
    inputs: [input('x', ['N', 384])],
    outputs: [input('y', ['N', 1])],
    initializers: [
      floats('w', [384, 8], values),
      floats('b', [8], new Float32Array(8).fill(0.5)),
      floats('tiny', [8, 1], values.slice(0, 8)),
    ],
  });
  const file = folder.file('net.onnx');
  if (!readdirSync(folder.path).includes('net.onnx'))
    await saveModel(model(content), file, { jobId: 'test' });
  return file;
}

describe('compareSchemes', () => {
  it('tells of each layer and of the file what the very compression then has', async () => {
    const path = await saved();
    const compared = await compareSchemes(path, { signal, progress });
    for (const { id, options, layers, model: whole } of compared.schemes) {
      const output = folder.file(`${id}.onnx`);
      const report = await compressModel(
        { path, output, reportPath: folder.file(`${id}.json`), steps: [{ quantize: options }], jobId: id },
        { signal, progress },
      );
      const comparison = await compareModels({ before: path, after: output }, { signal, progress });
      const [fc1] = comparison.layers;
      expect([id, layers[0]!.mse]).toEqual([id, expect.closeTo(fc1!.mse!, 10)]);
      expect(layers[0]!.sqnrDb).toBeCloseTo(fc1!.sqnrDb!, 4);
      expect(layers[0]!.maxError).toBeCloseTo(fc1!.maxError!, 6);
      expect(whole.bytes / report.compressed.bytes).toBeGreaterThan(0.95);
      expect(whole.bytes / report.compressed.bytes).toBeLessThan(1.05);
    }
  });

  it('says which layers keep their type, and why', async () => {
    const { layers, schemes: made } = await compareSchemes(await saved(), { signal, progress });
    expect(layers.map(({ name }) => name)).toEqual(['fc1', 'fc2']);
    for (const { layers: figures } of made) {
      expect(figures[0]!.kept).toBeUndefined();
      expect(figures[1]).toEqual({
        bytes: layers[1]!.bytes,
        mse: 0,
        sqnrDb: null,
        maxError: 0,
        kept: expect.stringContaining('bytes'),
      });
    }
  });

  it('takes only what a recipe takes, one scheme by each name', () => {
    expect(() => parseSteps(schemes.map(({ options }) => ({ quantize: options })))).not.toThrow();
    expect(new Set(schemes.map(({ id }) => id)).size).toBe(schemes.length);
  });

  it('stops where it is cancelled', async () => {
    const path = await saved();
    const stopping = new AbortController();
    const work = compareSchemes(path, {
      signal: stopping.signal,
      progress: (fraction) => fraction > 0.3 && stopping.abort(),
    });
    await expect(work).rejects.toThrow(/abort/i);
  });
});
