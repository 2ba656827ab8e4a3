// Divides the weights to remove among layers by the harm that was measured of each.
import { lowerHull } from '../lowerHull';

/** What removing weights of one layer alone does. */
export interface HarmCurve {
  readonly layer: string;
  /** Weights of the layer. */
  readonly elements: number;
  /** In rising order of sparsity; 0 at no sparsity is not listed. */
  readonly points: readonly HarmPoint[];
}

export interface HarmPoint {
  readonly sparsity: number;
  /** Rise of the loss; where it falls, negative. */
  readonly harm: number;
}

/**
 * The weights to remove of each layer, `count` in all, so that the sum of harms is smallest; every layer keeps at least
 * one weight, and all that its curve does not reach: harms are taken to add up, and each curve to be the convex line below its points, on which it is best to go
 * on where the next weight harms least. Whole numbers.
 */
export function allocateSparsity(curves: readonly HarmCurve[], count: number): ReadonlyMap<string, number> {
  const pieces = curves.flatMap((curve) => convexPieces(curve));
  const order = pieces.toSorted((a, b) => a.harmPerWeight - b.harmPerWeight);
  const removed = new Map(curves.map(({ layer }) => [layer, 0]));
  let open = count;
  for (const { layer, weights } of order) {
    const taken = Math.min(open, weights);
    removed.set(layer, removed.get(layer)! + taken);
    open -= taken;
  }
  return removed;
}

interface Piece {
  readonly layer: string;
  /** Weights between the piece's two ends. */
  readonly weights: number;
  readonly harmPerWeight: number;
}

/** The pieces of the convex line below the points of a layer, by numbers of weights. */
function convexPieces({ layer, elements, points }: HarmCurve): Piece[] {
  const reached = points.map(({ sparsity, harm }) => ({
    amount: Math.min(Math.round(sparsity * elements), elements - 1),
    harm,
  }));
  return lowerHull(reached).map(({ from, to, slope }) => ({
    layer,
    weights: to.amount - from.amount,
    harmPerWeight: slope,
  }));
}
