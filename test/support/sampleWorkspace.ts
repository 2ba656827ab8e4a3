// A workspace to try the extension on and to test it in: a small network, one whose compression takes seconds, and the
// source code that defines the small one. All of it is made here; nothing is downloaded.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Model, Node } from '../../src/core/ir/graph';
import type { Tensor } from '../../src/core/ir/tensor';
import { saveModel } from '../../src/core/formats/saveModel';
import { floats, graph, input, model, node } from './build';
import { normals } from '../../src/shared/base/random';

/** What tests expect of the sample files. */
export const sample = {
  /** 160 + 4,640 + 330 parameters. */
  small: { file: 'digits.onnx', layers: ['conv1', 'conv2', 'fc'] },
  /** Four layers of 2048×2048 weights, 67 MB. */
  large: { file: 'large.onnx', layers: ['fc1', 'fc2', 'fc3', 'fc4'] },
  source: 'digits.py',
} as const;

/** Writes the workspace into a folder, which is made where it is missing and must not hold these files yet. */
export async function writeSampleWorkspace(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await saveModel(smallNetwork(), path.join(folder, sample.small.file), { jobId: 'sample' });
  await saveModel(largeNetwork(), path.join(folder, sample.large.file), { jobId: 'sample' });
  await writeFile(path.join(folder, sample.source), pythonSource);
  await writeFile(path.join(folder, 'README.md'), readme);
}

/** A convolutional network on 28×28 images. */
export function smallNetwork(): Model {
  const initializers = [
    weights('conv1.weight', [16, 1, 3, 3], 1),
    weights('conv1.bias', [16], 2),
    weights('conv2.weight', [32, 16, 3, 3], 3),
    weights('conv2.bias', [32], 4),
    weights('fc.weight', [10, 32], 5),
    weights('fc.bias', [10], 6),
  ];
  const conv = { strides: [2, 2], pads: [1, 1, 1, 1], kernel_shape: [3, 3] };
  return model(
    graph({
      name: 'digits',
      inputs: [input('image', ['batch', 1, 28, 28])],
      outputs: [input('scores', ['batch', 10])],
      initializers,
      nodes: [
        node('Conv', ['image', 'conv1.weight', 'conv1.bias'], ['c1'], conv, 'conv1'),
        node('Relu', ['c1'], ['r1'], {}, 'relu1'),
        node('Conv', ['r1', 'conv2.weight', 'conv2.bias'], ['c2'], conv, 'conv2'),
        node('Relu', ['c2'], ['r2'], {}, 'relu2'),
        node('GlobalAveragePool', ['r2'], ['pooled'], {}, 'pool'),
        node('Flatten', ['pooled'], ['flat'], {}, 'flatten'),
        node('Gemm', ['flat', 'fc.weight', 'fc.bias'], ['scores'], { transB: 1 }, 'fc'),
      ],
    }),
  );
}

/** Fully connected layers, wide enough that a job on them can be watched, cancelled and killed. */
function largeNetwork(): Model {
  const width = 2048;
  const nodes: Node[] = [];
  const initializers: Tensor[] = [];
  let last = 'features';
  for (const [index, name] of sample.large.layers.entries()) {
    const output = index === sample.large.layers.length - 1 ? 'result' : `${name}.out`;
    nodes.push(node('Gemm', [last, `${name}.weight`], [output], { transB: 1 }, name));
    initializers.push(weights(`${name}.weight`, [width, width], 10 + index));
    last = output;
  }
  return model(
    graph({
      name: 'large',
      inputs: [input('features', ['batch', width])],
      outputs: [input('result', ['batch', width])],
      initializers,
      nodes,
    }),
  );
}

/** Normal weights with the variance that keeps activations in range (He et al. 2015: 2 / inputs). */
function weights(name: string, shape: readonly number[], seed: number): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  const inputs = shape.length === 1 ? count : count / (shape[0] ?? 1);
  const scale = Math.sqrt(2 / inputs);
  return floats(
    name,
    shape,
    normals(count, seed).map((value) => value * scale),
  );
}

const pythonSource = `import torch.nn as nn

CLASSES = 10


class Digits(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3, stride=2, padding=1)
        self.conv2 = nn.Conv2d(16, 32, kernel_size=3, stride=2, padding=1)
        self.fc = nn.Linear(32, CLASSES)

    def forward(self, x):
        x = self.conv1(x).relu()
        x = self.conv2(x).relu()
        return self.fc(x.mean(dim=(2, 3)))


class Head(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.first = nn.Linear(10, 20)
        self.norm = nn.BatchNorm1d(20)
        self.last = nn.Linear(width, CLASSES, bias=False)
`;

const readme = `# A workspace to try Counterweight on

- \`${sample.small.file}\`: a small convolutional network with untrained weights. Right-click it and choose Compress…
- \`${sample.large.file}\`: four fully connected layers, 67 MB.
- \`${sample.source}\`: the small network in PyTorch, with parameter counts over its layers.
`;
