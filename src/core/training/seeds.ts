// The seeds of everything random in a run. Each is made from the run's seed and a place in the run alone, never from
// what was drawn before: a resumed run draws what an uninterrupted one would have drawn.
import { seedOf } from '../../shared/base/random';

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
