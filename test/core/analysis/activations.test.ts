// Statistics of layer inputs: what ONNX Runtime sums up inside the graph is compared with sums over rows that are laid
// out here element by element.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { activations } from '../../../src/core/analysis/activations';
import { weightsOf } from '../../../src/core/compression/weights';
import { openModel } from '../../../src/core/formats/openModel';
import type { Model, Node } from '../../../src/core/ir/graph';
import type { Tensor } from '../../../src/core/ir/tensor';
import { normals } from '../../../src/shared/base/random';
import { arrayDataSet } from '../../support/arrayDataSet';
import { floats, graph, input, model, node } from '../../support/build';
import { hasShared, sharedFile } from '../../support/sharedFiles';

const signal = new AbortController().signal;

/** A model of one layer with the weight `w`, which is applied to the input itself. */
function oneLayer(shape: readonly number[], w: Tensor, nodes: readonly Node[]): Model {
  return model(
    graph({
      inputs: [input('x', ['batch', ...shape])],
      outputs: [{ name: 'y', type: 'float32' }],
      nodes,
      initializers: [w],
    }),
  );
}

async function sumsOf(tested: Model, shape: readonly number[], values: Float32Array, samples = 1000) {
  const tensors = new Set(weightsOf(tested).map(({ tensor }) => tensor));
  const data = arrayDataSet(shape, values);
  const gram = await activations(tested, data, tensors, { sums: 'gram', samples, signal });
  const squares = await activations(tested, data, tensors, { sums: 'squares', samples, signal });
  const totals = await activations(tested, data, tensors, { sums: 'totals', samples, signal });
  return { gram, squares, totals, tensor: [...tensors][0]! };
}

/** Rows [rows][features] of each group, against all kinds of sums. */
async function expectSums(
  tested: Model,
  shape: readonly number[],
  values: Float32Array,
  groups: readonly (readonly (readonly number[])[])[],
): Promise<void> {
  const { gram, squares, totals, tensor } = await sumsOf(tested, shape, values);
  expect(totals.sums.get(tensor)!.rows).toBe(groups[0]!.length);
  expect([...gram.refused.values()]).toEqual([]);
  for (const [group, rows] of groups.entries()) {
    const features = rows[0]!.length;
    const products = gram.sums.get(tensor)!.groups[group]!;
    const diagonal = squares.sums.get(tensor)!.groups[group]!;
    expect(products).toHaveLength(features * features);
    expect(diagonal).toHaveLength(features);
    const sums = totals.sums.get(tensor)!.groups[group]!;
    for (let i = 0; i < features; i++) {
      expect(sums[i]!).toBeCloseTo(
        rows.reduce((sum, row) => sum + row[i]!, 0),
        4,
      );
    }
    for (let i = 0; i < features; i++) {
      for (let j = 0; j < features; j++) {
        const wanted = rows.reduce((sum, row) => sum + row[i]! * row[j]!, 0);
        expect(products[i * features + j]!).toBeCloseTo(wanted, 9);
      }
      // A window of squares passes through float32.
      const wanted = rows.reduce((sum, row) => sum + row[i]! ** 2, 0);
      expect(Math.abs(diagonal[i]! - wanted)).toBeLessThanOrEqual(1e-6 * wanted);
    }
  }
}

/** The values cut into rows. */
function rowsOf(values: Float32Array, features: number): number[][] {
  return Array.from({ length: values.length / features }, (_, row) => [
    ...values.subarray(row * features, (row + 1) * features),
  ]);
}

