// Random small networks in which channels run through everything that couples them, and the same as plain graphs.
import * as fc from 'fast-check';
import type { Model, Node } from '../../src/core/ir/graph';
import type { Tensor } from '../../src/core/ir/tensor';
import { normals } from '../../src/shared/base/random';
import { floats, graph, input, int64s, model, node } from './build';

const blocks = [
  'conv',
  'depthwise',
  'grouped',
  'normalized',
  'instance',
  'residual',
  'concat',
  'split',
  'excite',
  'slopes',
  'scaled',
  'shuffle',
  'transposed',
  'space',
  'padded',
  'widened',
  'pooled',
] as const;
type Block = (typeof blocks)[number];

export interface NetworkPlan {
  readonly blocks: readonly Block[];
  readonly end: 'flatten' | 'pool' | 'reshape';
  readonly seed: number;
}

export const networkPlans: fc.Arbitrary<NetworkPlan> = fc.record({
  blocks: fc.array(fc.constantFrom(...blocks), { minLength: 1, maxLength: 5 }),
  end: fc.constantFrom('flatten', 'pool', 'reshape'),
  seed: fc.integer({ min: 1, max: 1e6 }),
});

/** A classifier of images [N, 2, 4, 4] with the blocks in a row; 4 channels run between them, or more. */
export function channelNetwork({ blocks: chosen, end, seed }: NetworkPlan): Model {
  const nodes: Node[] = [];
  const tensors: Tensor[] = [];
  const random = (shape: readonly number[]): string => {
    const size = shape.reduce((product, dimension) => product * dimension, 1);
    const name = `w${tensors.length}`;
    tensors.push(floats(name, shape, normals(size, seed + tensors.length)));
    return name;
  };
  const positive = (size: number): string => {
    const name = `p${tensors.length}`;
    tensors.push(
      floats(
        name,
        [size],
        normals(size, seed).map((value) => 0.5 + Math.abs(value)),
      ),
    );
    return name;
  };
  const ints = (values: readonly number[]): string => {
    const name = `i${tensors.length}`;
    tensors.push(int64s(name, [values.length], values));
    return name;
  };
  const add = (
    operator: string,
    inputs: readonly string[],
    attributes: Parameters<typeof node>[3] = {},
  ): string => {
    const output = `v${nodes.length}`;
    nodes.push(node(operator, inputs, [output], attributes));
    return output;
  };
  const conv = (from: string, channels: number, outputs: number, kernel = 3, group = 1): string =>
    add('Conv', [from, random([outputs, channels / group, kernel, kernel]), random([outputs])], {
      pads: Array.from({ length: 4 }, () => (kernel - 1) / 2),
      group,
    });
  let channels = 4;
  let size = 4;
  let value = add('Relu', [conv('x', 2, channels)]);
  const builders: Record<Block, () => string> = {
    conv: () => {
      const before = channels;
      channels = 6;
      return add('Relu', [conv(value, before, channels)]);
    },
    depthwise: () => conv(value, channels, channels, 3, channels),
    grouped: () => conv(value, channels, channels, 1, channels % 2 === 0 ? 2 : 1),
    normalized: () =>
      add('BatchNormalization', [
        value,
        random([channels]),
        random([channels]),
        random([channels]),
        positive(channels),
      ]),
    instance: () => add('InstanceNormalization', [value, random([channels]), random([channels])]),
    residual: () => add('Add', [value, add('Sigmoid', [conv(value, channels, channels)])]),
    concat: () => {
      const parts = [conv(value, channels, 3, 1), value];
      channels += 3;
      return add('Concat', parts, { axis: 1 });
    },
    split: () => {
      if (channels % 2 !== 0) return value;
      const outputs = [`v${nodes.length}a`, `v${nodes.length}b`];
      nodes.push(node('Split', [value, ints([channels / 2, channels / 2])], outputs, { axis: 1 }));
      return add('Concat', [outputs[0]!, conv(outputs[1]!, channels / 2, channels / 2)], { axis: 1 });
    },
    excite: () => {
      const squeezed = add('Relu', [conv(add('GlobalAveragePool', [value]), channels, 3, 1)]);
      return add('Mul', [value, add('HardSigmoid', [conv(squeezed, 3, channels, 1)])]);
    },
    slopes: () => add('PRelu', [value, random([channels, 1, 1])]),
    scaled: () => add('Add', [add('Mul', [value, random([1, channels, 1, 1])]), random([channels, 1, 1])]),
    shuffle: () => {
      if (channels % 2 !== 0) return value;
      const apart = add('Reshape', [value, ints([0, 2, channels / 2, size, size])]);
      const turned = add('Transpose', [apart], { perm: [0, 2, 1, 3, 4] });
      return add('Reshape', [turned, ints([0, -1, size, size])]);
    },
    transposed: () => {
      const before = channels;
      channels = 5;
      return add('ConvTranspose', [value, random([before, channels, 1, 1]), random([channels])]);
    },
    space: () => {
      const before = channels;
      channels = 2;
      const wide = conv(value, before, 4 * channels, 1);
      size *= 2;
      return add('DepthToSpace', [wide], { blocksize: 2, mode: seed % 2 === 0 ? 'CRD' : 'DCR' });
    },
    padded: () => {
      size += 1;
      return add('Pad', [value, ints([0, 0, 0, 0, 0, 0, 1, 1])]);
    },
    widened: () => {
      const before = value;
      channels += 3;
      const wide = add('Pad', [before, ints([0, 1, 0, 0, 0, 2, 0, 0])]);
      return add('Add', [wide, conv(before, channels - 3, channels)]);
    },
    pooled: () => add('MaxPool', [value], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
  };
  for (const block of chosen) value = builders[block]();
  const [flat, features] = flattened();
  const hidden = add('Relu', [
    add('Gemm', [flat, random([7, features]), random([7])], { transB: 1, alpha: 0.5 }),
  ]);
  nodes.push(node('MatMul', [hidden, random([7, 3])], ['y']));
  return model(
    graph({
      nodes,
      inputs: [input('x', ['N', 2, 4, 4])],
      outputs: [input('y', ['N', 3])],
      initializers: tensors,
    }),
  );

  function flattened(): readonly [string, number] {
    if (end === 'pool') return [add('ReduceMean', [value], { axes: [2, 3], keepdims: 0 }), channels];
    const all = channels * size * size;
    if (end === 'flatten') return [add('Flatten', [value]), all];
    return [add('Reshape', [value, ints([-1, all])]), all];
  }
}
