// A small transformer for benchmarks: two encoder layers of width 128 over 64 positions, as PyTorch exports them.
import type { Model } from '../../src/core/ir/graph';
import { float, GraphBuilder } from '../../src/core/ir/graphBuilder';
import { float32Tensor } from '../../src/core/ir/numbers';
import type { Tensor } from '../../src/core/ir/tensor';
import { normals, seedOf } from '../../src/shared/base/random';

const positions = 64;
const width = 128;
const heads = 4;
const hidden = 512;
const classes = 10;

/** Inputs [N, 64, 128], logits [N, 10]; 397,834 parameters. */
export function transformer(seed: number): Model {
  let names = 0;
  const build = new GraphBuilder({ fresh: (wanted) => `${wanted}_${names++}`, opset: 17, type: 'float32' });
  const weights: Tensor[] = [];
  const weight = (name: string, shape: readonly number[], deviation: number): string => {
    const count = shape.reduce((product, size) => product * size, 1);
    const values = normals(count, seedOf(seed, weights.length)).map((value) => deviation * value);
    weights.push(float32Tensor(name, shape, values));
    return name;
  };
  const linear = (name: string, x: string, inputs: number, outputs: number): string => {
    const product = build.node('MatMul', [x, weight(`${name}.weight`, [inputs, outputs], inputs ** -0.5)]);
    return build.node('Add', [product, weight(`${name}.bias`, [outputs], 0)]);
  };
  const normalized = (name: string, x: string): string => {
    const scale = float32Tensor(`${name}.weight`, [width], new Float32Array(width).fill(1));
    weights.push(scale);
    const inputs = [x, scale.name, weight(`${name}.bias`, [width], 0)];
    return build.node('LayerNormalization', inputs, { axis: -1, epsilon: float(1e-5) });
  };
  const split = (x: string, perm: readonly number[]): string =>
    build.node('Transpose', [build.reshape(x, [-1, positions, heads, width / heads])], { perm });
  const attention = (name: string, x: string): string => {
    const [q = '', k = '', v = ''] = build.split(linear(`${name}.qkv`, x, width, 3 * width), 2, [
      width,
      width,
      width,
    ]);
    const product = build.node('MatMul', [split(q, [0, 2, 1, 3]), split(k, [0, 2, 3, 1])]);
    const scores = build.node('Mul', [product, build.scalar((width / heads) ** -0.5)]);
    const mixed = build.node('MatMul', [
      build.node('Softmax', [scores], { axis: -1 }),
      split(v, [0, 2, 1, 3]),
    ]);
    const joined = build.node('Transpose', [mixed], { perm: [0, 2, 1, 3] });
    return linear(`${name}.out`, build.reshape(joined, [-1, positions, width]), width, width);
  };
  const gelu = (x: string): string => {
    const erf = build.node('Erf', [build.node('Div', [x, build.scalar(Math.SQRT2)])]);
    const product = build.node('Mul', [x, build.node('Add', [erf, build.scalar(1)])]);
    return build.node('Mul', [product, build.scalar(0.5)]);
  };
  let x = 'x';
  for (const layer of ['layer1', 'layer2']) {
    x = build.node('Add', [x, attention(layer, normalized(`${layer}.norm1`, x))]);
    const up = gelu(linear(`${layer}.up`, normalized(`${layer}.norm2`, x), width, hidden));
    x = build.node('Add', [x, linear(`${layer}.down`, up, hidden, width)]);
  }
  const pooled = build.reduce('ReduceMean', x, [1], { keep: false });
  build.nodeNamed('Identity', [linear('head', pooled, width, classes)], ['logits']);
  return {
    format: 'onnx',
    graph: {
      name: 'transformer',
      nodes: build.nodes,
      inputs: [{ name: 'x', type: 'float32', shape: ['N', positions, width] }],
      outputs: [{ name: 'logits', type: 'float32', shape: ['N', classes] }],
      initializers: [...weights, ...build.tensors],
      values: [],
    },
    functions: [],
    opsets: new Map([['', 17]]),
    irVersion: 8,
    notes: [],
  };
}
