// Bundles the three processes and the page into dist/. `--watch` rebuilds on change.
import { rm } from 'node:fs/promises';
import { build, context } from 'esbuild';
import { bundleOptions, copyParsers } from './bundles';
import { writeRecipeSchema } from './recipeSchemaFile';

async function main(): Promise<void> {
  const bundles = Object.values(bundleOptions('development', 'dist'));
  await rm('dist', { recursive: true, force: true });
  await copyParsers('dist');
  await writeRecipeSchema('dist');
  if (process.argv.includes('--watch')) {
    for (const options of bundles) await (await context(options)).watch();
  } else {
    await Promise.all(bundles.map((options) => build(options)));
  }
}

void main();
