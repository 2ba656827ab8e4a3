// Convolutions: weight [output channels, input channels / group, kernel…].
import { attribute, type Node, type Shape } from '../ir/graph';
import { convChannels, fusedConvChannels } from './convChannels';
import { convGradient } from './convGradient';
import { times } from './dimensions';
import { product, type Operator, type WeightInput } from './operator';
import { windowOf, windowOutput } from './windows';

const microsoft = 'com.microsoft';

export const convOperators: readonly Operator[] = [
  {
    ...convolution({ name: 'Conv', weight: 1, bias: 2, sums: { input: 0, over: 'windows' } }),
    gradient: convGradient,
    channels: convChannels,
    quantized: () => ({ kind: 'multiplies', reads: [0, 1], bias: 2 }),
  },
  convolution({ name: 'DeformConv', weight: 1, bias: 3 }),
  convolution({ name: 'ConvInteger', weight: 1, quantized: true }),
  convolution({ name: 'QLinearConv', weight: 3, bias: 8, quantized: true, grid: { scale: 4, zeroPoint: 5 } }),
  {
    ...convolution({
      name: 'FusedConv',
      domain: microsoft,
      weight: 1,
      bias: 2,
      sums: { input: 0, over: 'windows' },
    }),
    channels: fusedConvChannels,
  },
  convolution({ name: 'NhwcFusedConv', domain: microsoft, weight: 1, bias: 2, channelsLast: true }),
  convolution({
    name: 'QLinearConv',
    domain: microsoft,
    weight: 3,
    bias: 8,
    quantized: true,
    grid: { scale: 4, zeroPoint: 5 },
  }),
];

interface ConvolutionInit {
  readonly name: string;
  readonly domain?: string;
  /** Index of the weight input. */
  readonly weight: number;
  readonly bias?: number;
  readonly quantized?: boolean;
  readonly grid?: WeightInput['grid'];
  readonly sums?: WeightInput['sums'];
  /** Written by ONNX Runtime's own optimizers; an attribute says it elsewhere. */
  readonly channelsLast?: boolean;
}

function convolution(init: ConvolutionInit): Operator {
  const { name, weight, bias } = init;
  const quantized = init.quantized === true ? { quantized: true } : {};
  const grid = init.grid ? { grid: init.grid } : {};
  const inputs: WeightInput[] = [
    {
      input: weight,
      role: 'weight',
      outputAxis: 0,
      ...(init.sums && { sums: init.sums }),
      ...quantized,
      ...grid,
    },
  ];
  if (bias !== undefined) inputs.push({ input: bias, role: 'bias', ...quantized });
  return {
    name,
    ...(init.domain === undefined ? {} : { domain: init.domain }),
    weights: () => inputs,
    shape: ({ node, inputShape }) => {
      const channelsLast = init.channelsLast === true || attribute(node, 'channels_last', 'int') === 1;
      return [{ shape: convShape(node, inputShape(0), inputShape(weight), channelsLast) }];
    },
    // Output elements × kernel × input channels per group (Dumoulin & Visin 2016, §2).
    macs: (context) => {
      const filter = context.inputShape(weight);
      return times(product(context.outputShape(0)), product(filter?.slice(1)));
    },
  };
}

function convShape(
  node: Node,
  image: Shape | undefined,
  filter: Shape | undefined,
  channelsLast: boolean,
): Shape | undefined {
  if (!image || !filter) return undefined;
  const spatial = channelsLast ? image.slice(1, -1) : image.slice(2);
  const output = windowOutput(spatial, windowOf(node, spatial.length, filter.slice(2)));
  return channelsLast ? [image[0], ...output, filter[0]] : [image[0], filter[0], ...output];
}
