// DS-CNN, depthwise separable convolutions over a spectrogram: Y. Zhang, N. Suda, L. Lai, V. Chandra, "Hello Edge:
// Keyword Spotting on Microcontrollers", 2017, in the size of C. Banbury et al., "MLPerf Tiny Benchmark", 2021.
import { repeated, scaled, type Architecture } from './architecture';

const blocks = 4;

export const dsCnn: Architecture = {
  id: 'ds-cnn',
  description: 'four depthwise separable convolutions of 64 channels for keywords (MLPerf Tiny 2021)',
  example: [1, 49, 10],
  input: 'image',
  smallest: [10, 4],
  repeats: true,
  build: (net, { classes, width, depth }) => {
    const channels = scaled(64, width);
    const stem = net.conv('conv1', net.input, {
      channels,
      kernel: [10, 4],
      stride: 2,
      padding: 'same',
      bias: true,
    });
    let value = net.relu('relu1', net.batchNorm('bn1', stem));
    for (let n = 1; n <= repeated(blocks, depth); n++) {
      const name = `block${n}`;
      const each = net.conv(`${name}.depthwise`, value, { channels, kernel: 3, depthwise: true, bias: true });
      const filtered = net.relu(`${name}.relu1`, net.batchNorm(`${name}.bn1`, each));
      const mixed = net.conv(`${name}.pointwise`, filtered, { channels, kernel: 1, bias: true });
      value = net.relu(`${name}.relu2`, net.batchNorm(`${name}.bn2`, mixed));
    }
    return net.linear('fc', net.globalAveragePool('pool', value), { features: classes, role: 'output' });
  },
};
