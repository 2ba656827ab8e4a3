// The step "lowRank": layers of low rank are reproduced, each way of saying how much stays is kept to, and what would not
// get smaller stays.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSteps } from '../../../../src/core/compression/steps';
import { weightsOf } from '../../../../src/core/compression/weights';
import type { Model } from '../../../../src/core/ir/graph';
import { encodeNumbers } from '../../../../src/core/ir/numbers';
import { Tensor } from '../../../../src/core/ir/tensor';
import { normals } from '../../../../src/shared/base/random';
import { compress } from '../../../support/applyStep';
import { floats, graph, input, model, node } from '../../../support/build';
import { inputsFor, largestDifference, runModel } from '../../../support/runModels';
import { convolution, lowRankMatrix } from './layers';

describe('a layer of low rank', () => {
  it('is reproduced, in whichever way its product is written', async () => {
    const products = fc.record({
      written: fc.constantFrom<Written[]>('gemm', 'transposed', 'right', 'left'),
      rank: fc.integer({ min: 1, max: 3 }),
      seed: fc.integer({ min: 1, max: 1000 }),
    });
    await fc.assert(
      fc.asyncProperty(products, async ({ written, rank, seed }) => {
        const before = product(written, lowRankMatrix(10, 14, rank, seed));
        const { model: after, notes } = await compress(before, [{ lowRank: { rank } }]);
        expect(after.graph.nodes.map(({ name }) => name)).toEqual(['fc/reduce', 'fc/expand']);
        expect(await difference(before, after)).toBeLessThan(1e-5);
        expect(notes[0]!.values).toMatchObject({ layer: 'fc', before: 140, after: 24 * rank });
      }),
      { numRuns: 16 },
    );
  });

  it('is reproduced where it is a convolution, by either method, with strides and pads', async () => {
    const [outputs, channels, positions, rank] = [16, 12, 9, 4];
    // Of rank 4 on the side of the channels and on that of the outputs.
    const sides = lowRankMatrix(outputs, channels, rank);
    const weights = new Float32Array(outputs * channels * positions);
    for (let k = 0; k < positions; k++) {
      const factor = Math.cos(k);
      for (const [i, value] of sides.entries()) weights[i * positions + k] = value * factor;
    }
    const attributes = { strides: [2, 2], pads: [1, 1, 1, 1] };
    const before = convolution({ outputs, channels, kernel: [3, 3], weights, attributes });
    const parts: unknown[] = [];
    for (const method of ['svd', 'tucker2']) {
      const { model: after, notes } = await compress(before, [{ lowRank: { rank, method } }]);
      expect(await difference(before, after)).toBeLessThan(1e-5);
      parts.push(notes[0]!.values['parts']);
    }
    expect(parts).toEqual(['reduce + expand', 'reduce + core + expand']);
  });

  it('is found with the energy alone', async () => {
    const before = product('gemm', lowRankMatrix(40, 30, 5));
    const { model: after } = await compress(before, [{ lowRank: { energy: 0.999999 } }]);
    expect(parametersOf(after)).toBe(5 * 70);
    expect(await difference(before, after)).toBeLessThan(1e-2);
  });

  it('is found in a matrix that is too large for all of its eigenvectors', async () => {
    const before = product('right', lowRankMatrix(400, 500, 20));
    const { model: after } = await compress(before, [{ lowRank: { rank: 20 } }]);
    expect(await difference(before, after)).toBeLessThan(1e-4);
  });

  it('keeps its type', async () => {
    const wide = product('right', lowRankMatrix(10, 14, 2));
    const { model: after } = await compress(asFloat64(wide), [{ lowRank: { rank: 2 } }]);
    expect(weightsOf(after).map(({ tensor }) => tensor.type)).toEqual(['float64', 'float64']);
  });
});

describe('how much of a layer stays', () => {
  it('is at most the ratio of its weights', async () => {
    await fc.assert(
      fc.asyncProperty(fc.double({ min: 0.3, max: 0.9, noNaN: true }), async (ratio) => {
        for (const before of [
          convolution({ outputs: 32, channels: 24, kernel: [3, 3], bias: false }),
          product('gemm', normals(60 * 80, 1), 60),
        ]) {
          const { model: after } = await compress(before, [{ lowRank: { ratio } }]);
          expect(parametersOf(after)).toBeLessThanOrEqual(ratio * parametersOf(before));
          expect(parametersOf(after)).toBeGreaterThan(0.7 * ratio * parametersOf(before));
        }
      }),
      { numRuns: 6 },
    );
  });

  it('keeps at least the energy, so that the error is what is left of it', async () => {
    const before = convolution({ outputs: 24, channels: 24, kernel: [3, 3], weights: smooth(24 * 24 * 9) });
    const { notes } = await compress(before, [{ lowRank: { energy: 0.9 } }]);
    const error = parseFloat(String(notes[0]!.values['error'])) / 100;
    expect(error).toBeLessThanOrEqual(Math.sqrt(0.1));
  });

  it('is one of rank, energy and ratio', () => {
    for (const [options, problem] of [
      [{}, 'give one of rank, energy and ratio'],
      [{ rank: 4, ratio: 0.5 }, 'rank, energy and ratio exclude each other; give one of them'],
    ] as const) {
      expect(() => parseSteps([{ lowRank: options }])).toThrow(
        expect.objectContaining({ values: { step: 'lowRank', problem } }),
      );
    }
  });
});

