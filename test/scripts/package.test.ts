// What goes into the package of a platform, and that a platform without a native runtime can do without it.
import { mkdtemp, rm } from 'node:fs/promises';
import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stageExtension } from '../../scripts/package/stageExtension';
import { nativeRuntime, targets } from '../../scripts/package/targets';
import { saveModel } from '../../src/core/formats/saveModel';
import { EngineProcess } from '../../src/host/engine/engineProcess';
import { cancelled } from '../../src/shared/contracts/contract';
import { smallNetwork } from '../support/sampleWorkspace';

describe('the platforms', () => {
  it('all have a native runtime but Intel Macs', () => {
    expect(targets.filter((target) => nativeRuntime(target) === undefined)).toEqual(['darwin-x64']);
  });
});

describe('a package without a native runtime', () => {
  let folder: string;
  beforeAll(async () => {
    // Outside the project, so that its node_modules cannot help.
    folder = await mkdtemp(path.join(tmpdir(), 'cw-package-'));
    await stageExtension('darwin-x64', path.join(folder, 'extension'));
    await saveModel(smallNetwork(), path.join(folder, 'model.onnx'), { jobId: 'test' });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('holds the WebAssembly runtime and no native one', () => {
    const modules = path.join(folder, 'extension/dist/node_modules');
    expect(readdirSync(modules).toSorted()).toEqual(['onnxruntime-common', 'onnxruntime-web']);
  });

  it('compresses a model and measures the result', async () => {
    const engine = new EngineProcess({ enginePath: path.join(folder, 'extension/dist/engine.js') });
    const output = path.join(folder, 'small.onnx');
    try {
      const report = await engine.call('compress', {
        path: path.join(folder, 'model.onnx'),
        steps: [{ prune: { sparsity: 0.8 } }, { quantize: {} }],
        output,
        runFolder: path.join(folder, 'run'),
        jobId: 'test',
      });
      if (report === cancelled) throw new Error('Nobody cancelled it');
      // Only a run of both models tells how far their outputs are apart.
      expect(report.outputs.map(({ name }) => name)).toEqual(['scores']);
      expect(report.outputs[0]?.mse).toBeGreaterThan(0);
      expect(report.latency?.afterMs).toBeGreaterThan(0);
      expect(existsSync(output)).toBe(true);
    } finally {
      engine.dispose();
      await engine.ended;
    }
  });
});
