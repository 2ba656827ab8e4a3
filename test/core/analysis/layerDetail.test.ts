// What the panel draws of a layer, against figures computed from the written values.
import { describe, expect, it } from 'vitest';
import { layerDetail, layerRegion } from '../../../src/core/analysis/layerDetail';
import { saveModel } from '../../../src/core/formats/saveModel';
import type { Model } from '../../../src/core/ir/graph';
import { Tensor } from '../../../src/core/ir/tensor';
import type { Layer } from '../../../src/core/operators/layers';
import { CounterweightError } from '../../../src/shared/base/errors';
import { floats, graph, input, model, node } from '../../support/build';
import { hasShared, sharedFile } from '../../support/sharedFiles';
import { useTempFolder } from '../../support/tempFolder';

const folder = useTempFolder();
const { signal } = new AbortController();

/** 5 inputs, 3 outputs: the matrix of the heatmap is the transposed one. */
const weight = Float32Array.from({ length: 15 }, (_, i) => (i % 4 === 0 ? 0 : (i - 7) / 8));
const scales = [1 / 8, 1 / 16, 1 / 32];
const stored = Int8Array.from(weight, (value, i) => Math.round(value / scales[i % 3]!) - 1);
/** (q + 1) · scale with a zero point of −1, but for one weight that is pruned. */
stored[5] = -1;
const dequantized = Float32Array.from(stored, (q, i) => (q + 1) * scales[i % 3]!);

function original(): Model {
  return model(
    graph({
      nodes: [
        node('MatMul', ['x', 'w'], ['product'], {}, 'fc'),
        node('Add', ['product', 'b'], ['y'], {}, 'bias'),
      ],
      inputs: [input('x', ['N', 5])],
      outputs: [input('y', ['N', 3])],
      initializers: [floats('w', [5, 3], weight), floats('b', [3], [1, 2, 3])],
    }),
  );
}

function int8s(name: string, shape: readonly number[], values: Int8Array): Tensor {
  return Tensor.fromBytes(name, 'int8', shape, new Uint8Array(values.buffer));
}

function quantized(): Model {
  const { graph: content, ...rest } = original();
  return {
    ...rest,
    graph: {
      ...content,
      nodes: [node('DequantizeLinear', ['w_q', 'w_s', 'w_z'], ['w'], { axis: 1 }), ...content.nodes],
      initializers: [
        content.initializers[1]!,
        int8s('w_q', [5, 3], stored),
        floats('w_s', [3], scales),
        int8s('w_z', [3], new Int8Array(3).fill(-1)),
      ],
    },
  };
}

async function saved(name: string, content: Model): Promise<string> {
  await saveModel(content, folder.file(name), { jobId: 'test' });
  return folder.file(name);
}

/** A 5 × 3 matrix with its outputs as rows. */
function byOutput(values: ArrayLike<number>): Float32Array {
  return Float32Array.from({ length: 15 }, (_, i) => values[(i % 5) * 3 + Math.floor(i / 5)]!);
}

