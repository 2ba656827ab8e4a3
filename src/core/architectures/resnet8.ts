// ResNet-8 of MLPerf Tiny for images of 32×32: three stages of one residual block, convolutions with biases, 1×1
// convolutions as shortcuts. C. Banbury et al., "MLPerf Tiny Benchmark", 2021.
import { scaled, type Architecture } from './architecture';
import { residualBlock } from './residualBlock';

const stages = [
  [16, 1],
  [32, 2],
  [64, 2],
] as const;

export const resnet8: Architecture = {
  id: 'resnet-8',
  description: 'three residual blocks of 16, 32 and 64 channels (MLPerf Tiny 2021)',
  example: [3, 32, 32],
  input: 'image',
  smallest: [8, 8],
  build: (net, { classes, width }) => {
    const stem = net.conv('conv1', net.input, { channels: scaled(16, width), kernel: 3, bias: true });
    let value = net.relu('relu1', net.batchNorm('bn1', stem));
    for (const [index, [channels, stride]] of stages.entries()) {
      value = residualBlock(net, `layer${index + 1}`, value, {
        channels: scaled(channels, width),
        stride,
        bias: true,
        blocks: stages.length,
        shortcut: (name, from, outputs) =>
          net.conv(name, from, { channels: outputs, kernel: 1, stride, bias: true }),
      });
    }
    return net.linear('fc', net.globalAveragePool('pool', value), { features: classes, role: 'output' });
  },
};
