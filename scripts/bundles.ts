// What is bundled and how: the three processes and the panel's page, with the files that they load at run time.
import { cp } from 'node:fs/promises';
import path from 'node:path';
import type { BuildOptions } from 'esbuild';

export type BuildMode = 'development' | 'production';
export type BundleName = 'extension' | 'recipePlace' | 'engine' | 'cli' | 'panel';

/** The options of every bundle, written into `folder`. Production is minified and has no source maps. */
export function bundleOptions(
  mode: BuildMode,
  folder: string,
): Readonly<Record<BundleName, BuildOptions & { metafile: true }>> {
  const common = {
    bundle: true,
    sourcemap: mode === 'development',
    minify: mode === 'production',
    logLevel: 'warning',
    metafile: true,
  } as const;
  const node = {
    ...common,
    outdir: folder,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    // ONNX Runtime holds a native binary beside its JavaScript, so it stays a package of its own.
    external: ['vscode', 'onnxruntime-node', 'onnxruntime-web'],
  } satisfies BuildOptions;
  return {
    extension: { ...node, entryPoints: { extension: 'src/host/extension.ts' } },
    // Loaded by the host when the first recipe is opened.
    recipePlace: { ...node, entryPoints: { recipePlace: 'src/host/recipes/recipePlace.ts' } },
    engine: { ...node, entryPoints: { engine: 'src/engine/main.ts' } },
    cli: { ...node, entryPoints: { cli: 'src/cli/main.ts' }, banner: { js: '#!/usr/bin/env node' } },
    panel: {
      ...common,
      entryPoints: { panel: 'webview/main.ts' },
      outdir: path.join(folder, 'webview'),
      platform: 'browser',
      format: 'iife',
      target: 'chrome130',
      loader: { '.ttf': 'file', '.woff2': 'file' },
      assetNames: '[name]',
    },
  };
}

/** Copies the parser of source code and its grammar, which are loaded as files. */
export async function copyParsers(folder: string): Promise<void> {
  for (const name of ['tree-sitter.js', 'tree-sitter.wasm', 'tree-sitter-python.wasm']) {
    await cp(
      path.join('node_modules/@vscode/tree-sitter-wasm/wasm', name),
      path.join(folder, 'tree-sitter', name),
    );
  }
}
