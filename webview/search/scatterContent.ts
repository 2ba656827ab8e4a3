// What a chart of points shows, as plain data: made of views by whoever knows what they mean, drawn by scatterChart.
import type { AxisRange } from '../charts/lineContent';

export interface ScatterPoint {
  readonly id: number;
  readonly x: number;
  readonly y: number;
  /** Index of the group that it belongs to. */
  readonly group: number;
  /** Drawn with a ring around it. */
  readonly marked: boolean;
}

export interface ScatterAxis {
  readonly title: string;
  readonly format: (value: number) => string;
}

export interface ScatterContent {
  /** In the order in which the keyboard passes them. */
  readonly points: readonly ScatterPoint[];
  /** Names of the groups; each has a colour and a shape of its own. */
  readonly groups: readonly string[];
  /** A vertical line that no point lies beyond. */
  readonly limit: { readonly x: number; readonly label: string };
  /** What a ring means. */
  readonly markedLabel: string;
  readonly axes: { readonly x: ScatterAxis; readonly y: ScatterAxis };
}

/** Values that differ by more than this factor are told apart on a logarithmic axis only. */
const widestLinear = 20;

/** The least part of the limit that is in view. */
const nearLimit = 0.8;

export function isLogarithmic({ points, limit }: ScatterContent): boolean {
  const least = Math.min(limit.x, ...points.map(({ x }) => x));
  return least > 0 && limit.x / least > widestLinear;
}

/** What the axes span: all points and the limit, with some room around them. */
export function scatterRanges(content: ScatterContent): { readonly x: AxisRange; readonly y: AxisRange } {
  const { points, limit } = content;
  // A few points beside the limit must not fill the whole axis.
  const xs = [limit.x, nearLimit * limit.x, ...points.map(({ x }) => x)];
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const ys = points.map(({ y }) => y);
  const [low, high] = ys.length === 0 ? [0, 1] : [Math.min(...ys), Math.max(...ys)];
  const room = 0.08 * (high - low || Math.abs(high) || 1);
  const side = 0.06 * (right - left || right || 1);
  return {
    x: isLogarithmic(content)
      ? { min: left / 1.3, max: right * 1.3 }
      : { min: Math.max(0, left - side), max: right + side },
    y: { min: Math.max(0, low - room), max: high + room },
  };
}

/** The point at a place of the picture, within some pixels; undefined where there is none. */
export function pointNear(
  points: readonly ScatterPoint[],
  distance: (point: ScatterPoint) => number,
  within: number,
): number | undefined {
  let nearest: number | undefined;
  let least = within;
  points.forEach((point, index) => {
    const away = distance(point);
    if (away <= least) [nearest, least] = [index, away];
  });
  return nearest;
}
