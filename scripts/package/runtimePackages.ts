// The packages that are not bundled and go into a .vsix as they are, cut down to what one platform runs.
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { nativeRuntime, type Target } from './targets';

interface RuntimePackage {
  readonly name: string;
  /** Files and folders of the package; its package.json is always taken. */
  readonly paths: readonly string[];
}

/**
 * ONNX Runtime for a platform: the native library where there is one, else WebAssembly. (The further dependencies that
 * onnxruntime-node and onnxruntime-web declare serve an install script and a browser build.)
 */
export function runtimePackages(target: Target): readonly RuntimePackage[] {
  const native = nativeRuntime(target);
  const runtime: RuntimePackage =
    native === undefined
      ? {
          name: 'onnxruntime-web',
          paths: [
            'dist/ort.node.min.mjs',
            'dist/ort-wasm-simd-threaded.mjs',
            'dist/ort-wasm-simd-threaded.wasm',
          ],
        }
      : { name: 'onnxruntime-node', paths: ['dist', native] };
  return [runtime, { name: 'onnxruntime-common', paths: ['dist'] }];
}

/** Copies the packages into a node_modules folder, without source maps and type declarations. */
export async function copyRuntimePackages(target: Target, modules: string): Promise<void> {
  for (const { name, paths } of runtimePackages(target)) {
    const from = path.join('node_modules', name);
    const to = path.join(modules, name);
    await mkdir(to, { recursive: true });
    for (const part of paths) {
      await cp(path.join(from, part), path.join(to, part), {
        recursive: true,
        filter: (file) => !/\.(map|d\.ts)$/.test(file),
      });
    }
    await writeFile(path.join(to, 'package.json'), await trimmedManifest(from));
  }
}

/** What Node needs to load a package, and who made it. */
async function trimmedManifest(folder: string): Promise<string> {
  const manifest = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  const kept = [
    'name',
    'version',
    'description',
    'license',
    'author',
    'repository',
    'type',
    'main',
    'exports',
  ];
  return JSON.stringify(
    Object.fromEntries(kept.flatMap((key) => (key in manifest ? [[key, manifest[key]]] : []))),
    null,
    2,
  );
}
