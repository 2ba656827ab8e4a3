// ShuffleNetV2: N. Ma, X. Zhang, H. Zheng, J. Sun, "ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture
// Design", 2018, table 5, with the strides for ImageNet: the image is halved five times.
import { repeated, type Architecture } from './architecture';
import type { NetworkBuilder, Value } from './networkBuilder';

/** Channels of the three stages and of the last convolution, by width. */
const channelsByWidth: ReadonlyMap<number, readonly [number, number, number, number]> = new Map([
  [0.5, [48, 96, 192, 1024]],
  [1, [116, 232, 464, 1024]],
  [1.5, [176, 352, 704, 1024]],
  [2, [244, 488, 976, 2048]],
]);

const repetitions = [4, 8, 4];

export const shuffleNetV2: Architecture = {
  id: 'shufflenet-v2',
  description: 'sixteen blocks that split and shuffle their channels (Ma et al. 2018)',
  example: [3, 224, 224],
  input: 'image',
  smallest: [16, 16],
  widths: [...channelsByWidth.keys()],
  repeats: true,
  build: (net, { classes, width, depth }) => {
    const channels = channelsByWidth.get(width)!;
    const stem = normalized(net, 'conv1', net.input, { channels: 24, kernel: 3, stride: 2 });
    let value = net.maxPool('maxpool', net.relu('conv1.relu', stem), { kernel: 3, stride: 2, pad: 1 });
    for (const [index, count] of repetitions.entries()) {
      for (let n = 0; n < repeated(count, depth); n++) {
        const name = `stage${index + 2}.${n}`;
        value = n === 0 ? halving(net, name, value, channels[index]!) : keeping(net, name, value);
      }
    }
    const last = normalized(net, 'conv5', value, { channels: channels[3], kernel: 1 });
    const pooled = net.globalAveragePool('pool', net.relu('conv5.relu', last));
    return net.linear('fc', pooled, { features: classes, role: 'output' });
  },
};

/** Figure 3 (d): both branches see all channels and every second pixel. */
function halving(net: NetworkBuilder, name: string, from: Value, channels: number): Value {
  const inputs = from.shape[0]!;
  const left = normalized(net, `${name}.branch1.depthwise`, from, {
    channels: inputs,
    kernel: 3,
    stride: 2,
    depthwise: true,
  });
  const mixed = normalized(net, `${name}.branch1.pointwise`, left, { channels: channels / 2, kernel: 1 });
  const other = net.relu(`${name}.branch1.relu`, mixed);
  return joined(net, name, other, branch(net, name, from, channels / 2, 2));
}

/** Figure 3 (c): half of the channels pass through. */
function keeping(net: NetworkBuilder, name: string, from: Value): Value {
  const [passing, changed] = net.halves(`${name}.split`, from);
  return joined(net, name, passing, branch(net, name, changed, changed.shape[0]!, 1));
}

function branch(net: NetworkBuilder, name: string, from: Value, channels: number, stride: 1 | 2): Value {
  const first = normalized(net, `${name}.branch2.pointwise1`, from, { channels, kernel: 1 });
  const rectified = net.relu(`${name}.branch2.relu1`, first);
  const filtered = normalized(net, `${name}.branch2.depthwise`, rectified, {
    channels,
    kernel: 3,
    stride,
    depthwise: true,
  });
  const last = normalized(net, `${name}.branch2.pointwise2`, filtered, { channels, kernel: 1 });
  return net.relu(`${name}.branch2.relu2`, last);
}

function joined(net: NetworkBuilder, name: string, left: Value, right: Value): Value {
  return net.shuffle(`${name}.shuffle`, net.concat(`${name}.concat`, [left, right]), 2);
}

function normalized(
  net: NetworkBuilder,
  name: string,
  from: Value,
  options: Omit<Parameters<NetworkBuilder['conv']>[2], 'bias'>,
): Value {
  return net.batchNorm(`${name}.bn`, net.conv(name, from, { ...options, bias: false }));
}
