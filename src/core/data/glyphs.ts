// The data set that needs no download: ten drawn signs, each sample bent, moved and blurred in its own way. It is
// deterministic, as large as asked for, and can be given wrong labels on purpose to make a network overfit.
import { normal, seedOf, uniform } from '../../shared/base/random';
import { cached } from './cachedDataSet';
import type { Batch, DataSet } from './dataSet';

export interface GlyphOptions {
  /** Number of samples. */
  readonly samples: number;
  /** Width and height of an image in pixels. */
  readonly size: number;
  readonly seed: number;
  /** Standard deviation of the noise on each pixel, whose clean range is 0 to 1. */
  readonly noise: number;
  /** Fraction of samples whose label is exchanged for another class. */
  readonly labelNoise: number;
  /** Splits of one seed never share a sample. */
  readonly split: GlyphSplit;
}

export const glyphSplits = ['train', 'validation', 'test'] as const;
export type GlyphSplit = (typeof glyphSplits)[number];

export const glyphDefaults: GlyphOptions = {
  samples: 2000,
  size: 28,
  seed: 1,
  noise: 0.1,
  labelNoise: 0,
  split: 'train',
};

type Point = readonly [x: number, y: number];

/** Strokes in a square from −1 to 1, y downwards. The order is the class index. */
const glyphs: readonly (readonly (readonly Point[])[])[] = [
  [arc(0, 0, 0.7, 0, 360)],
  [line([-0.6, -0.6], [0.6, 0.6]), line([0.6, -0.6], [-0.6, 0.6])],
  [line([0, -0.7], [0, 0.7]), line([-0.7, 0], [0.7, 0])],
  [line([0, -0.7], [0.7, 0.6], [-0.7, 0.6], [0, -0.7])],
  [line([-0.6, -0.6], [0.6, -0.6], [0.6, 0.6], [-0.6, 0.6], [-0.6, -0.6])],
  [line([-0.6, -0.6], [0.6, -0.6], [-0.6, 0.6], [0.6, 0.6])],
  [line([-0.7, -0.6], [0.7, -0.6]), line([0, -0.6], [0, 0.7])],
  [arc(0, -0.1, 0.6, 180, 360), line([-0.6, -0.1], [-0.6, 0.7]), line([0.6, -0.1], [0.6, 0.7])],
  [line([0, 0.7], [0, -0.7]), line([-0.45, -0.2], [0, -0.7], [0.45, -0.2])],
  [arc(-0.35, 0, 0.35, 180, 360), arc(0.35, 0, 0.35, 180, 0)],
];

/**
 * The samples of `options`; the same options give the same samples on every machine. Those that were drawn are kept,
 * as far as the cache reaches: drawing one takes longer than a small network needs to learn from it.
 */
export function openGlyphs(options: GlyphOptions): DataSet {
  const stream = seedOf(options.seed, glyphSplits.indexOf(options.split));
  const pixels = options.size * options.size;
  return cached({
    name: `glyphs (${options.split}, seed ${options.seed}${options.labelNoise > 0 ? `, label noise ${options.labelNoise}` : ''})`,
    count: options.samples,
    inputs: [{ shape: [1, options.size, options.size] }],
    targets: { kind: 'classes', count: glyphs.length },
    rows: async (indices): Promise<Batch> => {
      const inputs = new Float32Array(indices.length * pixels);
      const labels = new Int32Array(indices.length);
      for (let i = 0; i < indices.length; i++) {
        const next = uniform(seedOf(stream, indices[i]!));
        const glyph = Math.floor(next() * glyphs.length);
        draw(glyph, options, next, inputs.subarray(i * pixels, (i + 1) * pixels));
        // The draw for the label noise comes last, so that it changes labels only and never the images.
        const wrong = next() < options.labelNoise;
        labels[i] = wrong ? (glyph + 1 + Math.floor(next() * (glyphs.length - 1))) % glyphs.length : glyph;
      }
      return { count: indices.length, inputs: [inputs], labels };
    },
  });
}

/** Draws one sample: strokes under a random affine map, soft edges, noise. */
function draw(glyph: number, options: GlyphOptions, next: () => number, image: Float32Array): void {
  const between = (low: number, high: number): number => low + (high - low) * next();
  const angle = between(-0.35, 0.35);
  const [scaleX, scaleY] = [between(0.6, 0.95), between(0.6, 0.95)];
  const shear = between(-0.25, 0.25);
  const [moveX, moveY] = [between(-0.15, 0.15), between(-0.15, 0.15)];
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const width = between(0.09, 0.17);
  const place = ([x, y]: Point): Point => {
    const [sx, sy] = [scaleX * (x + shear * y), scaleY * y];
    return [cos * sx - sin * sy + moveX, sin * sx + cos * sy + moveY];
  };
  const segments: (readonly [Point, Point])[] = [];
  for (const stroke of glyphs[glyph] ?? []) {
    const placed = stroke.map(place);
    for (const [i, to] of placed.entries()) {
      const from = placed[i - 1];
      if (from) segments.push([from, to]);
    }
  }
  const { size } = options;
  const softness = 2 / size;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const point: Point = [(2 * (column + 0.5)) / size - 1, (2 * (row + 0.5)) / size - 1];
      let distance = Infinity;
      for (const [from, to] of segments) distance = Math.min(distance, distanceToSegment(point, from, to));
      const ink = Math.min(1, Math.max(0, (width - distance) / softness + 0.5));
      image[row * size + column] = ink + options.noise * normal(next);
    }
  }
}

function distanceToSegment([px, py]: Point, [ax, ay]: Point, [bx, by]: Point): number {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : Math.min(1, Math.max(0, ((px - ax) * dx + (py - ay) * dy) / length));
  return Math.hypot(px - ax - t * dx, py - ay - t * dy);
}

function line(...points: Point[]): readonly Point[] {
  return points;
}

/** A part of a circle from one angle in degrees to another, as a polyline. */
function arc(x: number, y: number, radius: number, from: number, to: number): readonly Point[] {
  const steps = Math.max(8, Math.round(Math.abs(to - from) / 20));
  return Array.from({ length: steps + 1 }, (_, i): Point => {
    const angle = ((from + ((to - from) * i) / steps) * Math.PI) / 180;
    return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)];
  });
}
