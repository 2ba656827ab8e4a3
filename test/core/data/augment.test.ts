// Changed copies of samples: what each option does, what it leaves alone, and that a seed decides all of it.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { augmentBatch, moveImage, type AugmentOptions, type Motion } from '../../../src/core/data/augment';
import type { Batch, SampleInput } from '../../../src/core/data/dataSet';
import { normals } from '../../../src/shared/base/random';

const none: AugmentOptions = { shift: 0, rotate: 0, flip: false, noise: 0 };
const still: Motion = { mirrored: false, angle: 0, shift: [0, 0] };

const shapes = fc.tuple(
  fc.integer({ min: 1, max: 3 }),
  fc.integer({ min: 1, max: 7 }),
  fc.integer({ min: 1, max: 7 }),
);

function imageOf(shape: readonly number[], seed = 1): Float32Array {
  return normals(
    shape.reduce((product, size) => product * size, 1),
    seed,
  );
}

function moved(image: Float32Array, shape: readonly number[], motion: Partial<Motion>): Float32Array {
  const result = new Float32Array(image.length);
  moveImage(image, result, shape, { ...still, ...motion });
  return result;
}

/** Rows of the only channel. */
function rows(image: Float32Array, width: number): number[][] {
  return Array.from({ length: image.length / width }, (_, row) =>
    Array.from(image.subarray(row * width, (row + 1) * width)),
  );
}

describe('moving an image', () => {
  it('leaves it alone when there is no motion', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        expect(moved(imageOf(shape), shape, {})).toEqual(imageOf(shape));
      }),
    );
  });

  it('mirrors it left to right, and twice is not at all', () => {
    expect(rows(moved(Float32Array.of(1, 2, 3, 4, 5, 6), [1, 2, 3], { mirrored: true }), 3)).toEqual([
      [3, 2, 1],
      [6, 5, 4],
    ]);
    fc.assert(
      fc.property(shapes, (shape) => {
        const image = imageOf(shape);
        const twice = moved(moved(image, shape, { mirrored: true }), shape, { mirrored: true });
        expect(twice).toEqual(image);
      }),
    );
  });

  it('shifts it to the right and down by whole pixels, and repeats the border', () => {
    const image = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);
    expect(rows(moved(image, [1, 3, 3], { shift: [1 / 3, 0] }), 3)).toEqual([
      [1, 1, 2],
      [4, 4, 5],
      [7, 7, 8],
    ]);
    expect(rows(moved(image, [1, 3, 3], { shift: [0, 1 / 3] }), 3)).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [4, 5, 6],
    ]);
  });

  it('mixes neighbours where it shifts by a part of a pixel', () => {
    const quarter = moved(Float32Array.of(0, 4, 8, 0), [1, 1, 4], { shift: [1 / 16, 0] });
    expect(Array.from(quarter)).toEqual([0, 3, 7, 2]);
  });

  it('turns it clockwise', () => {
    const image = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);
    const turned = moved(image, [1, 3, 3], { angle: 90 });
    for (const [i, value] of [7, 4, 1, 8, 5, 2, 9, 6, 3].entries()) expect(turned[i]).toBeCloseTo(value, 5);
  });

  it('moves all channels alike', () => {
    const one = imageOf([1, 5, 6]);
    const both = Float32Array.of(...one, ...one);
    const motion: Motion = { mirrored: true, angle: 20, shift: [0.1, -0.2] };
    const result = moved(both, [2, 5, 6], motion);
    expect(result.subarray(0, 30)).toEqual(moved(one, [1, 5, 6], motion));
    expect(result.subarray(30)).toEqual(moved(one, [1, 5, 6], motion));
  });

  it('makes no value that lies outside those of the image', () => {
    fc.assert(
      fc.property(
        shapes,
        fc.double({ min: -180, max: 180, noNaN: true }),
        fc.double({ min: -0.5, max: 0.5, noNaN: true }),
        (shape, angle, shift) => {
          const image = imageOf([1, shape[1], shape[2]]);
          const result = moved(image, [1, shape[1], shape[2]], { angle, shift: [shift, -shift] });
          expect(Math.max(...result)).toBeLessThanOrEqual(Math.max(...image) + 1e-5);
          expect(Math.min(...result)).toBeGreaterThanOrEqual(Math.min(...image) - 1e-5);
        },
      ),
    );
  });
});

