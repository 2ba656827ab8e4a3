// What a chart of lines shows, as plain data: made of views by whoever knows what they mean, drawn by lineChart.

export interface LinePoint {
  readonly x: number;
  /** Null where there is no number; the line has a hole there. */
  readonly y: number | null;
}

export interface LineSeries {
  readonly label: string;
  /** Gives the colour, the dashes and the shape of the points, so that no series is known by colour alone. */
  readonly role: 'train' | 'validation';
  readonly points: readonly LinePoint[];
}

/** A vertical line with words beside it. */
export interface LineMark {
  readonly x: number;
  readonly label: string;
  readonly tone: 'best' | 'end';
}

export interface LineContent {
  /** Series with points at the same places; between the two of them the gap is shaded. */
  readonly series: readonly LineSeries[];
  /** A narrow chart of steps below the lines, over the same places. */
  readonly strip?: { readonly label: string; readonly points: readonly LinePoint[] };
  readonly marks: readonly LineMark[];
  /** What the horizontal axis spans when all is shown. */
  readonly range: AxisRange;
}

export interface AxisRange {
  readonly min: number;
  readonly max: number;
}

/** The index of the last point before a series ends for good, where it ends before its last place. */
export function endOf({ points }: LineSeries): number | undefined {
  const last = points.findLastIndex(({ y }) => y !== null);
  return last >= 0 && last < points.length - 1 ? last : undefined;
}

/** The index of the point that is nearest to a place, measured by `distance`. Undefined where there is none. */
export function nearestPoint(
  points: readonly LinePoint[],
  distance: (point: LinePoint) => number,
): number | undefined {
  let nearest: number | undefined;
  let least = Number.POSITIVE_INFINITY;
  points.forEach((point, index) => {
    const away = distance(point);
    if (away < least) [nearest, least] = [index, away];
  });
  return nearest;
}

/** Of so many points in view, every how many gets a shape: a dozen tell the lines apart, more hide them. */
export function shapeEvery(pointsInView: number): number {
  return Math.max(1, Math.ceil(pointsInView / 12));
}
