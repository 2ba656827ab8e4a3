// ResNet-8 of MLPerf Tiny for images of 32×32: three stages of one residual block, convolutions with biases, 1×1
// convolutions as shortcuts. C. Banbury et al., "MLPerf Tiny Benchmark", 2021.
import { repeated, scaled, type Architecture } from './architecture';
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
  repeats: true,
  build: (net, { classes, width, depth }) => {
    const blocks = repeated(1, depth);
    const stem = net.conv('conv1', net.input, { channels: scaled(16, width), kernel: 3, bias: true });
    let value = net.relu('relu1', net.batchNorm('bn1', stem));
    for (const [index, [channels, stride]] of stages.entries()) {
      for (let block = 0; block < blocks; block++) {
        const layer = `layer${index + 1}`;
        value = residualBlock(net, blocks === 1 ? layer : `${layer}.${block}`, value, {
          channels: scaled(channels, width),
          stride: block === 0 ? stride : 1,
          bias: true,
          blocks: stages.length * blocks,
          shortcut: (name, from, outputs) =>
            net.conv(name, from, { channels: outputs, kernel: 1, stride, bias: true }),
        });
      }
    }
    return net.linear('fc', net.globalAveragePool('pool', value), { features: classes, role: 'output' });
  },
};
