// Bundles of the product's processes for tests, as the build makes them but of the sources as they are now.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';

export interface Bundle {
  /** Absolute path of the script. */
  readonly path: string;
  remove(): Promise<void>;
}

/** Bundles a file of this repo, named from its root. The script lies within the repo, so that it finds its packages. */
export async function bundle(entry: string): Promise<Bundle> {
  const root = path.resolve(import.meta.dirname, '../..');
  const cache = path.join(root, '.cache', 'bundles');
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(path.join(cache, 'test-'));
  const outfile = path.join(folder, `${path.parse(entry).name}.js`);
  await build({
    entryPoints: [path.join(root, entry)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['onnxruntime-node', 'onnxruntime-web'],
    sourcemap: 'inline',
    logLevel: 'error',
  });
  return { path: outfile, remove: () => rm(folder, { recursive: true, force: true }) };
}
