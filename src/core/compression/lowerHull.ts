// The convex line below measured points, on which it is best to go on where the next step harms least.

/** What giving up an amount of something does. */
export interface HarmPoint {
  readonly amount: number;
  readonly harm: number;
}

/** The pieces of a lower hull: steps from the origin on, each at least as harmful for its amount as the one before. */
export interface HullPiece {
  readonly from: HarmPoint;
  readonly to: HarmPoint;
  /** Harm of each unit of the amount. */
  readonly slope: number;
}

/** The pieces of the lower convex hull of the origin and the points, which are in rising order of their amounts. */
export function lowerHull<Point extends HarmPoint>(
  points: readonly Point[],
): readonly (HullPiece & { readonly to: Point })[] {
  const hull: Point[] = [];
  const origin: HarmPoint = { amount: 0, harm: 0 };
  const before = (index: number): HarmPoint => hull[index] ?? origin;
  for (const point of points) {
    if (point.amount <= before(hull.length - 1).amount) continue;
    while (hull.length > 0 && slope(before(hull.length - 2), hull.at(-1)!) > slope(hull.at(-1)!, point)) {
      hull.pop();
    }
    hull.push(point);
  }
  return hull.map((to, i) => ({ from: before(i - 1), to, slope: slope(before(i - 1), to) }));
}

function slope(a: HarmPoint, b: HarmPoint): number {
  return (b.harm - a.harm) / (b.amount - a.amount);
}
