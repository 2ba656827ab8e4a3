// What each layer can bear: only one layer changes at a time, the points are those of the model that the table of steps
// makes, and what cannot be compressed is told.
import { describe, expect, it } from 'vitest';
import { variantMeter } from '../../../../src/core/analysis/variantMeter';
import type { DataSet } from '../../../../src/core/data/dataSet';
import { bySensitivity } from '../../../../src/core/experiment/sensitivity/bySensitivity';
import {
  sensitivity,
  type SensitivityOptions,
} from '../../../../src/core/experiment/sensitivity/sensitivity';
import type { Model } from '../../../../src/core/ir/graph';
import { compress } from '../../../support/applyStep';
import { graph, input, model, node } from '../../../support/build';
import { denseModel } from '../../../support/sampleModels';
import { glyphSplits, trainedConvNet } from '../../../support/trainedConvNet';

const size = 8;
const data = glyphSplits(size);
const net = trainedConvNet(size, 8);

async function measured(options: Partial<SensitivityOptions> = {}, given?: Model) {
  const progress: [number, string][] = [];
  const result = await sensitivity(
    given ?? (await net),
    { kind: 'prune', data, samples: 100, seed: 1, ...options },
    {
      path: 'net.onnx',
      signal: new AbortController().signal,
      progress: (fraction, layer) => progress.push([fraction, layer]),
    },
  );
  return { ...result, progress };
}

