// The step "prune" in every granularity and scope: how many zeros there are, where, and that the result runs.
import { describe, expect, it } from 'vitest';
import { glyphDefaults, openGlyphs } from '../../../../src/core/data/glyphs';
import { prunableWeights } from '../../../../src/core/compression/pruning/prunableWeights';
import { inputLines } from '../../../../src/core/compression/pruning/weightAxes';
import { applySteps, parseSteps } from '../../../../src/core/compression/steps';
import type { Model } from '../../../../src/core/ir/graph';
import { tensorNumbers } from '../../../../src/core/ir/numbers';
import { normals } from '../../../../src/shared/base/random';
import { compress, stepsContext } from '../../../support/applyStep';
import { floats, graph, input, model, node } from '../../../support/build';
import { denseModel } from '../../../support/sampleModels';
import { inputsFor } from '../../../support/runModels';
import { smallConvNet } from '../../../support/smallConvNet';

const size = 8;
const net = smallConvNet(size);
const glyphs = { ...glyphDefaults, size, seed: 5, noise: 0.05 };
const data = {
  train: openGlyphs({ ...glyphs, samples: 120 }),
  validation: openGlyphs({ ...glyphs, samples: 40, split: 'validation' }),
};
// conv.w [4, 1, 3, 3], fc1.w [16, 64], fc2.w [10, 16].
const elements = { 'conv.w': 36, 'fc1.w': 1024, 'fc2.w': 160 };
const total = 1220;

async function pruned(options: Readonly<Record<string, unknown>>, given: Model = net) {
  return applySteps(given, parseSteps([{ prune: options }]), stepsContext({ data, path: 'net.onnx' }));
}

function zerosOf(model: Model): Record<string, number> {
  const { weights } = prunableWeights(model);
  return Object.fromEntries(
    weights.map(({ value, tensor }) => [value, tensorNumbers(tensor).filter((w) => w === 0).length]),
  );
}

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((a, b) => a + b, 0);

describe('pruning by scores', () => {
  it.each(['magnitudeL2', 'gradient', 'secondOrder', 'movement', 'random'])(
    'reaches the sparsity to the weight by %s, in all and in each layer',
    async (criterion) => {
      const globally = await pruned({ sparsity: 0.7, criterion });
      expect(sum(zerosOf(globally.model))).toBe(Math.round(0.7 * total));
      const layered = await pruned({ sparsity: 0.7, criterion, scope: 'layer' });
      for (const [name, count] of Object.entries(elements)) {
        expect(zerosOf(layered.model)[name]).toBe(Math.round(0.7 * count));
      }
      expect(await inputsFor(layered.model, 1)).toBeDefined();
    },
  );

  it('counts weights that are zero already, and revives none', async () => {
    const once = (await pruned({ sparsity: 0.4, criterion: 'random' })).model;
    const twice = (await pruned({ sparsity: 0.6, criterion: 'movement' }, once)).model;
    expect(sum(zerosOf(twice))).toBe(Math.round(0.6 * total));
    const after = prunableWeights(twice).weights;
    for (const [i, { tensor }] of prunableWeights(once).weights.entries()) {
      const now = tensorNumbers(after[i]!.tensor);
      for (const [k, value] of tensorNumbers(tensor).entries())
        expect(value === 0 && now[k] !== 0).toBe(false);
    }
  });

  it('chooses other weights by L1 than by L2 only where several go together', async () => {
    const bySum = await pruned({ sparsity: 0.5, granularity: 'block' });
    const bySquares = await pruned({ sparsity: 0.5, granularity: 'block', criterion: 'magnitudeL2' });
    expect(zerosOf(bySum.model)).not.toEqual(zerosOf(bySquares.model));
    const single = await pruned({ sparsity: 0.5 });
    const singleSquares = await pruned({ sparsity: 0.5, criterion: 'magnitudeL2' });
    expect(zerosOf(single.model)).toEqual(zerosOf(singleSquares.model));
  });

  it('says what it has no scores for', async () => {
    const { graph: trained } = denseModel([size * size, 10]);
    const aside = node('MatMul', ['x', 'aside'], ['z'], {}, 'aside');
    const given = model({
      ...trained,
      nodes: [...trained.nodes, aside],
      outputs: [...trained.outputs, input('z', ['batch', 4])],
      initializers: [...trained.initializers, floats('aside', [size * size, 4], normals(size * size * 4, 1))],
    });
    const { notes } = await pruned({ sparsity: 0.5, criterion: 'gradient' }, given);
    expect(notes).toMatchObject([{ code: 'NOT_PRUNED', values: { tensor: 'aside' } }]);
  });

  it('needs data where it measures', async () => {
    for (const options of [
      { criterion: 'gradient' },
      { scope: 'sensitivity' },
      { fineTune: { epochs: 1 } },
    ]) {
      await expect(compress(net, [{ prune: { sparsity: 0.5, ...options } }])).rejects.toMatchObject({
        code: 'STEP_NEEDS_DATA',
        values: { step: 'prune' },
      });
    }
  });
});

