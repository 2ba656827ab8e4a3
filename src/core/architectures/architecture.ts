// What an architecture is: how an untrained network is written for an input, a number of classes, a width and a depth.
import type { NetworkBuilder, Value } from './networkBuilder';

export interface ArchitectureOptions {
  /** Outputs; of no meaning to an autoencoder. */
  readonly classes: number;
  /** What numbers of channels or hidden units are multiplied with. */
  readonly width: number;
  /** What numbers of repeated blocks are multiplied with; 1 where the architecture has none. */
  readonly depth: number;
}

export interface Architecture {
  /** The name by which it is asked for. */
  readonly id: string;
  /** In a sentence, with the source. */
  readonly description: string;
  /** The input that it was published for. */
  readonly example: readonly number[];
  /** `image` is [channels, height, width]; `any` takes vectors too. */
  readonly input: 'image' | 'any';
  /** The smallest height and width of an image. */
  readonly smallest: readonly [number, number];
  /** The widths that were published, where there is a list of numbers of channels; any other way. */
  readonly widths?: readonly number[];
  /** Consists of blocks that are repeated, so that it can be made deeper and shallower. */
  readonly repeats?: true;
  /** Gives its input again instead of scores of classes. */
  readonly reconstructs?: true;
  readonly build: (net: NetworkBuilder, options: ArchitectureOptions) => Value;
}

/** A number of channels or units times the width, at least one. */
export function scaled(count: number, width: number): number {
  return Math.max(1, Math.round(count * width));
}

/** A number of repetitions of a block times the depth, at least one. */
export function repeated(count: number, depth: number): number {
  return Math.max(1, Math.round(count * depth));
}
