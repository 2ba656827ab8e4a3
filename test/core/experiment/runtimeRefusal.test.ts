// A result that the runtime does not run is no result, even if it could be written.
import { existsSync, readdirSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { StepsResult } from '../../../src/core/compression/steps';
import { compressModel } from '../../../src/core/experiment/compressModel';
import { saveModel } from '../../../src/core/formats/saveModel';
import type { Model } from '../../../src/core/ir/graph';
import { floats, graph, input, model, node } from '../../support/build';
import { useTempFolder } from '../../support/tempFolder';

const folder = useTempFolder();
const applied = vi.hoisted(() => ({ result: undefined as StepsResult | undefined }));

vi.mock('../../../src/core/compression/steps', async (importOriginal) => ({
  ...(await importOriginal<object>()),
  applySteps: () => Promise.resolve(applied.result),
}));

afterEach(() => {
  applied.result = undefined;
});

function network(operator: string): Model {
  return model(
    graph({
      nodes: [node('MatMul', ['x', 'w'], ['h'], {}, 'fc'), node(operator, ['h'], ['y'], {}, 'last')],
      inputs: [input('x', ['N', 2])],
      outputs: [input('y', ['N', 2])],
      initializers: [floats('w', [2, 2], [1, 2, 3, 4])],
    }),
  );
}

async function compressed(before: Model, after: Model) {
  await saveModel(before, folder.file('in.onnx'), { jobId: 'test' });
  applied.result = { model: after, notes: [], training: [] };
  return compressModel(
    {
      path: folder.file('in.onnx'),
      steps: [{ prune: { sparsity: 0.5 } }],
      output: folder.file('out.onnx'),
      reportPath: folder.file('run/report.json'),
      jobId: 'job',
    },
    { signal: new AbortController().signal, progress: () => undefined },
  );
}

describe('compressModel', () => {
  it('removes what the runtime refuses though it runs the original, and says what it said', async () => {
    await expect(compressed(network('Relu'), network('NoSuchOperator'))).rejects.toMatchObject({
      code: 'RUNTIME_REFUSED',
      values: { path: 'out.onnx' },
      message: expect.stringContaining('NoSuchOperator') as string,
    });
    expect(readdirSync(folder.path)).toEqual(['in.onnx']);
  });

  it('keeps the result where the runtime refuses the original as well, and notes it', async () => {
    const report = await compressed(network('NoSuchOperator'), network('NoSuchOperator'));
    expect(existsSync(folder.file('out.onnx'))).toBe(true);
    expect(report.outputs).toEqual([]);
    expect(report.latency).toBeUndefined();
    expect(report.notes.map(({ code }) => code)).toEqual(['OUTPUTS_NOT_COMPARED']);
  });
});
