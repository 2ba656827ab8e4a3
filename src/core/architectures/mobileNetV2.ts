// MobileNetV2: M. Sandler, A. Howard, M. Zhu, A. Zhmoginov, L. Chen, "MobileNetV2: Inverted Residuals and Linear
// Bottlenecks", 2018, table 2, with the strides for ImageNet: the image is halved five times.
import type { Architecture } from './architecture';
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

/** Blocks whose input is added to their output: all but the first of each row. */
const branches = table.reduce((sum, [, , repetitions]) => sum + repetitions - 1, 0);

export const mobileNetV2: Architecture = {
  id: 'mobilenet-v2',
  description: 'seventeen inverted residual blocks with linear bottlenecks (Sandler et al. 2018)',
  example: [3, 224, 224],
  input: 'image',
  smallest: [16, 16],
  build: (net, { classes, width }) => {
    let value = normalized(net, 'conv1', net.input, {
      channels: wholeEights(32 * width),
      kernel: 3,
      stride: 2,
    });
    let block = 0;
    for (const [expansion, channels, repetitions, stride] of table) {
      for (let n = 0; n < repetitions; n++) {
        block++;
        value = invertedResidual(net, `block${block}`, value, {
          expansion,
          channels: wholeEights(channels * width),
          stride: n === 0 ? stride : 1,
        });
      }
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
}

function invertedResidual(
  net: NetworkBuilder,
  name: string,
  from: Value,
  { expansion, channels, stride }: Block,
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
  const adds = stride === 1 && from.shape[0] === channels;
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
