// Sums of gradients over samples: against the same sums by hand in float64, on a network whose gradients have a formula.
import { describe, expect, it } from 'vitest';
import type { Batch, DataSet } from '../../../src/core/data/dataSet';
import type { Model } from '../../../src/core/ir/graph';
import {
  meanGradients,
  meanSquaredGradients,
  movementSums,
  type GradientTask,
  type PerWeight,
} from '../../../src/core/training/gradientSums';
import { normals } from '../../../src/shared/base/random';
import { floats, graph, input, model, node } from '../../support/build';
import { smallConvNet } from '../../support/smallConvNet';

const [features, classes, count] = [3, 2, 70];
const inputs = normals(count * features, 3);
const labels = Int32Array.from({ length: count }, (_, i) => (i * 7) % classes);

const data: DataSet = {
  name: 'samples',
  count,
  inputs: [{ shape: [features] }],
  targets: { kind: 'classes', count: classes },
  rows: (indices): Promise<Batch> =>
    Promise.resolve({
      count: indices.length,
      inputs: [
        Float32Array.from({ length: indices.length * features }, (_, i) => {
          return inputs[indices[Math.floor(i / features)]! * features + (i % features)]!;
        }),
      ],
      labels: Int32Array.from(indices, (index) => labels[index]!),
    }),
};

const weights = [0.5, -1, 0.25, 0, 2, -0.75];

function linear(batch: number | string = 'batch'): Model {
  return model(
    graph({
      inputs: [input('x', [batch, features])],
      outputs: [input('y', [batch, classes])],
      nodes: [node('MatMul', ['x', 'w'], ['y'], {}, 'dense')],
      initializers: [floats('w', [features, classes], weights)],
    }),
    17,
  );
}

function task(given: Model, more: Partial<GradientTask> = {}): GradientTask {
  const { signal } = new AbortController();
  return {
    model: given,
    path: 'm.onnx',
    data,
    samples: count,
    seed: 1,
    signal,
    progress: () => undefined,
    ...more,
  };
}

/** x_n ⊗ (softmax(x_n·W) − t_n): the gradient of one sample's cross-entropy by the weights. */
function gradientOf(sample: number, w: readonly number[]): number[] {
  const x = [...inputs.subarray(sample * features, (sample + 1) * features)];
  const logits = Array.from({ length: classes }, (_, c) =>
    x.reduce((sum, value, f) => sum + value * w[f * classes + c]!, 0),
  );
  const total = logits.reduce((sum, y) => sum + Math.exp(y), 0);
  const error = logits.map((y, c) => Math.exp(y) / total - Number(labels[sample] === c));
  return x.flatMap((value) => error.map((e) => value * e));
}

function meanOf(map: (gradient: number) => number): number[] {
  const sums = weights.map(() => 0);
  for (let n = 0; n < count; n++) {
    for (const [i, g] of gradientOf(n, weights).entries()) sums[i]! += map(g) / count;
  }
  return sums;
}

function expectClose(measured: ArrayLike<number> | undefined, expected: readonly number[]): void {
  expect(measured).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(measured![i]).toBeCloseTo(value, 5);
}

describe('sums of gradients', () => {
  it('are the mean gradient of all samples, with a batch that is not full', async () => {
    const given = linear();
    const measured = await meanGradients(task(given));
    expectClose(
      measured.get(given.graph.initializers[0]!),
      meanOf((g) => g),
    );
  });

  it('are the mean square of the gradients of single samples, not the square of a mean', async () => {
    const given = linear();
    const measured = await meanSquaredGradients(task(given));
    expectClose(
      measured.get(given.graph.initializers[0]!),
      meanOf((g) => g * g),
    );
  });

  it('are the same for a network whose batch is fixed in its file', async () => {
    const given = linear(4);
    const measured = await meanSquaredGradients(task(given));
    expectClose(
      measured.get(given.graph.initializers[0]!),
      meanOf((g) => g * g),
    );
  });

  it('are −Σ w·g along the steps of training, with zeros that stay zero', async () => {
    const given = linear();
    const options = { batch: count, optimizer: 'sgd', learningRate: 0.5, momentum: 0 } as const;
    const measured = await movementSums(task(given), options);
    expectClose(
      measured.get(given.graph.initializers[0]!),
      meanOf((g) => g).map((g, i) => -g * weights[i]!),
    );

    // One sample in a step: the order decides, and the weights move in between.
    const order: number[] = [];
    const watched: DataSet = {
      ...data,
      rows: (indices) => {
        order.push(...Array.from(indices));
        return data.rows(indices);
      },
    };
    const single = await movementSums(task(given, { data: watched, samples: 5 }), { ...options, batch: 1 });
    const w = [...weights];
    const sums = w.map(() => 0);
    for (const sample of order) {
      for (const [i, g] of gradientOf(sample, w).entries()) {
        sums[i]! -= w[i]! * g;
        if (weights[i] !== 0) w[i]! -= 0.5 * g;
      }
    }
    expect(order).toHaveLength(5);
    expectClose(single.get(given.graph.initializers[0]!), sums);
  });

  it('use normalization as the file has it, and leave the model alone', async () => {
    const given = smallConvNet(8);
    const before = given.graph.initializers.map((tensor) => tensor.bytes().slice());
    const images: DataSet = {
      name: 'images',
      count: 6,
      inputs: [{ shape: [1, 8, 8] }],
      targets: { kind: 'classes', count: 10 },
      rows: (indices) =>
        Promise.resolve({
          count: indices.length,
          inputs: [Float32Array.from(Array.from(indices).flatMap((index) => [...normals(64, index)]))],
          labels: Int32Array.from(indices, (index) => index % 10),
        }),
    };
    // With statistics of the batch, the gradients of one sample at a time would not sum to those of all together.
    const together = await meanGradients(task(given, { data: images }));
    const alone: PerWeight[] = [];
    for (let i = 0; i < 6; i++) {
      const one: DataSet = { ...images, count: 1, rows: () => images.rows([i]) };
      alone.push(await meanGradients(task(given, { data: one })));
    }
    const weight = given.graph.initializers.find(({ name }) => name === 'conv.w')!;
    const mean = together.get(weight)!;
    const sums = [...mean.keys()].map((i) => alone.reduce((sum, each) => sum + each.get(weight)![i]! / 6, 0));
    expect(mean.some((value) => Math.abs(value) > 1e-3)).toBe(true);
    expectClose(mean, sums);
    expect(given.graph.initializers.map((tensor) => tensor.bytes())).toEqual(before);
  });

  it('refuse data without targets, and end when they are cancelled', async () => {
    const { targets: _, ...untold } = data;
    await expect(meanGradients(task(linear(), { data: untold }))).rejects.toMatchObject({
      code: 'DATA_INVALID',
    });
    const controller = new AbortController();
    const job = meanSquaredGradients(
      task(linear(), { signal: controller.signal, progress: () => controller.abort() }),
    );
    await expect(job).rejects.toMatchObject({ name: 'AbortError' });
  });
});
