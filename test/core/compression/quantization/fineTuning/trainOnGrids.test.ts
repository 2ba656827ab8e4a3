// Training with weights and activations on their grids: what is written is on them, and better than what was rounded.
import { describe, expect, it } from 'vitest';
import { variantMeter } from '../../../../../src/core/analysis/variantMeter';
import { applySteps, parseSteps } from '../../../../../src/core/compression/steps';
import type { Model } from '../../../../../src/core/ir/graph';
import { tensorNumbers } from '../../../../../src/core/ir/numbers';
import { compress, stepsContext } from '../../../../support/applyStep';
import { glyphSplits, trainedConvNet } from '../../../../support/trainedConvNet';

const size = 16;
const data = glyphSplits(size);
const net = trainedConvNet(size, 6);

async function quantized(options: Readonly<Record<string, unknown>>) {
  return applySteps(await net, parseSteps([{ quantize: options }]), stepsContext({ data }));
}

async function accuracyOf(model: Model): Promise<number> {
  const meter = await variantMeter(await net, data.validation, { signal: new AbortController().signal });
  const { accuracy } = await meter.measure(model);
  await meter.dispose();
  return accuracy!;
}

const fineTune = { epochs: 4, batch: 32, learningRate: 0.002 };

describe('training on grids', () => {
  it.each([
    ['weights of two bits', { bits: 2 }],
    ['weights and activations of two bits', { bits: 2, activations: { bits: 2 } }],
  ])('brings back what rounding lost: %s', async (_, options) => {
    const rounded = await quantized(options);
    const trained = await quantized({ ...options, fineTune });
    expect(trained.training).toHaveLength(1);
    expect(await accuracyOf(trained.model)).toBeGreaterThan((await accuracyOf(rounded.model)) + 0.05);
    const { history } = trained.training[0]!;
    const best = history.toSorted(
      (x, y) => (x.validationLoss ?? Infinity) - (y.validationLoss ?? Infinity),
    )[0]!;
    // What the file computes in ONNX Runtime is what was measured while training; it may round activations of products.
    expect(await accuracyOf(trained.model)).toBeCloseTo(best.validationAccuracy!, 1);
  });

  it('leaves three values in each channel of a weight of two bits', async () => {
    const { model } = await quantized({ bits: 2, fineTune });
    const stored = model.graph.initializers.filter(({ type, shape }) => type === 'int4' && shape.length > 1);
    expect(stored.length).toBeGreaterThan(0);
    for (const tensor of stored) {
      expect(Math.max(...tensorNumbers(tensor).map(Math.abs))).toBe(1);
    }
  });

  it('needs data', async () => {
    await expect(compress(await net, [{ quantize: { bits: 2, fineTune } }])).rejects.toMatchObject({
      code: 'STEP_NEEDS_DATA',
    });
  });
});