describe('augmenting a batch', () => {
  const inputs: readonly SampleInput[] = [{ shape: [1, 4, 5] }, { shape: [3] }];
  const batch: Batch = {
    count: 3,
    inputs: [imageOf([3, 1, 4, 5]), imageOf([3, 3], 2)],
    labels: Int32Array.of(1, 2, 3),
  };
  const all: AugmentOptions = { shift: 0.2, rotate: 30, flip: true, noise: 0.1 };

  it('changes nothing without options', () => {
    expect(augmentBatch(batch, inputs, none, [1, 2, 3])).toBe(batch);
  });

  it('depends on the seed of each sample alone, and leaves the given batch and the labels as they are', () => {
    const before = batch.inputs.map((values) => values.slice());
    const result = augmentBatch(batch, inputs, all, [1, 2, 3]);
    expect(batch.inputs).toEqual(before);
    expect(result.labels).toBe(batch.labels);
    expect(augmentBatch(batch, inputs, all, [1, 2, 3]).inputs).toEqual(result.inputs);
    const other = augmentBatch(batch, inputs, all, [1, 9, 3]);
    expect(other.inputs[0]!.subarray(0, 20)).toEqual(result.inputs[0]!.subarray(0, 20));
    expect(other.inputs[0]!.subarray(20, 40)).not.toEqual(result.inputs[0]!.subarray(20, 40));
    expect(other.inputs[0]!.subarray(40)).toEqual(result.inputs[0]!.subarray(40));
  });

  it('moves images only, and gives noise to every input', () => {
    const shifted = augmentBatch(batch, inputs, { ...none, shift: 0.3 }, [1, 2, 3]);
    expect(shifted.inputs[0]).not.toEqual(batch.inputs[0]);
    expect(shifted.inputs[1]).toEqual(batch.inputs[1]);
    const noisy = augmentBatch(batch, inputs, { ...none, noise: 1 }, [1, 2, 3]);
    expect(noisy.inputs[0]).not.toEqual(batch.inputs[0]);
    expect(noisy.inputs[1]).not.toEqual(batch.inputs[1]);
  });

  it('gives noise of the wanted size', () => {
    const flat: Batch = { count: 1, inputs: [new Float32Array(20_000)] };
    const [noise] = augmentBatch(flat, [{ shape: [20_000] }], { ...none, noise: 0.5 }, [7]).inputs;
    const mean = noise!.reduce((sum, value) => sum + value, 0) / 20_000;
    const squares = noise!.reduce((sum, value) => sum + value * value, 0) / 20_000;
    expect(Math.abs(mean)).toBeLessThan(0.015);
    expect(Math.sqrt(squares)).toBeCloseTo(0.5, 1.7);
  });

  it('mirrors about half of the images, and shifts no further than allowed', () => {
    const width = 21;
    const count = 400;
    const ramp = Float32Array.from({ length: count * width }, (_, i) => i % width);
    const seeds = Array.from({ length: count }, (_, i) => i);
    const strip: Batch = { count, inputs: [ramp] };
    const shape = [{ shape: [1, 1, width] }];
    const [flipped] = augmentBatch(strip, shape, { ...none, flip: true }, seeds).inputs;
    const mirrored = seeds.filter((i) => flipped![i * width] === width - 1).length;
    expect(mirrored).toBeGreaterThan(150);
    expect(mirrored).toBeLessThan(250);
    const [shifted] = augmentBatch(strip, shape, { ...none, shift: 0.2 }, seeds).inputs;
    const moves = seeds.map((i) => 10 - shifted![i * width + 10]!);
    expect(Math.max(...moves.map(Math.abs))).toBeLessThanOrEqual(0.2 * width + 1e-4);
    expect(Math.max(...moves)).toBeGreaterThan(3.8);
    expect(Math.min(...moves)).toBeLessThan(-3.8);
  });

  it('draws the same motion whatever the other options are', () => {
    const alone = augmentBatch(batch, inputs, { ...none, shift: 0.2 }, [4, 5, 6]);
    const [image] = augmentBatch(batch, inputs, { ...none, shift: 0.2, rotate: 1e-12 }, [4, 5, 6]).inputs;
    image!.forEach((value, i) => expect(value).toBeCloseTo(alone.inputs[0]![i]!, 4));
  });
});
