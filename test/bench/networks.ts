// Networks for 28×28 images that benchmarks train from scratch: small enough for a processor, and of the kinds that the
// methods are for. The first layer of each already halves the image, as those of large networks do.
import { NetworkBuilder, type Value } from '../../src/core/architectures/networkBuilder';
import { residualBlock } from '../../src/core/architectures/residualBlock';
import type { Model } from '../../src/core/ir/graph';

/** A short training of the plain network on Fashion-MNIST. */
export const plainTraining = {
  epochs: 4,
  batch: 128,
  learningRate: 0.002,
  schedule: 'cosine',
  augment: { flip: true, shift: 0.07 },
};

const image = [1, 28, 28];
const classes = 10;

/** Three residual blocks of 24, 48 and 96 channels at 14×14, 7×7 and 4×4 pixels. */
export function residualNetwork(seed: number): Model {
  const net = new NetworkBuilder('residual', image, seed);
  const stages = [24, 48, 96];
  const stem = net.conv('stem', net.input, { channels: stages[0]!, kernel: 3, stride: 2, bias: false });
  let value = net.relu('relu', net.batchNorm('bn', stem));
  for (const [index, channels] of stages.entries()) {
    const stride = index === 0 ? 1 : 2;
    value = residualBlock(net, `layer${index + 1}`, value, {
      channels,
      stride,
      bias: false,
      blocks: stages.length,
      shortcut: (name, from, outputs) =>
        net.conv(name, from, { channels: outputs, kernel: 1, stride, bias: false }),
    });
  }
  return classified(net, value);
}

/** Convolutions of 3×3 with 32, 64, 128 and 128 channels, each normalized, at 14×14, 7×7, 7×7 and 4×4 pixels. */
export function plainNetwork(seed: number): Model {
  const net = new NetworkBuilder('plain', image, seed);
  let value = net.input;
  for (const [index, [channels, stride]] of (
    [
      [32, 2],
      [64, 2],
      [128, 1],
      [128, 2],
    ] as const
  ).entries()) {
    const conv = net.conv(`conv${index + 1}`, value, { channels, kernel: 3, stride, bias: false });
    value = net.relu(`relu${index + 1}`, net.batchNorm(`bn${index + 1}`, conv));
  }
  return classified(net, value);
}

function classified(net: NetworkBuilder, features: Value): Model {
  const end = net.linear('fc', net.globalAveragePool('pool', features), {
    features: classes,
    role: 'output',
  });
  return net.model(end, 'logits');
}
