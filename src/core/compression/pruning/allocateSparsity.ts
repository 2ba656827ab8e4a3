// Divides the weights to remove among layers by the harm that was measured of each.

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

/** The pieces of the lower convex hull of the origin and the points, in rising order of weights and of slope. */
function convexPieces({ layer, elements, points }: HarmCurve): Piece[] {
  const hull: { readonly weights: number; readonly harm: number }[] = [{ weights: 0, harm: 0 }];
  for (const { sparsity, harm } of points) {
    const next = { weights: Math.min(Math.round(sparsity * elements), elements - 1), harm };
    if (next.weights <= hull.at(-1)!.weights) continue;
    while (hull.length > 1 && slope(hull.at(-2)!, hull.at(-1)!) >= slope(hull.at(-1)!, next)) hull.pop();
    hull.push(next);
  }
  return hull.slice(1).map((end, i) => {
    const start = hull[i]!;
    return { layer, weights: end.weights - start.weights, harmPerWeight: slope(start, end) };
  });
}

interface HullPoint {
  readonly weights: number;
  readonly harm: number;
}

function slope(a: HullPoint, b: HullPoint): number {
  return (b.harm - a.harm) / (b.weights - a.weights);
}
