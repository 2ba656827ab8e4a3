// Layers with weights, pools and normalizations, in ONNX and in PyTorch.
import { floats, node } from '../../../../support/build';
import type { PytorchCase } from './pytorchCase';

const float = (value: number) => ({ kind: 'float', value }) as const;
type Attributes = NonNullable<Parameters<typeof node>[3]>;

function matMul(operands: string, a: readonly number[], b: readonly number[]): PytorchCase {
  const name = `MatMul of ${operands}`;
  return { name, nodes: [node('MatMul', ['a', 'b'], ['y'])], inputs: { a, b }, torch: 'a @ b' };
}

export const products: readonly PytorchCase[] = [
  matMul('matrices', [3, 4], [4, 2]),
  matMul('batches', [2, 1, 3, 4], [5, 4, 2]),
  matMul('a vector', [4], [2, 4, 3]),
  {
    name: 'Gemm',
    nodes: [
      node('Gemm', ['a', 'b', 'c'], ['y'], { transA: 1, transB: 1, alpha: float(0.5), beta: float(1.5) }),
    ],
    inputs: { a: [4, 3], b: [5, 4], c: [5] },
    torch: '0.5 * a.T @ b.T + 1.5 * c',
  },
  {
    name: 'Einsum',
    nodes: [node('Einsum', ['a', 'b'], ['y'], { equation: 'bij,bkj->bik' })],
    inputs: { a: [2, 3, 4], b: [2, 5, 4] },
    torch: "torch.einsum('bij,bkj->bik', a, b)",
  },
  {
    name: 'attention',
    nodes: [
      node('Transpose', ['k'], ['turned'], { perm: [0, 1, 3, 2] }),
      node('MatMul', ['q', 'turned'], ['scores']),
      node('Mul', ['scores', 'scale'], ['scaled']),
      node('Softmax', ['scaled'], ['weights']),
      node('MatMul', ['weights', 'v'], ['y']),
    ],
    inputs: { q: [2, 2, 5, 4], k: [2, 2, 6, 4], v: [2, 2, 6, 3] },
    tensors: [floats('scale', [], [0.5])],
    torch: 'F.scaled_dot_product_attention(q, k, v)',
  },
];

function conv(
  name: string,
  inputs: Readonly<Record<string, readonly number[]>>,
  attributes: Attributes,
  torch: string,
): PytorchCase {
  const operator = torch.includes('transpose') ? 'ConvTranspose' : 'Conv';
  return { name, nodes: [node(operator, ['x', 'w', 'b'], ['y'], attributes)], inputs, torch };
}

export const convolutions: readonly PytorchCase[] = [
  conv('Conv', { x: [2, 3, 6, 5], w: [4, 3, 3, 2], b: [4] }, {}, 'F.conv2d(x, w, b)'),
  conv(
    'Conv of equal size',
    { x: [2, 3, 6, 6], w: [4, 3, 3, 3], b: [4] },
    { pads: [1, 1, 1, 1] },
    'F.conv2d(x, w, b, padding=1)',
  ),
  conv(
    'Conv with strides and dilations',
    { x: [2, 3, 9, 8], w: [4, 3, 3, 2], b: [4] },
    { strides: [2, 3], dilations: [2, 1], pads: [2, 1, 2, 1] },
    'F.conv2d(x, w, b, stride=(2, 3), padding=(2, 1), dilation=(2, 1))',
  ),
  conv(
    'Conv in groups',
    { x: [2, 4, 5, 5], w: [6, 2, 3, 3], b: [6] },
    { group: 2, pads: [1, 1, 1, 1] },
    'F.conv2d(x, w, b, padding=1, groups=2)',
  ),
  conv(
    'Conv by channel',
    { x: [2, 4, 7, 7], w: [4, 1, 3, 3], b: [4] },
    { group: 4, strides: [2, 2], pads: [1, 1, 1, 1] },
    'F.conv2d(x, w, b, stride=2, padding=1, groups=4)',
  ),
  conv(
    'Conv of points',
    { x: [2, 4, 3, 5], w: [6, 4, 1, 1], b: [6] },
    { strides: [2, 2] },
    'F.conv2d(x, w, b, stride=2)',
  ),
  conv(
    'Conv along a line',
    { x: [2, 3, 9], w: [4, 3, 3], b: [4] },
    { strides: [2] },
    'F.conv1d(x, w, b, stride=2)',
  ),
  conv('Conv in space', { x: [1, 2, 4, 4, 3], w: [3, 2, 2, 3, 2], b: [3] }, {}, 'F.conv3d(x, w, b)'),
  conv(
    'ConvTranspose',
    { x: [2, 4, 3, 4], w: [4, 2, 3, 2], b: [4] },
    { group: 2, strides: [2, 3], pads: [1, 0, 1, 0], output_padding: [1, 2] },
    'F.conv_transpose2d(x, w, b, stride=(2, 3), padding=(1, 0), output_padding=(1, 2), groups=2)',
  ),
];

function pool(operator: string, attributes: Attributes, torch: string, image = [2, 3, 6, 6]): PytorchCase {
  return {
    name: `${operator} ${JSON.stringify(attributes)}`,
    nodes: [node(operator, ['x'], ['y'], attributes)],
    inputs: { x: image },
    torch,
    // Whole numbers, of which several in a window are the largest.
    value: (next) => Math.floor(3 * next()),
  };
}

