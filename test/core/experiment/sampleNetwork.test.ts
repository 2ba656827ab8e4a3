// The network of the demo: real accuracy on images that it never saw, the same for the same seed.
import { describe, expect, it } from 'vitest';
import { indicesFrom } from '../../../src/core/data/dataSet';
import { glyphDefaults, openGlyphs, type GlyphSplit } from '../../../src/core/data/glyphs';
import { makeSampleNetwork } from '../../../src/core/experiment/sampleNetwork';
import { modelToBytes } from '../../../src/core/formats/modelBytes';
import { onnxRuntime } from '../../../src/core/runtime/onnxRuntime';

const { signal } = new AbortController();

async function make(samples: number, seed: number, size = 28): Promise<Uint8Array> {
  const data = openGlyphs({ ...glyphDefaults, samples, size });
  return modelToBytes(await makeSampleNetwork(data, await onnxRuntime(), { seed, signal }));
}

async function accuracy(model: Uint8Array, split: GlyphSplit): Promise<number> {
  const data = openGlyphs({ ...glyphDefaults, samples: 500, split });
  const { inputs, labels, count } = await data.rows(indicesFrom(0, 500));
  const session = await (await onnxRuntime()).load(model);
  const { scores } = await session.run({
    image: { type: 'float32', shape: [count, 1, 28, 28], data: inputs[0]! },
  });
  await session.dispose();
  const values = scores?.data as Float32Array;
  let right = 0;
  for (let i = 0; i < count; i++) {
    const row = values.subarray(10 * i, 10 * i + 10);
    right += Number(row.indexOf(Math.max(...row)) === labels?.[i]);
  }
  return right / count;
}

describe('makeSampleNetwork', () => {
  it('recognises glyphs that it never saw', async () => {
    expect(await accuracy(await make(1000, 1), 'test')).toBeGreaterThan(0.95);
  });

  it('makes the same file for the same seed, and another for another', async () => {
    const [once, again, other] = [await make(300, 1, 16), await make(300, 1, 16), await make(300, 2, 16)];
    expect(again).toEqual(once);
    expect(other).not.toEqual(once);
  });

  it('stops when it is cancelled', async () => {
    const data = openGlyphs({ ...glyphDefaults, samples: 300 });
    const made = makeSampleNetwork(data, await onnxRuntime(), { seed: 1, signal: AbortSignal.abort() });
    await expect(made).rejects.toThrow(/abort/i);
  });
});
