// What a file is worth on data, as the command line and the editor ask for it.
import { describe, expect, it } from 'vitest';
import { evaluateModel } from '../../../src/core/analysis/evaluateModel';
import { newModel } from '../../../src/core/architectures/architectures';
import { writeModel } from '../../support/sampleModels';
import { useTempFolder } from '../../support/tempFolder';

const temp = useTempFolder();
const { signal } = new AbortController();

async function saved(classes: number): Promise<string> {
  const options = { architecture: 'mlp', input: [1, 12, 12], classes, seed: 1 };
  return writeModel(temp.file('m.onnx'), newModel(options));
}

describe('evaluateModel', () => {
  it('runs the file on the test samples, and one of them for the latency', async () => {
    const path = await saved(10);
    const seen: number[] = [];
    const progress = (fraction: number) => void seen.push(fraction);
    const view = await evaluateModel({ path, data: 'glyphs:size=12,samples=200' }, { signal, progress });
    expect(view).toMatchObject({ path, lossKind: 'crossEntropy', samples: 200 });
    expect(view.loss).toBeGreaterThan(1);
    expect(view.accuracy).toBeLessThan(0.6);
    expect(view.confusion?.flat().reduce((a, b) => a + b)).toBe(200);
    expect(view.latency.batch).toBe(1);
    expect(view.latency.p95Ms).toBeGreaterThanOrEqual(view.latency.medianMs);
    expect(seen.at(-1)).toBe(1);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });

  it('says what does not fit', async () => {
    const path = await saved(7);
    const context = { signal, progress: () => undefined };
    const data = 'glyphs:size=12,samples=20';
    await expect(evaluateModel({ path, data }, context)).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringContaining('7 outputs for each sample, but labels go up to 9') as string,
    });
    await expect(evaluateModel({ path: temp.file('none.onnx'), data }, context)).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
    });
  });
});