describe('layerDetail', () => {
  it('shows a weight with its outputs as rows', async () => {
    const detail = await layerDetail({ path: await saved('a.onnx', original()), layer: 'fc' }, signal);
    const { heatmap, histogram, tensor } = detail.before;
    expect([heatmap.matrixRows, heatmap.matrixColumns]).toEqual([3, 5]);
    expect(heatmap.mean).toEqual(byOutput(weight));
    expect(heatmap.maxMagnitude).toBe(7 / 8);
    expect(histogram).toMatchObject({ min: -6 / 8, max: 7 / 8, zeros: 5 });
    expect(tensor).toMatchObject({
      name: 'w',
      type: 'float32',
      shape: [5, 3],
      parameters: 15,
      sparsity: 5 / 15,
    });
    expect(detail.after).toBeUndefined();
  });

  it('shows what became of it in a compressed model, and the error', async () => {
    const detail = await layerDetail(
      {
        path: await saved('a.onnx', original()),
        layer: 'fc',
        compressed: await saved('q.onnx', quantized()),
      },
      signal,
    );
    const errors = Float32Array.from(dequantized, (value, i) => value - weight[i]!);
    const zeros = dequantized.filter((value) => value === 0).length;
    expect(detail.after!.heatmap.mean).toEqual(byOutput(dequantized));
    expect(detail.after!.tensor).toMatchObject({ name: 'w_q', type: 'int8', sparsity: zeros / 15 });
    expect(detail.error!.heatmap.mean).toEqual(byOutput(errors));
    expect(detail.error!.mse).toBeCloseTo(errors.reduce((sum, error) => sum + error * error, 0) / 15, 12);
    expect(detail.error!.maxError).toBe(Math.max(...errors.map(Math.abs)));
    expect(detail.error!.histogram).toMatchObject({ min: Math.min(...errors), max: Math.max(...errors) });
    // The second channel has the widest range.
    const own = dequantized.filter((_, i) => i % 3 === 1);
    const [lowest, highest] = [Math.min(...own), Math.max(...own)];
    expect(detail.after!.grid).toEqual({
      type: 'int8',
      per: 'channel',
      count: 3,
      index: 1,
      scale: 1 / 16,
      zeroPoint: -1,
      levels: Array.from({ length: (highest - lowest) * 16 + 1 }, (_, i) => lowest + i / 16),
    });
    expect(detail.before.grid).toBeUndefined();
  });

  it('shows another tensor where it is asked for', async () => {
    const path = await saved('a.onnx', original());
    const detail = await layerDetail({ path, layer: 'bias', tensor: 'b' }, signal);
    expect([...detail.before.heatmap.mean]).toEqual([1, 2, 3]);
  });

  it('has no error where the shapes differ', async () => {
    const { graph: content, ...rest } = original();
    const narrower = {
      ...rest,
      graph: {
        ...content,
        initializers: [floats('w', [5, 2], weight.slice(0, 10)), floats('b', [2], [1, 2])],
      },
    };
    const detail = await layerDetail(
      { path: await saved('a.onnx', original()), layer: 'fc', compressed: await saved('b.onnx', narrower) },
      signal,
    );
    expect([detail.after, detail.error]).toEqual([undefined, undefined]);
  });

  it('shows a layer that only the compressed model has by itself', async () => {
    const { graph: content, ...rest } = original();
    const renamed = {
      ...rest,
      graph: { ...content, nodes: content.nodes.map((each) => ({ ...each, name: `${each.name}/new` })) },
    };
    const params = {
      path: await saved('a.onnx', original()),
      layer: 'fc/new',
      compressed: await saved('b.onnx', renamed),
    };
    const detail = await layerDetail(params, signal);
    expect(detail).toMatchObject({ layer: 'fc/new', before: { tensor: { name: 'w', shape: [5, 3] } } });
    expect([detail.after, detail.error]).toEqual([undefined, undefined]);
    const region = { row: 0, column: 0, rows: 1, columns: 2 };
    expect((await layerRegion({ ...params, tensor: 'w', side: 'before', region }, signal)).region).toEqual(
      region,
    );
  });

  it.each([{ layer: 'nowhere' }, { layer: 'fc', tensor: 'nothing' }])('refuses %j', async (which) => {
    const path = await saved('a.onnx', original());
    await expect(layerDetail({ path, ...which }, signal)).rejects.toSatisfy((error) =>
      CounterweightError.is(error, 'LAYER_UNKNOWN'),
    );
  });

  it('ends when it is cancelled', async () => {
    const path = await saved('a.onnx', original());
    await expect(layerDetail({ path, layer: 'fc' }, AbortSignal.abort())).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});

describe('layerRegion', () => {
  it.each([
    ['before', (i: number) => weight[i]!],
    ['after', (i: number) => dequantized[i]!],
    ['error', (i: number) => dequantized[i]! - weight[i]!],
  ] as const)('shows single weights of the side %s', async (side, valueAt) => {
    const view = await layerRegion(
      {
        path: await saved('a.onnx', original()),
        compressed: await saved('q.onnx', quantized()),
        layer: 'fc',
        tensor: 'w',
        side,
        region: { row: 1, column: 2, rows: 2, columns: 3 },
      },
      signal,
    );
    const cells = [1, 2].flatMap((row) => [2, 3, 4].map((column) => Math.fround(valueAt(column * 3 + row))));
    expect([...view.mean]).toEqual(cells);
    expect(view.region).toEqual({ row: 1, column: 2, rows: 2, columns: 3 });
  });
});

describe.runIf(hasShared)('layerDetail of real files', () => {
  it('agrees with a region that covers the whole matrix', async () => {
    const path = sharedFile('models/onnx/mnistfc_256x2.onnx');
    const detail = await layerDetail({ path, layer: 'Gemm:8' }, signal);
    const { heatmap, tensor } = detail.before;
    const region = { row: 0, column: 0, rows: heatmap.matrixRows, columns: heatmap.matrixColumns };
    const params = { path, layer: 'Gemm:8', tensor: tensor.name, side: 'before', region } as const;
    expect(await layerRegion(params, signal)).toEqual(heatmap);
    expect([heatmap.cellRows, heatmap.cellColumns]).toEqual([256, 512]);
  });
});

describe('layerDetail of a tensor too large to hold', () => {
  it('reads it again for every pass, and finds the same', async () => {
    // Rows of 0, 1, … 255, sixteen times over.
    const shape = [8200, 4096];
    const tensor = new Tensor({
      name: 'w',
      type: 'uint8',
      shape,
      read: (offset, length) => Uint8Array.from({ length }, (_, i) => (offset + i) % 256),
    });
    const content = original().graph;
    const layer: Layer = {
      label: 'fc',
      node: content.nodes[0]!,
      graph: content,
      tensors: [
        { value: 'w', storedIn: content, tensor, role: 'weight', outputAxis: 0, parameters: tensor.elements },
      ],
    };
    const params = { path: 'one', layer: 'fc', compressed: 'other' };
    const { before, after, error } = await layerDetail(params, signal, () => [layer]);
    expect(before.tensor).toMatchObject({ min: 0, max: 255, mean: 127.5, sparsity: 1 / 256 });
    expect(before.histogram.counts).toEqual(Array.from({ length: 64 }, () => (4 * 8200 * 4096) / 256));
    expect(before.heatmap.mean.subarray(0, 3)).toEqual(Float32Array.of(3.5, 11.5, 19.5));
    expect(after!.histogram).toEqual(before.histogram);
    expect(error).toMatchObject({ mse: 0, sqnrDb: null, maxError: 0 });
  });
});
