// ResNet-20 for images of 32×32: three stages of three residual blocks, shortcuts without parameters. K. He, X. Zhang,
// S. Ren, J. Sun, "Deep Residual Learning for Image Recognition", 2016, section 4.2 with n = 3.
import { repeated, scaled, type Architecture } from './architecture';
import { residualBlock } from './residualBlock';

const stages = [16, 32, 64];
const blocksOfEach = 3;

export const resnet20: Architecture = {
  id: 'resnet-20',
  description: 'nine residual blocks of 16, 32 and 64 channels (He et al. 2016, for CIFAR)',
  example: [3, 32, 32],
  input: 'image',
  smallest: [8, 8],
  repeats: true,
  build: (net, { classes, width, depth }) => {
    const blocks = repeated(blocksOfEach, depth);
    const stem = net.conv('conv1', net.input, { channels: scaled(16, width), kernel: 3, bias: false });
    let value = net.relu('relu1', net.batchNorm('bn1', stem));
    for (const [stage, channels] of stages.entries()) {
      for (let block = 0; block < blocks; block++) {
        value = residualBlock(net, `layer${stage + 1}.${block}`, value, {
          channels: scaled(channels, width),
          stride: stage > 0 && block === 0 ? 2 : 1,
          bias: false,
          blocks: stages.length * blocks,
          shortcut: (name, from, outputs) => net.zeroPaddedShortcut(name, from, outputs),
        });
      }
    }
    return net.linear('fc', net.globalAveragePool('pool', value), { features: classes, role: 'output' });
  },
};
