// Estimates against the files that are then written.
import { statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { applySteps, parseSteps } from '../../../src/core/compression/steps';
import { estimateCompression } from '../../../src/core/experiment/estimate';
import { modelFiles, openModel } from '../../../src/core/formats/openModel';
import { saveModel } from '../../../src/core/formats/saveModel';
import { CounterweightError } from '../../../src/shared/base/errors';
import type { StepsView } from '../../../src/shared/contracts/viewModels';
import { onnxFiles } from '../../support/onnxFiles';
import { hasShared, sharedFile } from '../../support/sharedFiles';
import { stepsContext } from '../../support/applyStep';
import { useTempFolder } from '../../support/tempFolder';

const folder = useTempFolder();
const { signal } = new AbortController();

const choices: readonly StepsView[] = [
  [{ prune: { sparsity: 0.9 } }],
  [{ quantize: { granularity: 'tensor' } }],
  [{ prune: { sparsity: 0.5 } }, { quantize: {} }],
  [{ quantize: { bits: 4, granularity: 'group' } }],
  [{ quantize: { scheme: 'float16' } }],
];

/** References to data in files of their own go with the data that is quantized, which no estimate looks at. */
const toleranceOf = (files: number): number => (files > 1 ? 0.05 : 0.025);

/** Bytes of the file that the steps make of a model; undefined where there is nothing to do. */
async function writtenBytes(source: string, steps: StepsView): Promise<number | undefined> {
  try {
    const applied = await applySteps(
      openModel(source),
      parseSteps(steps),
      stepsContext({ path: source, signal }),
    );
    const output = folder.file('out.onnx');
    await saveModel(applied.model, output, { jobId: 'test' });
    return modelFiles(openModel(output), output).reduce((sum, file) => sum + statSync(file).size, 0);
  } catch (error) {
    if (CounterweightError.is(error, 'NOTHING_TO_DO')) return undefined;
    throw error;
  }
}

describe.runIf(hasShared)('estimateCompression', () => {
  const cases = choices.flatMap((steps) => (hasShared ? onnxFiles() : []).map((file) => ({ steps, file })));

  it.each(cases)('is near what $steps write for $file', async ({ file, steps }) => {
    const estimate = await estimateCompression({ path: file, steps }, signal);
    const actual = await writtenBytes(file, steps);
    const files = modelFiles(openModel(file), file);
    const original = files.reduce((sum, part) => sum + statSync(part).size, 0);
    expect(estimate.bytesBefore).toBe(original);
    expect(Math.abs(estimate.bytesAfter / (actual ?? original) - 1)).toBeLessThan(toleranceOf(files.length));
  });

  it('counts what stays other than zero', async () => {
    // Weights of 784 × 256, 256 × 256 and 256 × 10, and 522 biases that are not pruned.
    const path = sharedFile('models/onnx/mnistfc_256x2.onnx');
    const estimate = await estimateCompression({ path, steps: [{ prune: { sparsity: 0.9 } }] }, signal);
    const kept = [784 * 256, 256 * 256, 2560].map((count) => count - Math.floor(0.9 * count));
    expect(estimate.parameters).toBe(269_322);
    expect(estimate.atMost).toBeUndefined();
    expect(estimate.nonZerosAfter).toBe(522 + kept.reduce((sum, count) => sum + count, 0));
  });

  it.each([
    [[{ prune: { sparsity: 0.5, granularity: 'channel' } }]],
    [[{ prune: { sparsity: 0.5, granularity: 'channel', scope: 'layer' } }, { quantize: {} }]],
  ])('calls its figures upper bounds where %j takes channels out', async (steps: StepsView) => {
    const path = sharedFile('models/onnx/mnistfc_256x2.onnx');
    const { bytesAfter, atMost } = await estimateCompression({ path, steps }, signal);
    expect(atMost).toBe(true);
    const written = await writtenBytes(path, steps);
    expect(written).toBeLessThan(bytesAfter);
    expect(written).toBeGreaterThan(0);
  });

  it('takes a few milliseconds, and reads no weights', async () => {
    const path = sharedFile('models/onnx/tinyphysics.onnx');
    const times: number[] = [];
    for (let run = 0; run < 5; run++) {
      const started = performance.now();
      await estimateCompression({ path, steps: choices[2]! }, signal);
      times.push(performance.now() - started);
    }
    expect(Math.min(...times)).toBeLessThan(100);
  });

  it('refuses steps that are not valid', async () => {
    const path = sharedFile('models/onnx/mnistfc_256x2.onnx');
    await expect(
      estimateCompression({ path, steps: [{ prune: { sparsity: 2 } }] }, signal),
    ).rejects.toMatchObject({
      code: 'STEP_INVALID',
    });
  });
});
