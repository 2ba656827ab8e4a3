// The step "replace": the networks that it writes compute what they should, in ONNX Runtime, and it says what it did.
import { describe, expect, it } from 'vitest';
import type { Model } from '../../../../src/core/ir/graph';
import { storedTensors } from '../../../../src/core/ir/traversal';
import { normals } from '../../../../src/shared/base/random';
import { compress } from '../../../support/applyStep';
import { floats, graph, input, model, node } from '../../../support/build';
import { inputsFor, largestDifference, runModel } from '../../../support/runModels';

describe('replacing a convolution by a depthwise-separable one', () => {
  it('computes the same where the convolution is one, and names what stands for it', async () => {
    const before = convolution({
      outputs: 12,
      channels: 8,
      kernel: [3, 3],
      attributes: { pads: [1, 1, 1, 1] },
    });
    const { model: after, notes } = await compress(before, [{ replace: { with: 'depthwise-separable' } }]);
    expect(after.graph.nodes.map(({ name }) => name)).toEqual(['conv/depthwise', 'conv/pointwise', 'relu']);
    expect([...storedTensors(after.graph).keys()]).toEqual([
      'b',
      'conv/depthwise.weight',
      'conv/pointwise.weight',
    ]);
    expect(notes).toHaveLength(1);
    expect(await difference(before, after)).toBeLessThan(1e-5);
  });
});

interface ConvolutionInit {
  readonly outputs: number;
  readonly channels: number;
  readonly kernel: readonly number[];
  readonly attributes?: Readonly<Record<string, number | string | readonly number[]>>;
}

/** A convolution whose slices of each input channel have rank one, with a bias and a rectifier. */
function convolution({ outputs, channels, kernel, attributes = {} }: ConvolutionInit): Model {
  const positions = kernel.reduce((a, b) => a * b, 1);
  const [p, d] = [normals(outputs * channels, 1), normals(channels * positions, 2)];
  const weights = Float32Array.from({ length: outputs * channels * positions }, (_, i) => {
    const [k, c, o] = [
      i % positions,
      Math.floor(i / positions) % channels,
      Math.floor(i / positions / channels),
    ];
    return p[o * channels + c]! * d[c * positions + k]!;
  });
  return model(
    graph({
      nodes: [
        node('Conv', ['x', 'w', 'b'], ['h'], attributes, 'conv'),
        node('Relu', ['h'], ['y'], {}, 'relu'),
      ],
      inputs: [input('x', ['N', channels, ...kernel.map(() => 11)])],
      outputs: [input('y', [])],
      initializers: [
        floats('w', [outputs, channels, ...kernel], weights),
        floats('b', [outputs], normals(outputs, 3)),
      ],
    }),
  );
}

async function difference(before: Model, after: Model): Promise<number> {
  const feeds = (await inputsFor(before, 1))![0]!;
  return largestDifference(await runModel(before, feeds), await runModel(after, feeds));
}
