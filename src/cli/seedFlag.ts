// The flag `--seed` of the commands that do something random.
import { InvalidArgumentError } from 'commander';

const most = 2 ** 32 - 1;

/** A seed as it was given. Throws what the command line reports as wrong usage. */
export function seedOf(text: string): number {
  const seed = Number(text);
  if (text.trim() !== '' && Number.isInteger(seed) && seed >= 0 && seed <= most) return seed;
  throw new InvalidArgumentError(`It must be a whole number from 0 to ${most}.`);
}
