// How many parameters each layer of torch.nn has, as a function of its arguments. Adding a layer is adding a row.
// Source: the shapes that the documentation of torch.nn gives under "Variables" of each module.
import type { PythonValue } from './pythonValue';

/** The arguments of a call by parameter name; throws UnknownArgument where one is not known. */
export interface Arguments {
  integer(name: string): number;
  /** An argument that may be left out. */
  integerOr(name: string, fallback: number): number;
  flagOr(name: string, fallback: boolean): boolean;
  /** An integer, or the product of a tuple of them (sizes, kernels); one integer stands for `dimensions` equal ones. */
  productOf(name: string, dimensions: number): number;
}

export interface TorchLayer {
  /** Names of the positional parameters, in order, as far as the count needs them. */
  readonly parameters: readonly string[];
  readonly count: (args: Arguments) => number;
}

const bias = (args: Arguments, size: number): number => (args.flagOr('bias', true) ? size : 0);

function convolution(dimensions: number): TorchLayer {
  return {
    parameters: [
      'in_channels',
      'out_channels',
      'kernel_size',
      'stride',
      'padding',
      'dilation',
      'groups',
      'bias',
    ],
    count: (args) => {
      const out = args.integer('out_channels');
      const perGroup = args.integer('in_channels') / args.integerOr('groups', 1);
      return out * perGroup * args.productOf('kernel_size', dimensions) + bias(args, out);
    },
  };
}

function transposedConvolution(dimensions: number): TorchLayer {
  return {
    parameters: [
      'in_channels',
      'out_channels',
      'kernel_size',
      'stride',
      'padding',
      'output_padding',
      'groups',
      'bias',
      'dilation',
    ],
    count: (args) => {
      const out = args.integer('out_channels');
      const perGroup = out / args.integerOr('groups', 1);
      return (
        args.integer('in_channels') * perGroup * args.productOf('kernel_size', dimensions) + bias(args, out)
      );
    },
  };
}

/** Running statistics are buffers, not parameters. */
function channelNorm(affine: boolean): TorchLayer {
  return {
    parameters: ['num_features', 'eps', 'momentum', 'affine', 'track_running_stats'],
    count: (args) => (args.flagOr('affine', affine) ? 2 * args.integer('num_features') : 0),
  };
}

/** Weights and both biases of every layer and direction; `gates` is 4 for LSTM, 3 for GRU, 1 for RNN. */
function recurrent(gates: number): TorchLayer {
  return {
    parameters:
      gates === 1
        ? [
            'input_size',
            'hidden_size',
            'num_layers',
            'nonlinearity',
            'bias',
            'batch_first',
            'dropout',
            'bidirectional',
          ]
        : [
            'input_size',
            'hidden_size',
            'num_layers',
            'bias',
            'batch_first',
            'dropout',
            'bidirectional',
            'proj_size',
          ],
    count: (args) => {
      const hidden = args.integer('hidden_size');
      const directions = args.flagOr('bidirectional', false) ? 2 : 1;
      const projection = args.integerOr('proj_size', 0);
      const output = projection || hidden;
      const layers = args.integerOr('num_layers', 1);
      let total = 0;
      for (let layer = 0; layer < layers; layer++) {
        const input = layer === 0 ? args.integer('input_size') : output * directions;
        const weights =
          gates * hidden * (input + output) + bias(args, 2 * gates * hidden) + projection * hidden;
        total += directions * weights;
      }
      return total;
    },
  };
}

function recurrentCell(gates: number): TorchLayer {
  return {
    parameters: ['input_size', 'hidden_size', 'bias'],
    count: (args) => {
      const hidden = args.integer('hidden_size');
      return gates * hidden * (args.integer('input_size') + hidden) + bias(args, 2 * gates * hidden);
    },
  };
}

const embedding: TorchLayer = {
  parameters: ['num_embeddings', 'embedding_dim'],
  count: (args) => args.integer('num_embeddings') * args.integer('embedding_dim'),
};

function attention(args: Arguments): number {
  const size = args.integer('embed_dim');
  const keys = args.integerOr('kdim', size);
  const values = args.integerOr('vdim', size);
  const added = args.flagOr('add_bias_kv', false) ? 2 * size : 0;
  return size * (size + keys + values) + size * size + bias(args, 4 * size) + added;
}

/** Attention blocks, two linear layers and the normalizations of a transformer layer. */
function transformerLayer(attentions: number): TorchLayer {
  return {
    parameters: ['d_model', 'nhead', 'dim_feedforward', 'dropout', 'activation'],
    count: (args) => {
      const size = args.integer('d_model');
      const inner = args.integerOr('dim_feedforward', 2048);
      const attentionBlock = 4 * size * size + bias(args, 4 * size);
      const feedForward = 2 * size * inner + bias(args, inner + size);
      const norms = (attentions + 1) * (size + bias(args, size));
      return attentions * attentionBlock + feedForward + norms;
    },
  };
}

