// Changes to training samples that leave their targets true: shifted, turned, mirrored, noisier copies, drawn anew for
// each seed. They make a small data set harder to learn by heart.
import { normal, uniform } from '../../shared/base/random';
import type { Batch, SampleInput } from './dataSet';

export interface AugmentOptions {
  /** Largest move to each side, as a fraction of width and height. */
  readonly shift: number;
  /** Largest turn to each side, in degrees. */
  readonly rotate: number;
  /** Mirror half of the images left to right. */
  readonly flip: boolean;
  /** Standard deviation of normal noise on every number. */
  readonly noise: number;
}

/** Whether there is anything to change. */
export function isAugmenting({ shift, rotate, flip, noise }: AugmentOptions): boolean {
  return movesImages({ shift, rotate, flip }) || noise > 0;
}

/** Whether there is anything that only images can be given. */
export function movesImages({ shift, rotate, flip }: Omit<AugmentOptions, 'noise'>): boolean {
  return shift > 0 || rotate > 0 || flip;
}

/** Images have a shape of [channels, height, width]. */
export function isImage({ shape }: SampleInput): boolean {
  return shape.length === 3;
}

/**
 * The batch with changed inputs; the given one stays as it is. `seeds` has one seed for each sample. All images of a
 * sample are moved alike, and every input gets its own noise.
 */
export function augmentBatch(
  batch: Batch,
  inputs: readonly SampleInput[],
  options: AugmentOptions,
  seeds: ArrayLike<number>,
): Batch {
  if (!isAugmenting(options)) return batch;
  const changed = batch.inputs.map((values) => values.slice());
  for (let sample = 0; sample < batch.count; sample++) {
    const next = uniform(seeds[sample]!);
    const motion = drawMotion(options, next);
    for (const [i, input] of inputs.entries()) {
      const length = changed[i]!.length / batch.count;
      const from = batch.inputs[i]!.subarray(sample * length, (sample + 1) * length);
      const to = changed[i]!.subarray(sample * length, (sample + 1) * length);
      if (isImage(input) && movesImages(options)) moveImage(from, to, input.shape, motion);
      if (options.noise > 0) for (let j = 0; j < length; j++) to[j]! += options.noise * normal(next);
    }
  }
  return { ...batch, inputs: changed };
}

/** How the content of an image moves: it is mirrored, turned about the middle, then shifted. */
export interface Motion {
  readonly mirrored: boolean;
  /** In degrees, clockwise as seen. */
  readonly angle: number;
  /** As fractions of width and height, to the right and down. */
  readonly shift: readonly [x: number, y: number];
}

/** Every number is drawn whatever the options, so that switching one on does not change what the others do. */
function drawMotion({ shift, rotate, flip }: AugmentOptions, next: () => number): Motion {
  const mirrored = next() < 0.5 && flip;
  const angle = (2 * next() - 1) * rotate;
  const x = (2 * next() - 1) * shift;
  return { mirrored, angle, shift: [x, (2 * next() - 1) * shift] };
}

/**
 * Writes the image [channels, height, width] `from` into `to` with its content moved. Each pixel takes its value from
 * the place that it came from, bilinear between the four around it; what comes in from outside repeats the border,
 * whose value is the background in whatever way the data are normalized.
 */
export function moveImage(
  from: Float32Array,
  to: Float32Array,
  shape: readonly number[],
  { mirrored, angle, shift }: Motion,
): void {
  const [channels = 1, height = 1, width = 1] = shape;
  const radians = (angle * Math.PI) / 180;
  const [cos, sin] = [Math.cos(radians), Math.sin(radians)];
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  const [moveX, moveY] = [shift[0] * width, shift[1] * height];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const dx = column - middleX - moveX;
      const dy = row - middleY - moveY;
      const turnedX = cos * dx + sin * dy;
      const x = clamp(middleX + (mirrored ? -turnedX : turnedX), width - 1);
      const y = clamp(middleY + cos * dy - sin * dx, height - 1);
      const [left, top] = [Math.floor(x), Math.floor(y)];
      const [right, bottom] = [Math.min(left + 1, width - 1), Math.min(top + 1, height - 1)];
      const [partX, partY] = [x - left, y - top];
      for (let channel = 0; channel < channels; channel++) {
        const start = channel * height * width;
        const upper = mix(from[start + top * width + left]!, from[start + top * width + right]!, partX);
        const lower = mix(from[start + bottom * width + left]!, from[start + bottom * width + right]!, partX);
        to[start + row * width + column] = mix(upper, lower, partY);
      }
    }
  }
}

function clamp(value: number, most: number): number {
  return Math.min(most, Math.max(0, value));
}

/** Exactly `a` at 0, even where `b` is infinite. */
function mix(a: number, b: number, part: number): number {
  return part === 0 ? a : a + part * (b - a);
}
