// Writes the reference pages that are made of the code's own tables. A test compares them with what stands there.
import { writeFile } from 'node:fs/promises';
import { recipeReference, referencePath } from './recipeReference';

async function main(): Promise<void> {
  await writeFile(referencePath, await recipeReference());
}

void main();
