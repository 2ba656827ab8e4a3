// Masks over weights that are chosen anew while a network is trained. The network runs with the masked weights, and its
// gradient goes to the weights behind the masks: w ← w − η·∂L/∂(w·mask). A weight that counts as zero goes on learning
// and can come back (Guo, Yao, Chen: Dynamic network surgery for efficient DNNs; NIPS 2016, equation 3).
//
// What is behind a mask changes nothing that its gradient would tell, so that it would grow without a bound. It is
// therefore pulled to zero in every step (Zhou et al.: Learning N:M fine-grained structured sparse neural networks from
// scratch; ICLR 2021, equation 9), here by a part of itself that no optimizer and learning rate changes: what it holds
// is what the last steps wanted of it.
import type { Pause } from '../ir/pacing';

/** The part of what is behind a mask that is lost in each step. */
export const forgottenPart = 0.01;

/** Decides when masks change, and to what. */
export interface Masking {
  /** Everything that its choices depend on beside the weights, as text: other choices make another run. */
  readonly key: string;
  /** Whether the masks are chosen anew before a step. */
  readonly isDue: (place: StepPlace) => boolean;
  /** The new masks by the names of weights, 1 for each element that counts as zero; other weights keep theirs. */
  readonly choose: (
    weights: readonly MaskedWeight[],
    place: StepPlace,
    pause: Pause,
  ) => Promise<ReadonlyMap<string, Uint8Array>>;
  /** Fraction of the weights that count as zero, as curves show it. */
  readonly sparsity: (weights: readonly MaskedWeight[]) => number;
}

/** Where a step is in its run. */
export interface StepPlace {
  /** From 0, over all epochs. */
  readonly step: number;
  /** Of all epochs together. */
  readonly steps: number;
}

/** A trained weight tensor. The arrays are those of the run and change with the next step. */
export interface MaskedWeight {
  /** Name under which the outer graph stores it. */
  readonly value: string;
  /** What is behind the mask. */
  readonly numbers: Float32Array;
  /** 1 for each element that counts, 0 for those that count as zero. */
  readonly keep: Float32Array;
}
