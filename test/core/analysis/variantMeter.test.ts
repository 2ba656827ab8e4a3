// Measuring variants of a model: the same figures as evaluating each by itself, and a distance to the original that does
// not depend on whether its outputs were kept.
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../src/core/analysis/evaluate';
import { variantMeter } from '../../../src/core/analysis/variantMeter';
import { glyphDefaults, openGlyphs } from '../../../src/core/data/glyphs';
import { modelToBytes } from '../../../src/core/formats/modelBytes';
import type { Model } from '../../../src/core/ir/graph';
import { onnxRuntime } from '../../../src/core/runtime/onnxRuntime';
import { compress } from '../../support/applyStep';
import { smallConvNet } from '../../support/smallConvNet';

const { signal } = new AbortController();
const net = smallConvNet(8);
const { targets, ...unlabelled } = openGlyphs({ ...glyphDefaults, size: 8, samples: 150 });
const labelled = { ...unlabelled, ...(targets && { targets }) };

async function pruned(sparsity: number): Promise<Model> {
  return (await compress(net, [{ prune: { sparsity } }])).model;
}

async function evaluated(model: Model, limit: number) {
  const session = await (await onnxRuntime()).load(modelToBytes(model));
  try {
    return await evaluate(session, labelled, { limit, signal });
  } finally {
    await session.dispose();
  }
}

async function metered<T>(
  options: Parameters<typeof variantMeter>[2],
  use: (meter: Awaited<ReturnType<typeof variantMeter>>) => Promise<T>,
  data = labelled,
): Promise<T> {
  const meter = await variantMeter(net, data, options);
  try {
    return await use(meter);
  } finally {
    await meter.dispose();
  }
}

describe('a meter of variants', () => {
  it('measures the original and each variant as an evaluation does', async () => {
    const variant = await pruned(0.8);
    await metered({ limit: 100, signal }, async (meter) => {
      const { loss, accuracy, samples } = await evaluated(net, 100);
      expect(meter.baseline).toEqual({ loss, accuracy, samples, isScores: true });
      const after = await evaluated(variant, 100);
      const measured = await meter.measure(variant);
      expect(measured).toMatchObject({ loss: after.loss, accuracy: after.accuracy });
      expect(measured.loss).not.toBe(loss);
    });
  });

  it('finds no distance to the original itself, and a larger one the more is taken away', async () => {
    const [little, much] = [await pruned(0.3), await pruned(0.9)];
    await metered({ signal }, async (meter) => {
      expect(await meter.measure(net)).toMatchObject({ kl: 0, mse: 0 });
      const [a, b] = [await meter.measure(little), await meter.measure(much)];
      expect(a.kl).toBeGreaterThan(0);
      expect(b.kl).toBeGreaterThan(a.kl!);
      expect(b.mse).toBeGreaterThan(a.mse!);
    });
  });

  it('measures the same where there is no room to keep the outputs of the original', async () => {
    const variant = await pruned(0.7);
    const kept = await metered({ signal }, (meter) => meter.measure(variant));
    const again = await metered({ signal, keptBytes: 100 }, async (meter) => {
      await meter.measure(variant);
      return meter.measure(variant);
    });
    expect(again).toEqual(kept);
  });

  it('tells only of the outputs where samples have no labels', async () => {
    const variant = await pruned(0.7);
    const { kl, mse } = await metered({ signal }, (meter) => meter.measure(variant));
    const without = await metered({ signal }, (meter) => meter.measure(variant), unlabelled);
    expect(without).toEqual({ kl, mse });
  });

  it('stops when it is cancelled', async () => {
    const control = new AbortController();
    await metered({ signal: control.signal }, async (meter) => {
      control.abort();
      await expect(meter.measure(net)).rejects.toMatchObject({ name: 'AbortError' });
    });
  });
});
