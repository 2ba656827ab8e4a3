// Batch normalization folded into the layers before it: ONNX Runtime gives the same outputs without it.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldBatchNormalization } from '../../../../../src/core/compression/quantization/preparation/foldBatchNormalization';
import { openModel } from '../../../../../src/core/formats/openModel';
import type { Model } from '../../../../../src/core/ir/graph';
import { allNodes, nodeLabels } from '../../../../../src/core/ir/traversal';
import { normals } from '../../../../../src/shared/base/random';
import { floats, graph, input, model, node } from '../../../../support/build';
import { inputsFor, largestDifference, runModel } from '../../../../support/runModels';
import { hasShared, sharedFile } from '../../../../support/sharedFiles';

interface Plan {
  readonly group: number;
  readonly perGroup: number;
  readonly bias: boolean;
  readonly dense: boolean;
  readonly opset: number;
  readonly seed: number;
}

const plans: fc.Arbitrary<Plan> = fc.record({
  group: fc.constantFrom(1, 2, 4),
  perGroup: fc.integer({ min: 1, max: 3 }),
  bias: fc.boolean(),
  dense: fc.boolean(),
  opset: fc.constantFrom(7, 9, 13, 17),
  seed: fc.integer({ min: 1, max: 1e6 }),
});

function normalized({ group, perGroup, bias, dense, opset, seed }: Plan): Model {
  const outputs = group * perGroup;
  const weight = dense ? [outputs, 4] : [outputs, 4 / group, 3, 3];
  const size = weight.reduce((product, dimension) => product * dimension, 1);
  const of = (name: string, at: number, positive = false) =>
    floats(
      name,
      [outputs],
      normals(outputs, seed + at).map((value) => (positive ? 0.1 + value * value : value)),
    );
  const inputs = bias || dense ? ['x', 'w', 'b'] : ['x', 'w'];
  return model(
    graph({
      nodes: [
        dense
          ? node('Gemm', inputs, ['h'], { transB: 1 })
          : node('Conv', inputs, ['h'], { group, pads: [1, 1, 1, 1] }),
        node('BatchNormalization', ['h', 's', 'o', 'm', 'v'], ['y']),
      ],
      inputs: [input('x', dense ? [3, 4] : [2, 4, 5, 5])],
      outputs: [{ name: 'y', type: 'float32' }],
      initializers: [
        floats('w', weight, normals(size, seed)),
        ...(inputs.length > 2 ? [of('b', 1)] : []),
        of('s', 2),
        of('o', 3),
        of('m', 4),
        of('v', 5, true),
      ],
    }),
    opset,
  );
}

const base: Plan = { group: 1, perGroup: 3, bias: true, dense: false, opset: 13, seed: 3 };

function firstLabel({ graph: content }: Model): string | undefined {
  return nodeLabels(content).get(content.nodes[0]!);
}

async function expectSame(before: Model, after: Model, tolerance = 1e-5): Promise<void> {
  const [feeds] = (await inputsFor(before, 1)) ?? [];
  expect(feeds, 'ONNX Runtime refuses the model').toBeDefined();
  const outputs = [await runModel(before, feeds!), await runModel(after, feeds!)] as const;
  expect(largestDifference(...outputs)).toBeLessThan(tolerance);
}

describe('foldBatchNormalization', () => {
  it('leaves one node and the same outputs, whatever the groups, biases and opsets', async () => {
    await fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        const before = normalized(plan);
        const { model: after, folded } = foldBatchNormalization(before);
        expect(folded).toBe(1);
        expect(after.graph.nodes).toHaveLength(1);
        expect(after.graph.initializers.map(({ name }) => name)).not.toContain('s');
        await expectSame(before, after);
      }),
      { numRuns: 25 },
    );
  });

  it('does not fold where something else reads the value between, the weight or the bias', () => {
    const before = normalized(base);
    for (const name of ['h', 'w', 'b']) {
      const nodes = [...before.graph.nodes, node('Identity', [name], ['other'])];
      const outputs = [...before.graph.outputs, { name: 'other' }];
      const shared = { ...before, graph: { ...before.graph, nodes, outputs } };
      expect(foldBatchNormalization(shared)).toEqual({ model: shared, folded: 0 });
    }
  });

  it('leaves a normalization by the statistics of the batch', () => {
    const before = normalized(base);
    const [conv, batch] = before.graph.nodes;
    const training = { name: 'training_mode', kind: 'int', value: 1 } as const;
    const nodes = [conv!, { ...batch!, attributes: [training] }];
    const trained = { ...before, graph: { ...before.graph, nodes } };
    expect(foldBatchNormalization(trained).folded).toBe(0);
    const old = normalized({ ...base, opset: 6 });
    expect(foldBatchNormalization(old).model).toBe(old);
  });

  it('keeps the label of a layer without a name', () => {
    const before = normalized(base);
    expect(firstLabel(foldBatchNormalization(before).model)).toBe(firstLabel(before));
  });

  it('keeps parameters of a normalization that another one reads', async () => {
    const { graph: content } = normalized(base);
    const nodes = [
      ...content.nodes,
      node('Relu', ['y'], ['r']),
      node('BatchNormalization', ['r', 's', 'o', 'm', 'v'], ['z']),
    ];
    const before = model({ ...content, nodes, outputs: [{ name: 'z', type: 'float32' }] });
    const { model: after, folded } = foldBatchNormalization(before);
    expect(folded).toBe(1);
    await expectSame(before, after);
  });

  describe.runIf(hasShared)('on real files', () => {
    it.each([
      ['ultraface_RFB-320.onnx', 35],
      ['ppocr_mobile_v1.1_det.onnx', 48],
      ['burn_mnist.onnx', 1],
    ])('folds those of %s', async (file, count) => {
      const before = openModel(sharedFile(`models/onnx/${file}`));
      const { model: after, folded } = foldBatchNormalization(before);
      expect(folded).toBe(count);
      expect([...allNodes(after)]).toHaveLength([...allNodes(before)].length - count);
      await expectSame(before, after);
    });
  });
});
