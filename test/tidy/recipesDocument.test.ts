// docs/recipes.md is written from the schema of recipes by `npm run reference`; it must not fall behind.
import { expect, it } from 'vitest';
import { recipeReference, referencePath } from '../../scripts/recipeReference';
import { read } from './projectFiles';

it('docs/recipes.md is what npm run reference writes', async () => {
  expect(read(referencePath)).toBe(await recipeReference());
});