export const torchLayers: ReadonlyMap<string, TorchLayer> = new Map<string, TorchLayer>([
  [
    'Linear',
    {
      parameters: ['in_features', 'out_features', 'bias'],
      count: (args) => {
        const out = args.integer('out_features');
        return args.integer('in_features') * out + bias(args, out);
      },
    },
  ],
  [
    'Bilinear',
    {
      parameters: ['in1_features', 'in2_features', 'out_features', 'bias'],
      count: (args) => {
        const out = args.integer('out_features');
        return args.integer('in1_features') * args.integer('in2_features') * out + bias(args, out);
      },
    },
  ],
  ['Conv1d', convolution(1)],
  ['Conv2d', convolution(2)],
  ['Conv3d', convolution(3)],
  ['ConvTranspose1d', transposedConvolution(1)],
  ['ConvTranspose2d', transposedConvolution(2)],
  ['ConvTranspose3d', transposedConvolution(3)],
  ['BatchNorm1d', channelNorm(true)],
  ['BatchNorm2d', channelNorm(true)],
  ['BatchNorm3d', channelNorm(true)],
  ['SyncBatchNorm', channelNorm(true)],
  ['InstanceNorm1d', channelNorm(false)],
  ['InstanceNorm2d', channelNorm(false)],
  ['InstanceNorm3d', channelNorm(false)],
  [
    'LayerNorm',
    {
      parameters: ['normalized_shape', 'eps', 'elementwise_affine', 'bias'],
      count: (args) => {
        if (!args.flagOr('elementwise_affine', true)) return 0;
        const size = args.productOf('normalized_shape', 1);
        return size + bias(args, size);
      },
    },
  ],
  [
    'RMSNorm',
    {
      parameters: ['normalized_shape', 'eps', 'elementwise_affine'],
      count: (args) => (args.flagOr('elementwise_affine', true) ? args.productOf('normalized_shape', 1) : 0),
    },
  ],
  [
    'GroupNorm',
    {
      parameters: ['num_groups', 'num_channels', 'eps', 'affine'],
      count: (args) => (args.flagOr('affine', true) ? 2 * args.integer('num_channels') : 0),
    },
  ],
  ['Embedding', embedding],
  ['EmbeddingBag', embedding],
  ['RNN', recurrent(1)],
  ['LSTM', recurrent(4)],
  ['GRU', recurrent(3)],
  ['RNNCell', recurrentCell(1)],
  ['LSTMCell', recurrentCell(4)],
  ['GRUCell', recurrentCell(3)],
  [
    'MultiheadAttention',
    {
      parameters: [
        'embed_dim',
        'num_heads',
        'dropout',
        'bias',
        'add_bias_kv',
        'add_zero_attn',
        'kdim',
        'vdim',
      ],
      count: attention,
    },
  ],
  ['TransformerEncoderLayer', transformerLayer(1)],
  ['TransformerDecoderLayer', transformerLayer(2)],
  ['PReLU', { parameters: ['num_parameters'], count: (args) => args.integerOr('num_parameters', 1) }],
]);

/** Thrown by a count when an argument is not known; caught where the count was asked for. */
export class UnknownArgument extends Error {
  constructor(readonly because: readonly string[]) {
    super(because.join(', '));
  }
}

/** Reads arguments by name from the values of a call, noting which assumptions the values rest on. */
export function argumentsOf(given: ReadonlyMap<string, PythonValue>, assumed: Set<string>): Arguments {
  const read = (name: string): unknown => {
    const value = given.get(name);
    if (!value) throw new UnknownArgument([name]);
    if (!value.known) throw new UnknownArgument(value.because);
    for (const assumption of value.assumed) assumed.add(assumption);
    return value.value;
  };
  const integer = (name: string): number => {
    const value = read(name);
    if (typeof value === 'number' && Number.isInteger(value)) return value;
    throw new UnknownArgument([name]);
  };
  return {
    integer,
    integerOr: (name, fallback) => (!given.has(name) || read(name) === null ? fallback : integer(name)),
    flagOr: (name, fallback) => (given.has(name) ? Boolean(read(name)) : fallback),
    productOf: (name, dimensions) => {
      const value = read(name);
      if (!Array.isArray(value)) return integer(name) ** dimensions;
      return value.reduce<number>((product, size) => {
        if (typeof size !== 'number') throw new UnknownArgument([name]);
        return product * size;
      }, 1);
    },
  };
}
