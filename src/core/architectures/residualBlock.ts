// The block of two 3×3 convolutions that is added to its input, of which both residual networks consist.
import type { NetworkBuilder, Value } from './networkBuilder';

export interface ResidualBlock {
  readonly channels: number;
  readonly stride: 1 | 2;
  readonly bias: boolean;
  /** Blocks in the network. */
  readonly blocks: number;
  /** Brings the input to the shape of the block's output, where that differs. */
  readonly shortcut: (name: string, from: Value, channels: number) => Value;
}

/** K. He, X. Zhang, S. Ren, J. Sun, "Deep Residual Learning for Image Recognition", 2016, figure 2. */
export function residualBlock(net: NetworkBuilder, name: string, from: Value, block: ResidualBlock): Value {
  const { channels, stride, bias, blocks } = block;
  const first = net.conv(`${name}.conv1`, from, { channels, kernel: 3, stride, bias });
  const between = net.relu(`${name}.relu1`, net.batchNorm(`${name}.bn1`, first));
  const second = net.conv(`${name}.conv2`, between, { channels, kernel: 3, bias, branches: blocks });
  const branch = net.batchNorm(`${name}.bn2`, second);
  const changes = stride > 1 || from.shape[0] !== channels;
  const shortcut = changes ? block.shortcut(`${name}.shortcut`, from, channels) : from;
  return net.relu(`${name}.relu2`, net.sum(`${name}.add`, branch, shortcut));
}
