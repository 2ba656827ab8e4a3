// A network with the parts that training treats differently: a convolution, a normalization with running statistics,
// pooling and two fully connected layers.
import type { Model } from '../../src/core/ir/graph';
import type { Tensor } from '../../src/core/ir/tensor';
import { normals } from '../../src/shared/base/random';
import { floats, graph, input, model, node } from './build';

const channels = 4;
const hidden = 16;
const classes = 10;

/** For images [1, size, size] of an even size and ten classes; untrained, but the same each time. */
export function smallConvNet(size: number): Model {
  const flat = channels * (size / 2) ** 2;
  return model(
    graph({
      inputs: [input('image', ['batch', 1, size, size])],
      outputs: [input('scores', ['batch', classes])],
      nodes: [
        node('Conv', ['image', 'conv.w', 'conv.b'], ['c'], { pads: [1, 1, 1, 1] }, 'conv'),
        node('BatchNormalization', ['c', 'bn.s', 'bn.b', 'bn.m', 'bn.v'], ['n'], {}, 'bn'),
        node('Relu', ['n'], ['r'], {}, 'relu'),
        node('MaxPool', ['r'], ['p'], { kernel_shape: [2, 2], strides: [2, 2] }, 'pool'),
        node('Flatten', ['p'], ['f'], {}, 'flatten'),
        node('Gemm', ['f', 'fc1.w', 'fc1.b'], ['h'], { transB: 1 }, 'fc1'),
        node('Relu', ['h'], ['a'], {}, 'relu1'),
        node('Gemm', ['a', 'fc2.w', 'fc2.b'], ['scores'], { transB: 1 }, 'fc2'),
      ],
      initializers: [
        weights('conv.w', [channels, 1, 3, 3], 9, 1),
        filled('conv.b', channels, 0),
        filled('bn.s', channels, 1),
        filled('bn.b', channels, 0),
        filled('bn.m', channels, 0),
        filled('bn.v', channels, 1),
        weights('fc1.w', [hidden, flat], flat, 2),
        filled('fc1.b', hidden, 0),
        weights('fc2.w', [classes, hidden], hidden, 3),
        filled('fc2.b', classes, 0),
      ],
    }),
    17,
  );
}

/** Normal weights whose variance is 2 by inputs. */
function weights(name: string, shape: readonly number[], inputs: number, seed: number): Tensor {
  const count = shape.reduce((product, dimension) => product * dimension, 1);
  const values = normals(count, seed).map((value) => value * Math.sqrt(2 / inputs));
  return floats(name, shape, values);
}

function filled(name: string, length: number, value: number): Tensor {
  return floats(name, [length], new Float32Array(length).fill(value));
}
