// What is removed together: single weights, or blocks of the matrix of outputs by inputs, which a sparse kernel can skip
// whole.
import type { Weight } from '../weights';
import { matrixView } from './weightAxes';

export interface Block {
  /** Outputs. */
  readonly rows: number;
  /** Inputs. */
  readonly columns: number;
}

/** The units of one weight. */
export interface Units {
  /** The mean score of each unit's elements. */
  readonly scores: Float32Array;
  /** Elements of each unit. */
  readonly sizes: Uint32Array;
  /** The unit that each element is in. */
  readonly unitOf: (element: number) => number;
}

/** Each weight by itself. */
export function elementUnits(scores: Float32Array): Units {
  return { scores, sizes: new Uint32Array(scores.length).fill(1), unitOf: (element) => element };
}

/**
 * Blocks from the first output and input on; those at the end can be smaller. Means, so that these compete on equal
 * terms. A block all of whose weights are zero (score −∞) has score −∞; zeros in other blocks count 0.
 */
export function blockUnits(
  weight: Pick<Weight, 'tensor' | 'outputAxis'>,
  scores: Float32Array,
  block: Block,
): Units {
  const view = matrixView(weight);
  const across = Math.ceil(view.columns / block.columns);
  const count = Math.ceil(view.rows / block.rows) * across;
  const unitOf = (element: number): number =>
    Math.floor(view.rowOf(element) / block.rows) * across +
    Math.floor(view.columnOf(element) / block.columns);
  const sums = new Float64Array(count);
  const sizes = new Uint32Array(count);
  const alive = new Uint8Array(count);
  for (let i = 0; i < scores.length; i++) {
    const unit = unitOf(i);
    sizes[unit]!++;
    if (scores[i] === -Infinity) continue;
    sums[unit]! += scores[i]!;
    alive[unit] = 1;
  }
  const means = Float32Array.from(sums, (sum, i) => (alive[i] === 1 ? sum / sizes[i]! : -Infinity));
  return { scores: means, sizes, unitOf };
}
