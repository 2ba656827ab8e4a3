// Networks of one layer, for tests of what stands for it.
import type { Model } from '../../../../src/core/ir/graph';
import { normals } from '../../../../src/shared/base/random';
import { floats, graph, input, model, node } from '../../../support/build';

interface ConvolutionInit {
  readonly outputs: number;
  readonly channels: number;
  readonly kernel: readonly number[];
  readonly attributes?: Readonly<Record<string, number | string | readonly number[]>>;
  /** Random ones where not given. */
  readonly weights?: Float32Array;
  readonly bias?: false;
}

/** A convolution of images of 11 in each direction, with a rectifier behind it. */
export function convolution(init: ConvolutionInit): Model {
  const { outputs, channels, kernel, attributes = {} } = init;
  const size = kernel.reduce((product, length) => product * length, outputs * channels);
  const inputs = init.bias === false ? ['x', 'w'] : ['x', 'w', 'b'];
  return model(
    graph({
      nodes: [node('Conv', inputs, ['h'], attributes, 'conv'), node('Relu', ['h'], ['y'], {}, 'relu')],
      inputs: [input('x', ['N', channels, ...kernel.map(() => 11)])],
      outputs: [input('y', ['N', outputs, ...kernel.map((_, axis) => `size${axis}`)])],
      initializers: [
        floats('w', [outputs, channels, ...kernel], init.weights ?? normals(size, 7)),
        ...(init.bias === false ? [] : [floats('b', [outputs], normals(outputs, 3))]),
      ],
    }),
  );
}

/** Weights [outputs, channels, positions] whose slices of each input channel have rank one. */
export function separableWeights(outputs: number, channels: number, positions: number): Float32Array {
  const [p, d] = [normals(outputs * channels, 1), normals(channels * positions, 2)];
  return Float32Array.from({ length: outputs * channels * positions }, (_, i) => {
    const place = Math.floor(i / positions);
    return p[place]! * d[(place % channels) * positions + (i % positions)]!;
  });
}

/** A matrix [rows, columns] of the given rank. */
export function lowRankMatrix(rows: number, columns: number, rank: number, seed = 1): Float32Array {
  const [a, b] = [normals(rows * rank, seed), normals(rank * columns, seed + 1)];
  return Float32Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    let sum = 0;
    for (let r = 0; r < rank; r++) sum += a[row * rank + r]! * b[r * columns + column]!;
    return sum;
  });
}