describe('the sensitivity of layers', () => {
  it('is that of the model with the layer pruned alone, measured on validation samples', async () => {
    const { layers, settings, baseline, notes } = await measured({ settings: [0.9, 0.5, 0.9] });
    expect(settings).toEqual([0.5, 0.9]);
    expect(layers.map(({ name }) => name).toSorted()).toEqual(['conv', 'fc1', 'fc2']);
    expect(notes).toEqual([]);
    const meter = await variantMeter(await net, data.validation, {
      limit: 100,
      signal: new AbortController().signal,
    });
    expect(baseline).toEqual(meter.baseline);
    const fc1 = layers.find(({ name }) => name === 'fc1')!;
    for (const { setting, ...point } of fc1.points) {
      const prune = { sparsity: setting, exclude: ['conv', 'fc2'] };
      expect(await meter.measure((await compress(await net, [{ prune }])).model)).toEqual(point);
    }
    await meter.dispose();
    expect(fc1).toMatchObject({ operator: 'Gemm', parameters: 1024 });
  });

  it('is measured at the usual settings, the most sensitive layer first, with progress up to the end', async () => {
    const { layers, settings, progress } = await measured();
    expect(settings).toEqual([0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95]);
    const means = layers.map(({ points }) => points.reduce((sum, { kl }) => sum + kl!, 0) / points.length);
    expect(means).toEqual(means.toSorted((a, b) => b - a));
    expect(means[0]).toBeGreaterThan(0);
    const fractions = progress.map(([fraction]) => fraction);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
    expect(new Set(progress.map(([, layer]) => layer))).toEqual(new Set(['conv', 'fc1', 'fc2']));
  });

  it('grows with the sparsity in a trained network, from hardly anything', async () => {
    const { layers, baseline } = await measured({ settings: [0.1, 0.95] });
    expect(baseline.accuracy).toBeGreaterThan(0.8);
    for (const { points } of layers) {
      const [mild, hard] = points;
      expect(mild!.kl).toBeLessThan(hard!.kl!);
      expect(mild!.accuracy).toBeGreaterThan(baseline.accuracy! - 0.1);
    }
  });

  it('knows the outputs alone where samples have no labels', async () => {
    const { validation } = data;
    const { name, count, inputs } = validation;
    const unlabelled: DataSet = { name, count, inputs, rows: (indices) => validation.rows(indices) };
    const { layers, baseline } = await measured({
      data: { ...data, validation: unlabelled },
      settings: [0.5],
    });
    expect(baseline).toEqual({ samples: 100, isScores: true });
    for (const point of layers.flatMap(({ points }) => points)) {
      expect(Object.keys(point)).toEqual(['setting', 'kl', 'mse']);
      expect(point.kl).toBeGreaterThan(0);
    }
  });

  it('takes channels of layers together that have them in common', async () => {
    const { layers, notes } = await measured({ granularity: 'channel', settings: [0.25, 0.5] });
    expect(layers.map(({ name }) => name).toSorted()).toEqual(['conv', 'fc1']);
    expect(notes).toEqual([
      { code: 'CHANNELS_KEPT', values: { layers: 'fc2', reason: 'the model gives them out as scores' } },
    ]);
    const alone = { sparsity: 0.5, granularity: 'channel', exclude: ['conv', 'fc2'] };
    const { model: narrow } = await compress(await net, [{ prune: alone }]);
    const meter = await variantMeter(await net, data.validation, {
      limit: 100,
      signal: new AbortController().signal,
    });
    const point = layers.find(({ name }) => name === 'fc1')!.points[1]!;
    expect({ setting: 0.5, ...(await meter.measure(narrow)) }).toEqual(point);
    await meter.dispose();
  });

  it('scores by the criterion that is asked for', async () => {
    const byChance = await measured({ criterion: 'random', settings: [0.5] });
    const bySize = await measured({ settings: [0.5] });
    const total = ({ layers }: typeof bySize): number =>
      layers.reduce((sum, { points }) => sum + points[0]!.kl!, 0);
    expect(total(byChance)).toBeGreaterThan(total(bySize));
  });

  it('quantizes at all bits that the step knows, and leaves out what it would not change', async () => {
    const { layers, settings, notes } = await measured({ kind: 'quantize' });
    expect(settings).toEqual([8, 7, 6, 5, 4, 3, 2]);
    expect(layers.map(({ name }) => name).toSorted()).toEqual(['fc1', 'fc2']);
    expect(layers.every(({ points }) => points[0]!.kl! < 0.01 && points[6]!.kl! > points[0]!.kl!)).toBe(true);
    expect(notes).toMatchObject([
      { code: 'SENSITIVITY_UNCHANGED', values: { layers: 'conv' } },
      { code: 'NOT_QUANTIZED', values: { tensor: 'conv.w' } },
    ]);
  });

  it('measures a network for one sample as it measures the same network for many', async () => {
    const many = await net;
    const inputs = many.graph.inputs.map((each) => ({ ...each, shape: [1, ...each.shape!.slice(1)] }));
    const one = { ...many, graph: { ...many.graph, inputs } };
    const [a, b] = [await measured({ settings: [0.5] }, one), await measured({ settings: [0.5] })];
    expect(a.baseline.accuracy).toBe(b.baseline.accuracy);
    for (const [i, { name, points }] of a.layers.entries()) {
      expect(name).toBe(b.layers[i]!.name);
      expect(points[0]!.kl).toBeCloseTo(b.layers[i]!.points[0]!.kl!, 5);
    }
  });

  it('refuses models without weights, settings out of range and criteria that are unknown', async () => {
    const relu = model(
      graph({
        nodes: [node('Relu', ['x'], ['y'])],
        inputs: [input('x', ['N', 4])],
        outputs: [input('y', ['N', 4])],
      }),
    );
    await expect(measured({}, relu)).rejects.toMatchObject({
      code: 'NOTHING_TO_DO',
      values: { path: 'net.onnx', reason: 'it holds Relu and no weight tensors' },
    });
    await expect(measured({ settings: [1] })).rejects.toMatchObject({ code: 'STEP_INVALID' });
    await expect(measured({ criterion: 'magnitud' })).rejects.toMatchObject({ code: 'STEP_INVALID' });
    await expect(measured({ kind: 'quantize', settings: [1] })).rejects.toMatchObject({
      code: 'STEP_INVALID',
    });
    const single = denseModel([size * size, 10]);
    await expect(measured({ granularity: 'channel' }, single)).rejects.toMatchObject({
      code: 'NOTHING_TO_DO',
      values: {
        reason: 'none of its channels can be removed (the model gives them out as y)',
      },
    });
  });

  it('ends when it is cancelled', async () => {
    const control = new AbortController();
    const cancelled = sensitivity(
      await net,
      { kind: 'prune', data, samples: 100, seed: 1 },
      {
        path: 'net.onnx',
        signal: control.signal,
        progress: (fraction) => {
          if (fraction > 0.3) control.abort();
        },
      },
    );
    await expect(cancelled).rejects.toMatchObject({ name: 'AbortError' });
  });
});

const layer = (
  name: string,
  points: readonly { loss?: number | null; kl: number | null; mse: number }[],
) => ({
  name,
  operator: 'Gemm',
  parameters: 1,
  points: points.map((point, i) => ({ setting: i, ...point })),
});

describe('the order of layers', () => {
  it('is by the divergence, else by the loss, else by the outputs, and what is no number comes first', () => {
    const names = (layers: readonly ReturnType<typeof layer>[], loss?: number) =>
      bySensitivity(layers, loss === undefined ? {} : { loss }).map(({ name }) => name);
    const a = layer('a', [{ loss: 9, kl: 0.1, mse: 1 }]);
    const b = layer('b', [{ loss: 1, kl: 0.2, mse: 2 }]);
    const c = layer('c', [{ loss: null, kl: null, mse: 3 }]);
    expect(names([a, b, c], 0.5)).toEqual(['c', 'b', 'a']);
    const without = [a, b].map((each) => ({
      ...each,
      points: each.points.map((point) => ({ ...point, kl: null })),
    }));
    expect(names(without, 0.5)).toEqual(['a', 'b']);
    expect(names(without)).toEqual(['b', 'a']);
  });
});
