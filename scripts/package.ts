// Makes a .vsix for one platform: production bundles, the runtime of that platform and nothing else. Everything that
// goes in is staged in a clean folder first, so that nothing slips in from the project.
// Usage: npm run package [-- TARGET]; the default target is this machine.
import { cp, mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createVSIX } from '@vscode/vsce';
import { build } from 'esbuild';
import { bundleOptions, copyParsers } from './bundles';
import { bundledPackages, thirdPartyNotices } from './package/notices';
import { copyRuntimePackages, runtimePackages } from './package/runtimePackages';
import { isTarget, targets, type Target } from './package/targets';

/** What a person sees of the project. */
const documents = ['README.md', 'CHANGELOG.md', 'LICENSE'];

async function main(target: Target): Promise<void> {
  const folder = path.resolve('out/package', target);
  await rm(folder, { recursive: true, force: true });
  await stage(target, folder);
  const vsix = path.resolve('out', `counterweight-${target}.vsix`);
  await createVSIX({
    cwd: folder,
    packagePath: vsix,
    target,
    dependencies: false,
    rewriteRelativeLinks: false,
    allowMissingRepository: true,
  });
  await printSizes(folder, vsix);
}

async function stage(target: Target, folder: string): Promise<void> {
  const dist = path.join(folder, 'dist');
  await mkdir(dist, { recursive: true });
  const { extension, engine, panel } = bundleOptions('production', dist);
  const built = await Promise.all([extension, engine, panel].map((options) => build(options)));
  await copyParsers(dist);
  // Beside the engine and not at the top: vsce takes a top-level node_modules only as npm lists it.
  await copyRuntimePackages(target, path.join(dist, 'node_modules'));
  for (const name of documents) await cp(name, path.join(folder, name));
  for (const name of ['media', 'l10n']) await cp(name, path.join(folder, name), { recursive: true });
  for (const name of (await readdir('.')).filter((entry) => /^package\.nls.*\.json$/.test(entry))) {
    await cp(name, path.join(folder, name));
  }
  await writeFile(path.join(folder, 'package.json'), await extensionManifest());
  const others = [
    ...bundledPackages(built.map(({ metafile }) => metafile)),
    ...runtimePackages(target).map(({ name }) => name),
    '@vscode/tree-sitter-wasm',
  ];
  await writeFile(path.join(folder, 'ThirdPartyNotices.txt'), await thirdPartyNotices(others));
}

/** package.json without what only a developer or npm reads. */
async function extensionManifest(): Promise<string> {
  const manifest = JSON.parse(await readFile('package.json', 'utf8')) as Record<string, unknown>;
  for (const key of ['private', 'bin', 'scripts', 'allowScripts', 'devDependencies', 'dependencies'])
    delete manifest[key];
  return JSON.stringify(manifest, null, 2);
}

async function printSizes(folder: string, vsix: string): Promise<void> {
  const dist = path.join(folder, 'dist');
  const parts: readonly (readonly [string, string])[] = [
    ...(await readdir(dist))
      .filter((name) => name !== 'node_modules')
      .map((name) => [`dist/${name}`, path.join(dist, name)] as const),
    ...(await readdir(path.join(dist, 'node_modules'))).map(
      (name) => [name, path.join(dist, 'node_modules', name)] as const,
    ),
    ...(await readdir(folder))
      .filter((name) => name !== 'dist')
      .map((name) => [name, path.join(folder, name)] as const),
  ];
  for (const [name, file] of parts) printSize(name, await sizeOf(file));
  printSize(path.relative('.', vsix), await sizeOf(vsix));
}

function printSize(name: string, bytes: number): void {
  console.log(`${(bytes / 1000).toFixed(0).padStart(8)} kB  ${name}`);
}

async function sizeOf(file: string): Promise<number> {
  const found = await stat(file);
  if (!found.isDirectory()) return found.size;
  const sizes = await Promise.all((await readdir(file)).map((name) => sizeOf(path.join(file, name))));
  return sizes.reduce((sum, size) => sum + size, 0);
}

const wanted = process.argv[2] ?? `${process.platform}-${process.arch}`;
if (isTarget(wanted)) {
  void main(wanted);
} else {
  console.error(`There is no package for ${wanted}. Targets: ${targets.join(', ')}.`);
  process.exitCode = 2;
}
