// A bundle of one of the product's processes for all tests of a file.
import { afterAll, beforeAll } from 'vitest';
import { bundle, type Bundle } from './bundle';

/** Made before the first test and removed after the last; `path` is there in between. */
export function useBundle(entry: string): Pick<Bundle, 'path'> {
  let made: Bundle | undefined;
  beforeAll(async () => {
    made = await bundle(entry);
  });
  afterAll(() => made?.remove());
  return {
    get path() {
      if (!made) throw new Error(`${entry} is bundled before the first test`);
      return made.path;
    },
  };
}
