// MobileNet: A. Howard et al., "MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications",
// 2017, table 1, with the strides for ImageNet: the image is halved five times.
import { repeated, scaled, type Architecture } from './architecture';

/** Channels, repetitions and stride of the first repetition of the depthwise separable convolutions. */
const table: readonly (readonly [number, number, 1 | 2])[] = [
  [64, 1, 1],
  [128, 2, 2],
  [256, 2, 2],
  [512, 6, 2],
  [1024, 2, 2],
];

export const mobileNetV1: Architecture = {
  id: 'mobilenet-v1',
  description: 'thirteen depthwise separable convolutions (Howard et al. 2017)',
  example: [3, 224, 224],
  input: 'image',
  smallest: [16, 16],
  repeats: true,
  build: (net, { classes, width, depth }) => {
    const stem = net.conv('conv1', net.input, {
      channels: scaled(32, width),
      kernel: 3,
      stride: 2,
      bias: false,
    });
    let value = net.relu('relu1', net.batchNorm('bn1', stem));
    const blocks = table.flatMap(([channels, count, stride]) =>
      Array.from({ length: repeated(count, depth) }, (_, n) => ({ channels, stride: n === 0 ? stride : 1 })),
    );
    for (const [index, { channels, stride }] of blocks.entries()) {
      const name = `block${index + 1}`;
      const each = net.conv(`${name}.depthwise`, value, {
        channels: value.shape[0]!,
        kernel: 3,
        stride,
        depthwise: true,
        bias: false,
      });
      const filtered = net.relu(`${name}.relu1`, net.batchNorm(`${name}.bn1`, each));
      const mixed = net.conv(`${name}.pointwise`, filtered, {
        channels: scaled(channels, width),
        kernel: 1,
        bias: false,
      });
      value = net.relu(`${name}.relu2`, net.batchNorm(`${name}.bn2`, mixed));
    }
    return net.linear('fc', net.globalAveragePool('pool', value), { features: classes, role: 'output' });
  },
};
