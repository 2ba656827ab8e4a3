// Faults are planted in the quantization of a network that works: the triage names what was planted.
import { describe, expect, it } from 'vitest';
import { applySteps, parseSteps } from '../../../../src/core/compression/steps';
import { replaceWeights } from '../../../../src/core/compression/weights';
import type { DataSet } from '../../../../src/core/data/dataSet';
import { glyphDefaults, openGlyphs } from '../../../../src/core/data/glyphs';
import { triage, type Triage } from '../../../../src/core/experiment/triage/triage';
import type { Model } from '../../../../src/core/ir/graph';
import { float32Tensor, tensorNumbers } from '../../../../src/core/ir/numbers';
import { layersOf } from '../../../../src/core/operators/layers';
import { compress, stepsContext } from '../../../support/applyStep';
import { smallConvNet } from '../../../support/smallConvNet';

const size = 16;
const glyphs = { ...glyphDefaults, size, seed: 5, noise: 0.05 };
const data = {
  train: openGlyphs({ ...glyphs, samples: 400 }),
  validation: openGlyphs({ ...glyphs, samples: 200, split: 'validation' }),
};
const net = applySteps(
  smallConvNet(size),
  parseSteps([{ train: { epochs: 8, batch: 32, learningRate: 0.01 } }]),
  stepsContext({ data }),
).then(({ model }) => model);

function judged(original: Model, quantized: Model, samples: DataSet = data.validation): Promise<Triage> {
  return triage({
    original,
    quantized,
    data: samples,
    samples: 200,
    hasVnni: true,
    signal: new AbortController().signal,
    progress: () => undefined,
  });
}

/** The samples with every number changed. */
function changed(of: DataSet, change: (value: number) => number): DataSet {
  return {
    ...of,
    rows: async (indices) => {
      const batch = await of.rows(indices);
      return { ...batch, inputs: batch.inputs.map((values) => values.map(change)) };
    },
  };
}

/** The same function with the first output of fc1 a hundred times larger, and its use by fc2 as much smaller. */
async function withOutlierChannel(factor: number): Promise<Model> {
  const model = await net;
  const [fc1, fc2] = ['fc1', 'fc2'].map((layer) => layersOf(model).find(({ label }) => label === layer)!);
  const replacements = new Map(
    [...fc1!.tensors, ...fc2!.tensors.filter(({ role }) => role === 'weight')].map((each) => {
      const { tensor } = each;
      const numbers = Float32Array.from(tensorNumbers(tensor));
      const isSecond = fc2!.tensors.includes(each);
      // Both are stored as [outputs, inputs].
      const [outputs = 1, inputs = 1] = tensor.shape;
      for (let i = 0; i < numbers.length; i++) {
        if (!isSecond && Math.floor(i / (tensor.shape.length > 1 ? inputs : 1)) === 0) numbers[i]! *= factor;
        if (isSecond && i % inputs === 0) numbers[i]! /= factor;
      }
      expect(outputs).toBeGreaterThan(1);
      return [tensor, float32Tensor(tensor.name, tensor.shape, numbers)];
    }),
  );
  return replaceWeights(model, replacements);
}

describe('what makes a quantized model worse', () => {
  it('is one grid for channels of which one is far larger', async () => {
    const original = await withOutlierChannel(300);
    const { model } = await compress(original, [{ quantize: { granularity: 'tensor' } }]);
    const { causes } = await judged(original, model);
    expect(causes[0]).toMatchObject({ kind: 'per-tensor', where: ['fc1'] });
    expect(causes[0]!.recovered).toBeGreaterThan(0.5);
  });

  it('is weights of two bits', async () => {
    const original = await net;
    const { model } = await compress(original, [{ quantize: { bits: 2 } }]);
    const { causes, after, baseline } = await judged(original, model);
    expect(after.accuracy!).toBeLessThan(baseline.accuracy! - 0.05);
    expect(causes[0]).toMatchObject({ kind: 'weight-bits' });
  });

  it('is a layer of two bits among others of eight', async () => {
    const original = await net;
    const { model } = await compress(original, [{ quantize: { perLayer: { fc2: { bits: 2 } } } }]);
    expect((await judged(original, model)).causes[0]).toMatchObject({ kind: 'weight-bits', where: ['fc2'] });
  });

  it.each([
    ['divided by 255 once too often', (value: number) => value / 255],
    ['inverted', (value: number) => 1 - value],
    ['brought to another range', (value: number) => (value + 4) / 5],
  ])('is samples that are %s', async (_, wrong) => {
    const original = await net;
    const { model } = await compress(original, [{ quantize: {} }]);
    const { causes } = await judged(original, model, changed(data.validation, wrong));
    expect(causes[0]).toMatchObject({ kind: 'preparation', evidence: { code: 'CAUSE_DATA_PREPARATION' } });
  });

  it('is nothing where eight bits for each channel do no harm', async () => {
    const original = await net;
    const { causes, notes } = await judged(original, original);
    expect(causes).toEqual([]);
    expect(notes).toMatchObject([{ code: 'TRIAGE_NOTHING_LOST' }]);
  });
});
