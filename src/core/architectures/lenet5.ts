// LeNet-5 as Caffe has it, with 20 and 50 maps, 500 hidden units, largest values of 2×2 pixels and a single rectifier;
// the network that S. Han, J. Pool, J. Tran, W. Dally, "Learning both Weights and Connections for Efficient Neural
// Networks", 2015, and most that came later prune.
import { scaled, type Architecture } from './architecture';

export const lenet5: Architecture = {
  id: 'lenet-5',
  description: 'two convolutions of 20 and 50 maps and 500 hidden units (LeCun et al. 1998, as in Caffe)',
  example: [1, 28, 28],
  input: 'image',
  smallest: [16, 16],
  build: (net, { classes, width }) => {
    const kernel = { kernel: 5, padding: 'none', bias: true } as const;
    const pool = { kernel: 2, stride: 2 };
    const first = net.conv('conv1', net.input, { ...kernel, channels: scaled(20, width) });
    const second = net.conv('conv2', net.maxPool('pool1', first, pool), {
      ...kernel,
      channels: scaled(50, width),
    });
    const flat = net.flatten('flatten', net.maxPool('pool2', second, pool));
    const hidden = net.linear('fc1', flat, { features: scaled(500, width), role: 'hidden' });
    return net.linear('fc2', net.relu('relu1', hidden), { features: classes, role: 'output' });
  },
};
