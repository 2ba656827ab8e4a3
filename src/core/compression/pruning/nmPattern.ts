// N:M sparsity: of every M consecutive inputs at most N weights are other than zero, which hardware can skip (Mishra et
// al.: Accelerating sparse deep neural networks; 2021, with N:M = 2:4).
import type { Pause } from '../../ir/pacing';
import type { Weight } from '../weights';
import { inputLines } from './weightAxes';

export interface Pattern {
  /** N: weights that stay in every group. */
  readonly keep: number;
  /** M: weights of a group. */
  readonly of: number;
}

/**
 * 1 for each element to drop: in every group all but the N of highest score, of equal ones those that come first stay.
 * Groups begin at the first input channel; the last one of a line can be smaller and keeps up to N too.
 */
export async function patternMask(
  weight: Pick<Weight, 'tensor' | 'outputAxis'>,
  scores: Float32Array,
  { keep, of }: Pattern,
  pause: Pause,
): Promise<Uint8Array> {
  const dropped = new Uint8Array(scores.length);
  const { length, stride, starts } = inputLines(weight);
  for (const start of starts) {
    await pause();
    for (let first = 0; first < length; first += of) {
      const size = Math.min(of, length - first);
      for (let i = 0; i < size; i++) {
        const index = start + (first + i) * stride;
        let better = 0;
        for (let k = 0; k < size; k++) {
          const other = scores[start + (first + k) * stride]!;
          if (other > scores[index]! || (other === scores[index] && k < i)) better++;
        }
        if (better >= keep) dropped[index] = 1;
      }
    }
  }
  return dropped;
}