describe('pruning in patterns', () => {
  it('leaves at most N of M inputs in every group, and names what is too narrow', async () => {
    const { model, notes } = await pruned({ granularity: 'n:m' });
    const { weights } = prunableWeights(model);
    expect(zerosOf(model)).toEqual({ 'conv.w': 0, 'fc1.w': 512, 'fc2.w': 80 });
    for (const weight of weights.filter(({ value }) => value !== 'conv.w')) {
      const values = tensorNumbers(weight.tensor);
      const { length, stride, starts } = inputLines(weight);
      for (const start of starts) {
        for (let i = 0; i < length; i += 4) {
          const group = [0, 1, 2, 3].map((k) => values[start + (i + k) * stride]!);
          expect(group.filter((value) => value !== 0)).toHaveLength(2);
        }
      }
    }
    expect(notes).toEqual([
      {
        code: 'NOT_PRUNED',
        values: { tensor: 'conv.w', reason: 'it has 1 input in a line, and 2 of 4 stay' },
      },
    ]);
    expect(await inputsFor(model, 1)).toBeDefined();
  });

  it('removes whole blocks', async () => {
    const block = { rows: 8, columns: 8 };
    const { model } = await pruned({ sparsity: 0.5, scope: 'layer', granularity: 'block', block });
    expect(zerosOf(model)['fc1.w']).toBe(512);
    const weight = prunableWeights(model).weights.find(({ value }) => value === 'fc1.w')!;
    const values = tensorNumbers(weight.tensor);
    for (let row = 0; row < 16; row += 8) {
      for (let column = 0; column < 64; column += 8) {
        const zeros = Array.from(
          { length: 64 },
          (_, i) => values[(row + (i >> 3)) * 64 + column + (i % 8)],
        ).filter((w) => w === 0);
        expect([0, 64]).toContain(zeros.length);
      }
    }
  });
});

describe('pruning below a threshold', () => {
  it('removes every weight of smaller magnitude, and no other', async () => {
    const { model } = await pruned({ threshold: 0.1 });
    const before = prunableWeights(net).weights;
    for (const [i, { tensor }] of prunableWeights(model).weights.entries()) {
      const given = tensorNumbers(before[i]!.tensor);
      expect([...tensorNumbers(tensor)]).toEqual(
        [...given].map((w) => (Math.abs(w) < Math.fround(0.1) ? 0 : w)),
      );
    }
    expect(sum(zerosOf(model))).toBeGreaterThan(100);
    expect(sum(zerosOf(model))).toBeLessThan(total);
  });

  it('refuses one that would leave nothing, and says which could', async () => {
    await expect(pruned({ threshold: 100 })).rejects.toMatchObject({
      code: 'STEP_INVALID',
      values: {
        problem: expect.stringMatching(
          /threshold 100 is above every weight; the largest magnitude is [\d.]+$/,
        ) as string,
      },
    });
  });

  it('changes nothing where no weight is smaller', async () => {
    await expect(pruned({ threshold: 1e-30 })).rejects.toMatchObject({ code: 'NOTHING_TO_DO' });
  });
});

describe('pruning by sensitivity', () => {
  it('reaches the sparsity to the weight, and takes weights where they harm least', async () => {
    // What goes through "small" is a thousandth of what goes through "large", though its weights are larger.
    const parts = { small: 1e-3, large: 1 };
    const given = model(
      graph({
        inputs: [input('x', ['batch', size * size])],
        outputs: [input('y', ['batch', 10])],
        nodes: [
          ...Object.keys(parts).flatMap((name) => [
            node('MatMul', ['x', name], [`${name}.m`], {}, name),
            node('Mul', [`${name}.m`, `${name}.f`], [`${name}.y`], {}, `${name}.scale`),
          ]),
          node('Add', ['small.y', 'large.y'], ['y'], {}, 'add'),
        ],
        initializers: Object.entries(parts).flatMap(([name, factor]) => [
          floats(
            name,
            [size * size, 10],
            normals(size * size * 10, 1).map((w) => w * (factor < 1 ? 10 : 0.1)),
          ),
          floats(`${name}.f`, [], [factor]),
        ]),
      }),
    );
    const trained = await applySteps(
      given,
      parseSteps([{ train: { epochs: 3 } }]),
      stepsContext({ data, path: 'net.onnx' }),
    );
    const { model: after } = await pruned(
      { sparsity: 0.5, scope: 'sensitivity', samples: 100 },
      trained.model,
    );
    const zeros = zerosOf(after);
    expect(sum(zeros)).toBe(size * size * 10);
    expect(zeros['small']).toBeGreaterThan(0.9 * size * size * 10);
    const { model: globally } = await pruned({ sparsity: 0.5 }, trained.model);
    expect(zerosOf(globally)['small']).toBeLessThan(0.1 * size * size * 10);
  });
});
