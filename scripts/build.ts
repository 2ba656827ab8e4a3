// Bundles the three processes and the page. `--watch` rebuilds on change, `--production` minifies.
import { cp, rm } from 'node:fs/promises';
import { build, context, type BuildOptions } from 'esbuild';

const production = process.argv.includes('--production');

const common: BuildOptions = {
  bundle: true,
  sourcemap: !production,
  minify: production,
  logLevel: 'warning',
};

// ONNX Runtime holds a native binary beside its JavaScript, so it stays a package of its own.
const node: BuildOptions = {
  ...common,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['vscode', 'onnxruntime-node', 'onnxruntime-web'],
};

const bundles: BuildOptions[] = [
  { ...node, entryPoints: { extension: 'src/host/extension.ts' }, outdir: 'dist' },
  { ...node, entryPoints: { engine: 'src/engine/main.ts' }, outdir: 'dist' },
  {
    ...node,
    entryPoints: { cli: 'src/cli/main.ts' },
    outdir: 'dist',
    banner: { js: '#!/usr/bin/env node' },
  },
  {
    ...common,
    entryPoints: { panel: 'webview/main.ts' },
    outdir: 'dist/webview',
    platform: 'browser',
    format: 'iife',
    target: 'chrome130',
    loader: { '.ttf': 'file', '.woff2': 'file' },
    assetNames: '[name]',
  },
];

async function main(): Promise<void> {
  if (process.argv.includes('--watch')) {
    for (const options of bundles) await (await context(options)).watch();
    return;
  }
  await rm('dist', { recursive: true, force: true });
  await Promise.all(bundles.map((options) => build(options)));
  await cp(
    'node_modules/@vscode/tree-sitter-wasm/wasm/tree-sitter.wasm',
    'dist/tree-sitter/tree-sitter.wasm',
  );
  await cp(
    'node_modules/@vscode/tree-sitter-wasm/wasm/tree-sitter-python.wasm',
    'dist/tree-sitter/tree-sitter-python.wasm',
  );
}

void main();