export const pools: readonly PytorchCase[] = [
  pool('MaxPool', { kernel_shape: [2, 2], strides: [2, 2] }, 'F.max_pool2d(x, 2)'),
  pool('MaxPool', { kernel_shape: [3, 3], strides: [3, 3] }, 'F.max_pool2d(x, 3)'),
  pool('MaxPool', { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }, 'F.max_pool2d(x, 3, 2, 1)'),
  pool('MaxPool', { kernel_shape: [2, 2], dilations: [2, 2] }, 'F.max_pool2d(x, 2, 1, 0, 2)'),
  pool('MaxPool', { kernel_shape: [2], strides: [2] }, 'F.max_pool1d(x, 2)', [2, 3, 6]),
  pool('AveragePool', { kernel_shape: [2, 2], strides: [2, 2] }, 'F.avg_pool2d(x, 2)'),
  pool(
    'AveragePool',
    { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
    'F.avg_pool2d(x, 3, 2, 1, count_include_pad=False)',
  ),
  pool(
    'AveragePool',
    { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], count_include_pad: 1 },
    'F.avg_pool2d(x, 3, 2, 1)',
  ),
  pool('GlobalAveragePool', {}, 'F.adaptive_avg_pool2d(x, 1)'),
  pool('GlobalMaxPool', {}, 'F.adaptive_max_pool2d(x, 1)'),
];

const stored = [floats('mean', [3], [0.1, -0.2, 0.3]), floats('variance', [3], [0.5, 1, 2])];
const affine = { x: [4, 3, 2, 5], s: [3], b: [3] };
export const normalizations: readonly PytorchCase[] = [
  {
    name: 'BatchNormalization',
    nodes: [node('BatchNormalization', ['x', 's', 'b', 'mean', 'variance'], ['y'])],
    inputs: affine,
    tensors: stored,
    torch:
      'F.batch_norm(x, torch.tensor([0.1, -0.2, 0.3], dtype=torch.float64), torch.tensor([0.5, 1, 2], dtype=torch.float64), s, b)',
  },
  {
    name: 'BatchNormalization while training',
    nodes: [node('BatchNormalization', ['x', 's', 'b', 'mean', 'variance'], ['y'])],
    inputs: affine,
    tensors: stored,
    torch: 'F.batch_norm(x, None, None, s, b, training=True)',
    trains: true,
  },
  {
    name: 'InstanceNormalization',
    nodes: [node('InstanceNormalization', ['x', 's', 'b'], ['y'])],
    inputs: affine,
    torch: 'F.instance_norm(x, weight=s, bias=b)',
  },
  {
    name: 'LayerNormalization',
    nodes: [node('LayerNormalization', ['x', 's', 'b'], ['y'], { axis: -2 })],
    inputs: { x: [2, 3, 4], s: [3, 4], b: [3, 4] },
    torch: 'F.layer_norm(x, (3, 4), s, b)',
  },
  {
    name: 'GroupNormalization',
    nodes: [node('GroupNormalization', ['x', 's', 'b'], ['y'], { num_groups: 2 })],
    inputs: { x: [2, 4, 3, 3], s: [4], b: [4] },
    torch: 'F.group_norm(x, 2, s, b)',
    opset: 21,
  },
  {
    name: 'LRN',
    nodes: [node('LRN', ['x'], ['y'], { size: 3, alpha: float(0.3), beta: float(0.75), bias: float(2) })],
    inputs: { x: [2, 5, 2, 3] },
    torch: 'F.local_response_norm(x, 3, 0.3, 0.75, 2)',
  },
];

function recurrent(
  name: 'LSTM' | 'GRU' | 'RNN',
  directions: 1 | 2,
  torch: { readonly kind: string; readonly order: readonly number[] },
): PytorchCase {
  const gates = torch.order.length;
  const cell = name === 'LSTM' ? ['c'] : [];
  const states = ['h', ...cell];
  const direction = directions === 2 ? 'bidirectional' : 'forward';
  const attributes = { hidden_size: 4, direction, ...(name === 'GRU' && { linear_before_reset: 1 }) };
  const outputs = ['y', 'yh', ...cell.map(() => 'yc')];
  const shape = [directions, 2, 4];
  return {
    name: `${name}, ${direction}`,
    nodes: [node(name, ['x', 'w', 'r', 'b', '', ...states], outputs, attributes)],
    inputs: {
      x: [5, 2, 3],
      w: [directions, 4 * gates, 3],
      r: [directions, 4 * gates, 4],
      b: [directions, 8 * gates],
      ...Object.fromEntries(states.map((state) => [state, shape])),
    },
    outputs,
    torch: `recurrent('${torch.kind}', x, w, r, b, ${JSON.stringify(torch.order)}, ${name === 'LSTM' ? '(h, c)' : 'h'}, ${directions === 2 ? 'True' : 'False'})`,
    trains: true,
  };
}

// ONNX has the gates of an LSTM as i, o, f, c and those of a GRU as z, r, h; PyTorch as i, f, g, o and r, z, n.
export const recurrences: readonly PytorchCase[] = ([1, 2] as const).flatMap((directions) => [
  recurrent('LSTM', directions, { kind: 'lstm', order: [0, 2, 3, 1] }),
  recurrent('GRU', directions, { kind: 'gru', order: [1, 0, 2] }),
  recurrent('RNN', directions, { kind: 'rnn', order: [0] }),
]);

export const quantizations: readonly PytorchCase[] = [
  {
    name: 'QuantizeLinear and DequantizeLinear',
    nodes: [node('QuantizeLinear', ['x', 'scale'], ['q']), node('DequantizeLinear', ['q', 'scale'], ['y'])],
    inputs: { x: [6] },
    given: { x: [-1, -0.04, 0, 25.45, 25.54, 25.58] },
    tensors: [floats('scale', [], [0.1])],
    torch: 'torch.fake_quantize_per_tensor_affine(x, 0.1, 0, 0, 255)',
  },
];
