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
  /** Of two runs in one picture: it gives the colour then. */
  readonly side?: 'before' | 'after';
  readonly points: readonly LinePoint[];
}

/** A vertical line with words beside it. */
export interface LineMark {
  readonly x: number;
  readonly label: string;
  readonly tone: 'best' | 'end';
}

/** A stretch of the places, told apart from its neighbours by a line between them and named above. */
export interface LineBand {
  readonly min: number;
  readonly max: number;
  /** What the name is, the longest first: the first that has room is shown. */
  readonly labels: readonly string[];
}

export interface LineContent {
  /** Series with points at the same places; between the two of them the gap is shaded. */
  readonly series: readonly LineSeries[];
  /** A fraction that is constant up to each place, as steps on an axis of its own from 0 to 100 %. */
  readonly level?: { readonly label: string; readonly points: readonly LinePoint[] };
  /** In order, without gaps; none where there is only one. */
  readonly bands?: readonly LineBand[];
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

/**
 * What an axis of values spans, which are never below zero: the values in a part of the range with some room around
 * them, and those right outside it, to which the lines go on. On a logarithmic axis those above zero.
 */
export function valueRange(
  series: readonly LineSeries[],
  { min, max }: AxisRange,
  scale: 'linear' | 'logarithmic',
): AxisRange {
  const values = series.flatMap(({ points }) => {
    const first = points.findIndex(({ x }) => x >= min);
    const last = points.findLastIndex(({ x }) => x <= max);
    return points.slice(Math.max(0, first - 1), last + 2).flatMap(({ y }) => y ?? []);
  });
  const log = scale === 'logarithmic';
  const shown = log ? values.filter((value) => value > 0) : values;
  if (shown.length === 0) return log ? { min: 0.1, max: 1 } : { min: 0, max: 1 };
  const [low, high] = [Math.min(...shown), Math.max(...shown)];
  if (log) {
    const room = Math.max(1.05, (high / low) ** 0.05);
    return { min: low / room, max: high * room };
  }
  const room = 0.05 * (high - low || high || 1);
  return { min: Math.max(0, low - room), max: high + room };
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
