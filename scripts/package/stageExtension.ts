// Puts what goes into a .vsix for one platform into a clean folder: production bundles, the runtime of that platform and
// nothing else. vsce packs the folder as it is, so nothing slips in from the project.
import { cp, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { bundleOptions, copyParsers } from '../bundles';
import { writeRecipeSchema } from '../recipeSchemaFile';
import { bundledPackages, thirdPartyNotices } from './notices';
import { copyRuntimePackages, runtimePackages } from './runtimePackages';
import type { Target } from './targets';

/** What a person sees of the project, and what vsce leaves out all the same. */
const documents = ['README.md', 'CHANGELOG.md', 'LICENSE', '.vscodeignore'];

/** Fills `folder`, which is made and must hold nothing. */
export async function stageExtension(target: Target, folder: string): Promise<void> {
  const dist = path.join(folder, 'dist');
  await mkdir(dist, { recursive: true });
  const { extension, recipePlace, engine, panel } = bundleOptions('production', dist);
  const built = await Promise.all([extension, recipePlace, engine, panel].map((options) => build(options)));
  await copyParsers(dist);
  await writeRecipeSchema(dist);
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
