// The flag `--samples` of the commands that measure on a part of the data.
import { InvalidArgumentError } from 'commander';

/** A number of samples as it was given. Throws what the command line reports as wrong usage. */
export function samplesOf(text: string): number {
  const samples = Number(text);
  if (text.trim() !== '' && Number.isInteger(samples) && samples >= 1) return samples;
  throw new InvalidArgumentError('It must be a whole number from 1 on.');
}
