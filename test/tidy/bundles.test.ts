// What the editor loads stays small, and the host's bundle holds no science.
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { bundleOptions } from '../../scripts/bundles';

const maximumHostBytes = 250_000;

describe('the bundle of the extension host', () => {
  it(`has less than ${maximumHostBytes / 1000} kB and nothing of core, engine or ONNX Runtime`, async () => {
    const { extension } = bundleOptions('production', 'out/unused');
    const { metafile } = await build({ ...extension, write: false, logLevel: 'silent' });
    const [output] = Object.values(metafile.outputs);
    expect(output?.bytes).toBeLessThan(maximumHostBytes);
    const foreign = /^src\/(core|engine|cli)\/|onnxruntime|@bufbuild|node_modules\/yaml\//;
    expect(Object.keys(metafile.inputs).filter((input) => foreign.test(input))).toEqual([]);
  });
});