describe('activations', () => {
  it('sums up the inputs of fully connected layers, whichever way the weight is stored', async () => {
    const values = normals(150 * 5, 1);
    const rows = [rowsOf(values, 5)];
    const plain = floats('w', [5, 3], normals(15, 2));
    const turned = floats('w', [3, 5], normals(15, 2));
    await expectSums(oneLayer([5], plain, [node('Gemm', ['x', 'w'], ['y'])]), [5], values, rows);
    await expectSums(
      oneLayer([5], turned, [node('Gemm', ['x', 'w'], ['y'], { transB: 1 })]),
      [5],
      values,
      rows,
    );
    await expectSums(oneLayer([5], plain, [node('MatMul', ['x', 'w'], ['y'])]), [5], values, rows);
    const transposed = [node('Transpose', ['w'], ['t'], { perm: [1, 0] }), node('MatMul', ['x', 't'], ['y'])];
    await expectSums(oneLayer([5], turned, transposed), [5], values, rows);
  });

  it('takes every position of a sequence as a row, and columns where the weight stands on the left', async () => {
    const values = normals(7 * 4 * 6, 3);
    const right = oneLayer([4, 6], floats('w', [6, 2], normals(12, 4)), [node('MatMul', ['x', 'w'], ['y'])]);
    await expectSums(right, [4, 6], values, [rowsOf(values, 6)]);
    const left = oneLayer([4, 6], floats('w', [3, 4], normals(12, 4)), [node('MatMul', ['w', 'x'], ['y'])]);
    const columns = rowsOf(values, 24).flatMap((sample) =>
      Array.from({ length: 6 }, (_, column) =>
        Array.from({ length: 4 }, (_, row) => sample[row * 6 + column]!),
      ),
    );
    await expectSums(left, [4, 6], values, [columns]);
  });

  it('sums up the windows of convolutions of any stride, padding, dilation and number of groups', async () => {
    const window = fc.record({
      groups: fc.integer({ min: 1, max: 3 }),
      perGroup: fc.integer({ min: 1, max: 2 }),
      kernel: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
      strides: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 3 })),
      dilations: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
      pads: fc.tuple(...Array.from({ length: 4 }, () => fc.integer({ min: 0, max: 2 }))),
      samples: fc.integer({ min: 1, max: 3 }),
      seed: fc.integer({ min: 1, max: 1e6 }),
    });
    await fc.assert(
      fc.asyncProperty(window, async ({ groups, perGroup, samples, seed, ...sliding }) => {
        const shape = [groups * perGroup, 6, 7];
        const values = normals(samples * groups * perGroup * 42, seed);
        const w = floats(
          'w',
          [groups * 2, perGroup, ...sliding.kernel],
          normals(groups * 2 * perGroup * sliding.kernel[0] * sliding.kernel[1], seed),
        );
        const { strides, dilations, pads } = sliding;
        const conv = node('Conv', ['x', 'w'], ['y'], { strides, dilations, pads, group: groups });
        const rows = windows(values, shape, groups, sliding);
        await expectSums(oneLayer(shape, w, [conv]), shape, values, rows);
      }),
      { numRuns: 25 },
    );
  });

  it('pads as auto_pad says', async () => {
    const values = normals(2 * 25, 5);
    const w = floats('w', [2, 1, 3, 3], normals(18, 6));
    const conv = node('Conv', ['x', 'w'], ['y'], { auto_pad: 'SAME_UPPER', strides: [2, 2] });
    const sliding = { kernel: [3, 3], strides: [2, 2], dilations: [1, 1], pads: [1, 1, 1, 1] };
    await expectSums(
      oneLayer([1, 5, 5], w, [conv]),
      [1, 5, 5],
      values,
      windows(values, [1, 5, 5], 1, sliding),
    );
  });

  it('adds up the inputs of all layers that share a weight', async () => {
    const values = normals(20 * 4, 7);
    const w = floats('w', [4, 4], normals(16, 8));
    const twice = oneLayer([4], w, [node('MatMul', ['x', 'w'], ['h']), node('MatMul', ['h', 'w'], ['y'])]);
    const first = rowsOf(values, 4);
    const weight = rowsOf(normals(16, 8), 4);
    const second = first.map((row) =>
      weight[0]!.map((_, j) => Math.fround(row.reduce((sum, x, i) => sum + x * weight[i]![j]!, 0))),
    );
    const { gram, tensor } = await sumsOf(twice, [4], values);
    const both = [...first, ...second];
    const sums = gram.sums.get(tensor)!.groups[0]!;
    for (let i = 0; i < 16; i++) {
      const wanted = both.reduce((sum, row) => sum + row[Math.floor(i / 4)]! * row[i % 4]!, 0);
      expect(Math.abs(sums[i]! - wanted)).toBeLessThan(1e-3);
    }
  });

  it('looks at as many samples as asked for, spread over the data', async () => {
    const values = Float32Array.from({ length: 200 }, (_, i) => i);
    const tested = oneLayer([1], floats('w', [1, 2], [1, 1]), [node('MatMul', ['x', 'w'], ['y'])]);
    const { squares, tensor } = await sumsOf(tested, [1], values, 4);
    expect([...squares.sums.get(tensor)!.groups[0]!]).toEqual([0 + 50 ** 2 + 100 ** 2 + 150 ** 2]);
  });

  it('asks for no samples for inputs that have a default', async () => {
    const values = normals(30, 10);
    const w = floats('w', [3, 2], normals(6, 11));
    const layer = oneLayer([3], w, [node('MatMul', ['x', 'w'], ['y'])]);
    const inputs = [...layer.graph.inputs, input('w', [3, 2])];
    await expectSums({ ...layer, irVersion: 3, graph: { ...layer.graph, inputs } }, [3], values, [
      rowsOf(values, 3),
    ]);
  });

  it('says why a layer has no statistics', async () => {
    const w = floats('w', [2, 3, 3, 3], normals(54, 9));
    const tested = oneLayer([2, 5, 5], w, [node('ConvTranspose', ['x', 'w'], ['y'])]);
    const { gram } = await sumsOf(tested, [2, 5, 5], normals(50, 9));
    expect([...gram.sums]).toEqual([]);
    expect([...gram.refused.values()]).toEqual([
      'its layer is no matrix product and no convolution of floating-point numbers',
    ]);
  });

  it('stops when it is cancelled', async () => {
    const abort = new AbortController();
    const tested = oneLayer([1], floats('w', [1, 2], [1, 1]), [node('MatMul', ['x', 'w'], ['y'])]);
    const tensors = new Set(weightsOf(tested).map(({ tensor }) => tensor));
    const stopped = activations(tested, arrayDataSet([1], new Float32Array(1000)), tensors, {
      sums: 'squares',
      samples: 1000,
      signal: abort.signal,
      progress: (fraction) => fraction > 0 && abort.abort(),
    });
    await expect(stopped).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
  });
});

