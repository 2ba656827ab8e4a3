// The built-in data set: deterministic, split without overlap, with the label noise asked for.
import { describe, expect, it } from 'vitest';
import { indicesFrom } from '../../../src/core/data/dataSet';
import { glyphDefaults, openGlyphs } from '../../../src/core/data/glyphs';

describe('glyphs', () => {
  it('are the same for the same options, however they are read', async () => {
    const data = openGlyphs({ ...glyphDefaults, samples: 40 });
    const whole = await data.rows(indicesFrom(0, 40));
    const part = await data.rows(indicesFrom(13, 18));
    expect(part.inputs[0]).toEqual(whole.inputs[0]?.slice(13 * 784, 18 * 784));
    expect(part.labels).toEqual(whole.labels?.slice(13, 18));
  });

  it('share no sample between splits and seeds', async () => {
    const images = new Set<string>();
    for (const split of ['train', 'validation', 'test'] as const) {
      for (const seed of [1, 2]) {
        const data = openGlyphs({ ...glyphDefaults, samples: 100, seed, split });
        const [inputs] = (await data.rows(indicesFrom(0, 100))).inputs;
        for (let i = 0; i < 100; i++) images.add(inputs!.slice(i * 784, (i + 1) * 784).join());
      }
    }
    expect(images.size).toBe(600);
  });

  it('carry label noise of the rate asked for, on unchanged images', async () => {
    const clean = await openGlyphs({ ...glyphDefaults, samples: 2000, size: 8 }).rows(indicesFrom(0, 2000));
    const noisy = await openGlyphs({ ...glyphDefaults, samples: 2000, size: 8, labelNoise: 0.3 }).rows(
      indicesFrom(0, 2000),
    );
    expect(noisy.inputs).toEqual(clean.inputs);
    const wrong =
      clean.labels?.reduce((count, label, i) => count + Number(label !== noisy.labels?.[i]), 0) ?? 0;
    expect(wrong / 2000).toBeGreaterThan(0.26);
    expect(wrong / 2000).toBeLessThan(0.34);
  });

  it('show all ten classes about equally often', async () => {
    const { labels } = await openGlyphs({ ...glyphDefaults, samples: 5000, size: 8 }).rows(
      indicesFrom(0, 5000),
    );
    const counts = Array.from(
      { length: 10 },
      (_, label) => labels?.filter((other) => other === label).length ?? 0,
    );
    for (const count of counts) expect(Math.abs(count - 500)).toBeLessThan(120);
  });
});
