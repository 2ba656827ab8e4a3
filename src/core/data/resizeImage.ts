// Scales images: bilinear where they grow, the average of what a pixel covers where they shrink.

/**
 * The planes [channels, height, width] at another size. Each new pixel is the mean of the old ones around it, weighted
 * by a triangle as wide as two new pixels (or two old ones, if those are wider), first along rows, then columns.
 */
export function resizeImage(
  planes: Float32Array,
  channels: number,
  from: { readonly height: number; readonly width: number },
  to: { readonly height: number; readonly width: number },
): Float32Array {
  if (from.height === to.height && from.width === to.width) return planes;
  const wide = scaleRows(planes, channels * from.height, from.width, to.width);
  const result = new Float32Array(channels * to.height * to.width);
  const taps = tapsOf(from.height, to.height);
  for (let channel = 0; channel < channels; channel++) {
    for (const [row, { start, weights }] of taps.entries()) {
      const target = (channel * to.height + row) * to.width;
      for (const [i, weight] of weights.entries()) {
        const source = (channel * from.height + start + i) * to.width;
        for (let column = 0; column < to.width; column++) {
          result[target + column]! += weight * wide[source + column]!;
        }
      }
    }
  }
  return result;
}

function scaleRows(values: Float32Array, rows: number, from: number, to: number): Float32Array {
  if (from === to) return values;
  const result = new Float32Array(rows * to);
  const taps = tapsOf(from, to);
  for (let row = 0; row < rows; row++) {
    for (const [column, { start, weights }] of taps.entries()) {
      let sum = 0;
      for (const [i, weight] of weights.entries()) sum += weight * values[row * from + start + i]!;
      result[row * to + column] = sum;
    }
  }
  return result;
}

interface Taps {
  readonly start: number;
  /** Their sum is 1. */
  readonly weights: Float64Array;
}

/** Which old pixels make each new one, and by how much. */
function tapsOf(from: number, to: number): readonly Taps[] {
  const scale = from / to;
  const radius = Math.max(1, scale);
  return Array.from({ length: to }, (_, i): Taps => {
    const middle = (i + 0.5) * scale;
    const start = Math.max(0, Math.floor(middle - radius));
    const end = Math.min(from, Math.ceil(middle + radius));
    const weights = Float64Array.from({ length: end - start }, (__, j) =>
      Math.max(0, 1 - Math.abs((start + j + 0.5 - middle) / radius)),
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { start, weights: weights.map((weight) => weight / sum) };
  });
}
