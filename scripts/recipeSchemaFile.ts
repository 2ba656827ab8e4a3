// Writes the JSON Schema of recipes where the extension reads it, and where package.json names it for editors.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { recipeJsonSchema } from '../src/core/experiment/recipe/recipeSchema';

export async function writeRecipeSchema(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'recipe.schema.json'), `${JSON.stringify(recipeJsonSchema())}\n`);
}