describe('a layer that would not get smaller', () => {
  it('stays, with the reason, and is an error where it is named', async () => {
    const before = product('gemm', normals(140, 1));
    for (const [options, reason] of [
      [{ rank: 6 }, 'it would not get smaller'],
      [{ rank: 10 }, 'the rank 10 is not below its full rank of 10'],
      [{ energy: 0.9999 }, 'it would not get smaller'],
      [{ ratio: 0.1 }, 'no rank leaves so few weights as a ratio of 0.1 allows'],
      [{ ratio: 0.5 }, 'fewer than 8 channels would be left between its parts'],
      [{ rank: 2, method: 'tucker2' }, 'a decomposition by tucker2 needs a kernel of several elements'],
    ] as const) {
      await expect(compress(before, [{ lowRank: options }])).rejects.toMatchObject({
        code: 'NOTHING_TO_DO',
        values: { reason: `the steps change none of its weights (${reason})` },
      });
      if (reason.startsWith('fewer')) continue;
      await expect(compress(before, [{ lowRank: { ...options, layers: ['fc'] } }])).rejects.toMatchObject({
        code: 'STEP_INVALID',
        values: { problem: `layer fc stays as it is, because ${reason}` },
      });
    }
  });
});

type Written = 'gemm' | 'transposed' | 'right' | 'left';

/** One product with a matrix of `outputs` × inputs, written in one of the ways that ONNX has for it. */
function product(
  written: Written,
  weights: Float32Array,
  outputs = weights.length === 140 ? 10 : undefined,
): Model {
  const rows = outputs ?? { 1200: 40, 200_000: 400 }[weights.length] ?? 1;
  const columns = weights.length / rows;
  const turned = Float32Array.from(weights, (_, i) => weights[(i % rows) * columns + Math.floor(i / rows)]!);
  const outputsFirst = written === 'transposed' || written === 'left';
  const scale = { kind: 'float', value: 0.5 } as const;
  const nodes = {
    gemm: node('Gemm', ['x', 'w', 'b'], ['y'], { alpha: scale }, 'fc'),
    transposed: node('Gemm', ['x', 'w', 'b'], ['y'], { transB: 1, beta: scale }, 'fc'),
    right: node('MatMul', ['x', 'w'], ['y'], {}, 'fc'),
    left: node('MatMul', ['w', 'x'], ['y'], {}, 'fc'),
  };
  return model(
    graph({
      nodes: [nodes[written]],
      inputs: [input('x', written === 'left' ? [columns, 3] : [3, columns])],
      outputs: [input('y', written === 'left' ? [rows, 3] : [3, rows])],
      initializers: [
        floats('w', outputsFirst ? [rows, columns] : [columns, rows], outputsFirst ? weights : turned),
        floats('b', [rows], normals(rows, 8)),
      ],
    }),
  );
}

function asFloat64(of: Model): Model {
  const { graph: outer } = of;
  return {
    ...of,
    graph: {
      ...outer,
      inputs: outer.inputs.map((each) => ({ ...each, type: 'float64' as const })),
      outputs: outer.outputs.map((each) => ({ ...each, type: 'float64' as const })),
      initializers: outer.initializers.map(({ name, shape, elements }) =>
        Tensor.fromBytes(name, 'float64', shape, encodeNumbers('float64', lowRankMatrix(elements / 2, 2, 1))),
      ),
    },
  };
}

/** Numbers that hang together, as those of trained kernels do. */
function smooth(count: number): Float32Array {
  const values = normals(count, 5);
  for (let i = 1; i < count; i++) values[i] = 0.95 * values[i - 1]! + 0.3 * values[i]!;
  return values;
}

function parametersOf(of: Model): number {
  return weightsOf(of).reduce((sum, { tensor }) => sum + tensor.elements, 0);
}

async function difference(before: Model, after: Model): Promise<number> {
  const feeds = (await inputsFor(before, 1))![0]!;
  return largestDifference(await runModel(before, feeds), await runModel(after, feeds));
}