const realFiles = [
  ['ort_cnn_mnist_pytorch.onnx', 4],
  ['cntk_mnist-8.onnx', 2],
  ['cifar10_resnet_4b.onnx', 13],
  ['vit_ibp_3_3_8.onnx', 20],
] as const;

describe.runIf(hasShared)('activations of real files', () => {
  it.each(realFiles)('of %s: products of a feature with itself are its squares', async (file, layers) => {
    const tested = openModel(sharedFile(`models/onnx/${file}`));
    const stored = new Set(tested.graph.initializers.map(({ name }) => name));
    const [image] = tested.graph.inputs.filter(({ name }) => !stored.has(name));
    const shape = image!.shape!.slice(1).map(Number);
    const values = normals(3 * shape.reduce((product, size) => product * size, 1), 1);
    const tensors = new Set(weightsOf(tested).map(({ tensor }) => tensor));
    const data = arrayDataSet(shape, values);
    const squares = await activations(tested, data, tensors, { sums: 'squares', samples: 3, signal });
    const gram = await activations(tested, data, tensors, { sums: 'gram', samples: 3, signal });
    expect(squares.sums.size).toBe(layers);
    for (const [tensor, { matrix, groups }] of squares.sums) {
      expect(matrix.outputs * matrix.features).toBe(tensor.elements);
      for (const [group, sums] of groups.entries()) {
        const products = gram.sums.get(tensor)!.groups[group]!;
        const largest = Math.max(...sums);
        expect(largest).toBeGreaterThan(0);
        for (const [i, sum] of sums.entries()) {
          expect(Math.abs(products[i * matrix.features + i]! - sum)).toBeLessThan(1e-6 * largest);
        }
      }
    }
  });
});

interface SlidingWindow {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pads: readonly number[];
}

/** The rows of each group: every window of every sample, channel by channel. */
function windows(
  values: Float32Array,
  [channels = 0, height = 0, width = 0]: readonly number[],
  groups: number,
  { kernel, strides, dilations, pads }: SlidingWindow,
): number[][][] {
  const samples = values.length / (channels * height * width);
  const steps = (size: number, axis: number): number =>
    Math.floor(
      (size + pads[axis]! + pads[axis + 2]! - (kernel[axis]! - 1) * dilations[axis]! - 1) / strides[axis]!,
    ) + 1;
  const at = (sample: number, channel: number, y: number, x: number): number =>
    y < 0 || x < 0 || y >= height || x >= width
      ? 0
      : values[((sample * channels + channel) * height + y) * width + x]!;
  return Array.from({ length: groups }, (_, group) => {
    const rows: number[][] = [];
    for (let sample = 0; sample < samples; sample++) {
      for (let oy = 0; oy < steps(height, 0); oy++) {
        for (let ox = 0; ox < steps(width, 1); ox++) {
          const row: number[] = [];
          for (let c = 0; c < channels / groups; c++) {
            for (let ky = 0; ky < kernel[0]!; ky++) {
              for (let kx = 0; kx < kernel[1]!; kx++) {
                const y = oy * strides[0]! + ky * dilations[0]! - pads[0]!;
                const x = ox * strides[1]! + kx * dilations[1]! - pads[1]!;
                row.push(at(sample, (group * channels) / groups + c, y, x));
              }
            }
          }
          rows.push(row);
        }
      }
    }
    return rows;
  });
}
