// The seeds of everything random in a run. Each is made from the run's seed and a place in the run alone, never from
// what was drawn before: a resumed run draws what an uninterrupted one would have drawn.
import { seedOf, uniform } from '../../shared/base/random';

/** Streams of random numbers that have nothing to do with each other. */
const streams = { order: 0, augmentation: 1, dropout: 2 } as const;

function epochSeed(seed: number, stream: keyof typeof streams, epoch: number): number {
  return seedOf(seedOf(seed, streams[stream]), epoch);
}

/** Decides the order of the samples in an epoch. */
export function orderSeed(seed: number, epoch: number): number {
  return epochSeed(seed, 'order', epoch);
}

/** Draws how a sample, by its index in the data, is changed in an epoch. */
export function sampleSeeds(seed: number, epoch: number): (sample: number) => number {
  const base = epochSeed(seed, 'augmentation', epoch);
  return (sample) => seedOf(base, sample);
}

/** Draws what is dropped in a step of an epoch. */
export function dropoutSeed(seed: number, epoch: number, step: number): number {
  return seedOf(epochSeed(seed, 'dropout', epoch), step);
}

/** The numbers from 0 to count − 1 in a random order (Fisher–Yates). */
export function permutation(count: number, seed: number): Int32Array {
  const next = uniform(seed);
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const other = Math.floor(next() * (i + 1));
    [order[i], order[other]] = [order[other]!, order[i]!];
  }
  return order;
}
