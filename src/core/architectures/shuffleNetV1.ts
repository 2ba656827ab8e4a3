// ShuffleNet: X. Zhang, X. Zhou, M. Lin, J. Sun, "ShuffleNet: An Extremely Efficient Convolutional Neural Network for
// Mobile Devices", 2018, table 1 with three groups, with the strides for ImageNet: the image is halved five times.
import { repeated, type Architecture } from './architecture';
import type { NetworkBuilder, Value } from './networkBuilder';

const groups = 3;

/** Channels and repetitions of the three stages. */
const stages = [
  [240, 4],
  [480, 8],
  [960, 4],
] as const;

export const shuffleNetV1: Architecture = {
  id: 'shufflenet-v1',
  description: 'sixteen residual blocks of grouped convolutions with shuffled channels (Zhang et al. 2018)',
  example: [3, 224, 224],
  input: 'image',
  smallest: [16, 16],
  widths: [0.25, 0.5, 1, 1.5, 2],
  repeats: true,
  build: (net, { classes, width, depth }) => {
    const stem = normalized(net, 'conv1', net.input, { channels: 24 * width, kernel: 3, stride: 2 });
    let value = net.maxPool('maxpool', net.relu('conv1.relu', stem), { kernel: 3, stride: 2, pad: 1 });
    const counts = stages.map(([, count]) => repeated(count, depth));
    const blocks = counts.reduce((sum, count) => sum + count, 0);
    for (const [index, [channels]] of stages.entries()) {
      for (let n = 0; n < counts[index]!; n++) {
        // The first block of all has too few channels to be grouped.
        const first = index === 0 && n === 0 ? 1 : groups;
        const block = { channels: channels * width, groups: first, halves: n === 0, blocks };
        value = shuffleUnit(net, `stage${index + 2}.${n}`, value, block);
      }
    }
    return net.linear('fc', net.globalAveragePool('pool', value), { features: classes, role: 'output' });
  },
};

interface Unit {
  readonly channels: number;
  /** Of the first convolution. */
  readonly groups: number;
  /** Halves the image: the input then stands beside the branch, as means, and is not added to it. */
  readonly halves: boolean;
  /** Blocks in the network. */
  readonly blocks: number;
}

/** Figure 2 (b), and (c) where the image is halved. The narrow layers have a quarter of the block's channels. */
function shuffleUnit(net: NetworkBuilder, name: string, from: Value, unit: Unit): Value {
  const { channels, halves, blocks } = unit;
  const narrow = channels / 4;
  const compressed = normalized(net, `${name}.compress`, from, {
    channels: narrow,
    kernel: 1,
    groups: unit.groups,
  });
  const shuffled = net.shuffle(`${name}.shuffle`, net.relu(`${name}.compress.relu`, compressed), groups);
  const filtered = normalized(net, `${name}.depthwise`, shuffled, {
    channels: narrow,
    kernel: 3,
    stride: halves ? 2 : 1,
    depthwise: true,
  });
  const branch = normalized(net, `${name}.expand`, filtered, {
    channels: halves ? channels - from.shape[0]! : channels,
    kernel: 1,
    groups,
    ...(!halves && { branches: blocks }),
  });
  if (!halves) return net.relu(`${name}.relu`, net.sum(`${name}.add`, from, branch));
  const passing = net.averagePool(`${name}.pool`, from, { kernel: 3, stride: 2, pad: 1 });
  return net.relu(`${name}.relu`, net.concat(`${name}.concat`, [passing, branch]));
}

function normalized(
  net: NetworkBuilder,
  name: string,
  from: Value,
  options: Omit<Parameters<NetworkBuilder['conv']>[2], 'bias'>,
): Value {
  return net.batchNorm(`${name}.bn`, net.conv(name, from, { ...options, bias: false }));
}
