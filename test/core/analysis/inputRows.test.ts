// Rows of what comes into a layer: against windows that are cut out the plain way.
import { describe, expect, it } from 'vitest';
import { inputRows, type InputRows } from '../../../src/core/analysis/inputRows';
import type { Model } from '../../../src/core/ir/graph';
import { normals } from '../../../src/shared/base/random';
import { arrayDataSet } from '../../support/arrayDataSet';
import { floats, graph, input, model, node } from '../../support/build';

const [samples, channels, size] = [5, 4, 6];
const values = normals(samples * channels * size * size, 1);
const data = arrayDataSet([channels, size, size], values);
const { signal } = new AbortController();

/** A grouped convolution of 3×3 without padding: 16 positions. */
const conv = (group: number, batch: number | string = 'batch'): Model =>
  model(
    graph({
      nodes: [node('Conv', ['x', 'w'], ['y'], { group })],
      inputs: [input('x', [batch, channels, size, size])],
      outputs: [{ name: 'y', type: 'float32' }],
      initializers: [floats('w', [8, channels / group, 3, 3], normals((72 * channels) / group, 2))],
    }),
  );

async function rowsOf(of: Model, seed = 1): Promise<InputRows> {
  const found = await inputRows(of, of.graph.initializers[0]!, { data, samples, seed, signal });
  if (typeof found === 'string') throw new Error(found);
  return found;
}

/** The windows of a group over all samples, row by row. */
function windows(group: number, groups: number): number[][] {
  const own = channels / groups;
  return Array.from({ length: samples * 16 }, (_, row) => {
    const [sample, y, x] = [Math.floor(row / 16), Math.floor((row % 16) / 4), row % 4];
    return Array.from({ length: own * 9 }, (_value, j) => {
      const channel = group * own + Math.floor(j / 9);
      const [dy, dx] = [Math.floor((j % 9) / 3), j % 3];
      return values[((sample * channels + channel) * size + y + dy) * size + x + dx]!;
    });
  });
}

describe('the rows of a layer', () => {
  it.each([
    [1, 'batch'],
    [2, 'batch'],
    [4, 5],
    [2, 1],
  ] as const)(
    'are all windows of all samples where these are few: %d groups, batch %s',
    async (groups, batch) => {
      const found = await rowsOf(conv(groups, batch));
      expect(found.rows).toBe(samples * 16);
      const features = (channels / groups) * 9;
      for (const [group, rows] of found.groups.entries()) {
        const got = Array.from({ length: found.rows }, (_, row) => [
          ...rows.subarray(row * features, (row + 1) * features),
        ]);
        expect(got).toEqual(windows(group, groups));
      }
    },
  );

  it('are a part of many, spread over samples, and the same ones for a seed', async () => {
    const many = arrayDataSet([1, 40, 40], normals(20 * 1600, 3));
    const net = model(
      graph({
        nodes: [node('Conv', ['x', 'w'], ['y'], { pads: [1, 1, 1, 1] })],
        inputs: [input('x', ['batch', 1, 40, 40])],
        outputs: [{ name: 'y', type: 'float32' }],
        initializers: [floats('w', [2, 1, 3, 3], normals(18, 2))],
      }),
    );
    const take = async (seed: number): Promise<InputRows> =>
      (await inputRows(net, net.graph.initializers[0]!, {
        data: many,
        samples: 20,
        seed,
        signal,
      })) as InputRows;
    const [first, second, other] = [await take(1), await take(1), await take(2)];
    expect(first.rows).toBe(8192);
    expect(second.groups[0]).toEqual(first.groups[0]);
    expect(other.groups[0]).not.toEqual(first.groups[0]);
  });

  it('are refused in words where a layer multiplies nothing', async () => {
    const up = model(
      graph({
        nodes: [node('ConvTranspose', ['x', 'w'], ['y'])],
        inputs: [input('x', ['batch', channels, size, size])],
        outputs: [{ name: 'y', type: 'float32' }],
        initializers: [floats('w', [channels, 1, 2, 2], normals(4 * channels, 2))],
      }),
    );
    const options = { data, samples, seed: 1, signal };
    expect(await inputRows(up, up.graph.initializers[0]!, options)).toMatch(/no matrix product/);
  });
});
