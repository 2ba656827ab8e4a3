// Mixed precision on a trained network: every kind of budget is met by what is written, and spares the layers that
// quantization harms most.
import { describe, expect, it } from 'vitest';
import { variantMeter } from '../../../../../src/core/analysis/variantMeter';
import { applySteps, parseSteps } from '../../../../../src/core/compression/steps';
import { weightsOf } from '../../../../../src/core/compression/weights';
import { modelToBytes } from '../../../../../src/core/formats/modelBytes';
import type { Model } from '../../../../../src/core/ir/graph';
import { compress, stepsContext } from '../../../../support/applyStep';
import { glyphSplits, trainedConvNet } from '../../../../support/trainedConvNet';

const size = 16;
const data = glyphSplits(size);
const net = trainedConvNet(size, 6);

async function quantized(
  budget: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, unknown>> = {},
) {
  const given = await net;
  const steps = parseSteps([{ quantize: { ...more, budget: { samples: 100, ...budget } } }]);
  const { model, notes } = await applySteps(given, steps, stepsContext({ data }));
  return { given, model, notes, bits: bitsIn(notes) };
}

function bitsIn(
  notes: readonly { readonly code: string; readonly values: Readonly<Record<string, unknown>> }[],
) {
  const chosen = notes.find(({ code }) => code === 'BITS_CHOSEN')!;
  const entries = String(chosen.values['layers'])
    .split(', ')
    .map((entry): [string, number] => [entry.split(' ')[0]!, Number(entry.split(' ')[1])]);
  return new Map(entries);
}

function averageBits(model: Model, bits: ReadonlyMap<string, number>): number {
  const weights = weightsOf(model).filter(({ layer }) => bits.has(layer));
  const elements = weights.reduce((sum, { tensor }) => sum + tensor.elements, 0);
  return weights.reduce((sum, { layer, tensor }) => sum + bits.get(layer)! * tensor.elements, 0) / elements;
}

async function klOf(given: Model, variant: Model): Promise<number> {
  const meter = await variantMeter(given, data.validation, { signal: new AbortController().signal });
  const { kl } = await meter.measure(variant);
  await meter.dispose();
  return kl!;
}

describe('bits under a budget', () => {
  it('are on average no more than asked, and better than the same number for all', async () => {
    const { given, model, bits } = await quantized({ averageBits: 4 });
    expect(averageBits(given, bits)).toBeLessThanOrEqual(4);
    expect(averageBits(given, bits)).toBeGreaterThan(2.5);
    const same = (await compress(given, [{ quantize: { bits: 3 } }])).model;
    expect(await klOf(given, model)).toBeLessThan(await klOf(given, same));
  });

  it('keep the accuracy on validation samples', async () => {
    const { given, model, notes } = await quantized({ accuracyDrop: 0.02, samples: 200 });
    expect(notes.map(({ code }) => code)).not.toContain('BIT_BUDGET_MISSED');
    const meter = await variantMeter(given, data.validation, { signal: new AbortController().signal });
    const { accuracy } = await meter.measure(model);
    // The written products may round activations too, which the budget does not count.
    expect(accuracy!).toBeGreaterThanOrEqual(meter.baseline.accuracy! - 0.03);
    await meter.dispose();
  });

  it('make the file as small as asked, or say how near it comes', async () => {
    const { given, model, notes } = await quantized({ ratio: 0.4 });
    const ratio = modelToBytes(model).byteLength / modelToBytes(given).byteLength;
    if (ratio > 0.4) expect(notes.map(({ code }) => code)).toContain('BIT_BUDGET_MISSED');
    else expect(notes.map(({ code }) => code)).not.toContain('BIT_BUDGET_MISSED');
    const { notes: impossible } = await quantized({ ratio: 0.001 });
    expect(impossible.map(({ code }) => code)).toContain('BIT_BUDGET_MISSED');
  });

  it('leave out layers that have bits of their own or keep their type', async () => {
    const { bits } = await quantized({ averageBits: 5 }, { perLayer: { fc2: { bits: 8 } } });
    expect([...bits.keys()]).toEqual(['fc1']);
  });

  it('need data, and one budget', async () => {
    const given = await net;
    await expect(compress(given, [{ quantize: { budget: { averageBits: 4 } } }])).rejects.toMatchObject({
      code: 'STEP_NEEDS_DATA',
    });
    expect(() => parseSteps([{ quantize: { budget: { averageBits: 4, ratio: 0.5 } } }])).toThrow(
      expect.objectContaining({ code: 'STEP_INVALID' }) as Error,
    );
  });
});
