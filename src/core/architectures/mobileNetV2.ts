// MobileNetV2: M. Sandler, A. Howard, M. Zhu, A. Zhmoginov, L. Chen, "MobileNetV2: Inverted Residuals and Linear
// Bottlenecks", 2018, table 2, with the strides for ImageNet: the image is halved five times.
import { repeated, type Architecture } from './architecture';
import type { NetworkBuilder, Value } from './networkBuilder';

/** Expansion, channels, repetitions and stride of the first repetition. */
const table: readonly (readonly [number, number, number, 1 | 2])[] = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
];

export const mobileNetV2: Architecture = {
  id: 'mobilenet-v2',
  description: 'seventeen inverted residual blocks with linear bottlenecks (Sandler et al. 2018)',
  example: [3, 224, 224],
  input: 'image',
  smallest: [16, 16],
  repeats: true,
  build: (net, { classes, width, depth }) => {
    const blocks = blocksOf(width, depth);
    const branches = blocks.filter(({ adds }) => adds).length;
    let value = normalized(net, 'conv1', net.input, {
      channels: stemChannels(width),
      kernel: 3,
      stride: 2,
    });
    for (const [index, block] of blocks.entries()) {
      value = invertedResidual(net, `block${index + 1}`, value, block, branches);
    }
    // Narrow networks keep the last layer's width, as the paper says in section 6.1.
    value = normalized(net, 'conv2', value, { channels: wholeEights(1280 * Math.max(1, width)), kernel: 1 });
    return net.linear('fc', net.globalAveragePool('pool', value), { features: classes, role: 'output' });
  },
};

interface Block {
  readonly expansion: number;
  readonly channels: number;
  readonly stride: 1 | 2;
  /** Its input has the shape of its output and is added to it. */
  readonly adds: boolean;
}

function stemChannels(width: number): number {
  return wholeEights(32 * width);
}

function blocksOf(width: number, depth: number): readonly Block[] {
  let inputs = stemChannels(width);
  return table.flatMap(([expansion, of, count, first]) => {
    const channels = wholeEights(of * width);
    return Array.from({ length: repeated(count, depth) }, (_, n): Block => {
      const stride = n === 0 ? first : 1;
      const adds = stride === 1 && inputs === channels;
      inputs = channels;
      return { expansion, channels, stride, adds };
    });
  });
}

function invertedResidual(
  net: NetworkBuilder,
  name: string,
  from: Value,
  { expansion, channels, stride, adds }: Block,
  branches: number,
): Value {
  const wide = expansion * from.shape[0]!;
  const expanded =
    expansion === 1 ? from : normalized(net, `${name}.expand`, from, { channels: wide, kernel: 1 });
  const filtered = normalized(net, `${name}.depthwise`, expanded, {
    channels: wide,
    kernel: 3,
    stride,
    depthwise: true,
  });
  const projected = net.conv(`${name}.project`, filtered, {
    channels,
    kernel: 1,
    bias: false,
    ...(adds && { branches }),
  });
  const branch = net.batchNorm(`${name}.project.bn`, projected);
  return adds ? net.sum(`${name}.add`, from, branch) : branch;
}

function normalized(
  net: NetworkBuilder,
  name: string,
  from: Value,
  options: Omit<Parameters<NetworkBuilder['conv']>[2], 'bias'>,
): Value {
  const filtered = net.conv(name, from, { ...options, bias: false });
  return net.relu6(`${name}.relu`, net.batchNorm(`${name}.bn`, filtered));
}

/** The nearest multiple of 8, but never less than nine tenths of the number: the rule of the paper's authors. */
function wholeEights(count: number): number {
  const rounded = Math.max(8, Math.floor((count + 4) / 8) * 8);
  return rounded < 0.9 * count ? rounded + 8 : rounded;
}
