// The weights on one grid of a quantized tensor, against those picked from the written values by hand.
import { describe, expect, it } from 'vitest';
import { layerDetail } from '../../../src/core/analysis/layerDetail';
import { layerGrid } from '../../../src/core/analysis/layerGrid';
import { saveModel } from '../../../src/core/formats/saveModel';
import { Tensor } from '../../../src/core/ir/tensor';
import { CounterweightError } from '../../../src/shared/base/errors';
import type { HistogramView } from '../../../src/shared/contracts/layerViews';
import { floats, graph, input, int64s, model, node } from '../../support/build';
import { useTempFolder } from '../../support/tempFolder';

const folder = useTempFolder();
const { signal } = new AbortController();

/** 6 inputs, 2 outputs. */
const shape = [6, 2];
const weight = Float32Array.from({ length: 12 }, (_, i) => Math.sin(2 * i + 1));

async function original(): Promise<string> {
  return saved('a.onnx', [node('MatMul', ['x', 'w'], ['y'], {}, 'fc')], [floats('w', shape, weight)]);
}

/** The weight as int8 with the scales given, and zero points of 1. */
async function quantized(
  name: string,
  scales: { readonly shape: readonly number[]; readonly values: readonly number[] },
  attributes: Parameters<typeof node>[3],
  scaleOf: (element: number) => number,
): Promise<string> {
  const stored = Int8Array.from(weight, (value, i) => Math.round(value / scaleOf(i)) + 1);
  const ones = new Int8Array(scales.values.length).fill(1);
  return saved(
    name,
    [
      node('DequantizeLinear', ['q', 's', 'z'], ['w'], attributes),
      node('MatMul', ['x', 'w'], ['y'], {}, 'fc'),
    ],
    [
      Tensor.fromBytes('q', 'int8', shape, new Uint8Array(stored.buffer)),
      floats('s', scales.shape, scales.values),
      Tensor.fromBytes('z', 'int8', scales.shape, new Uint8Array(ones.buffer)),
    ],
  );
}

async function saved(
  name: string,
  nodes: ReturnType<typeof node>[],
  initializers: Tensor[],
): Promise<string> {
  const inputs = [input('x', ['N', 6])];
  const outputs = [input('y', ['N', 2])];
  await saveModel(model(graph({ nodes, inputs, outputs, initializers }), 21), folder.file(name), {
    jobId: 'test',
  });
  return folder.file(name);
}

/** A convolution by `w`, which the given nodes make where it is not stored. */
async function savedConv(
  name: string,
  before: ReturnType<typeof node>[],
  initializers: Tensor[],
): Promise<string> {
  const inputs = [input('x', ['N', 3, 4, 4])];
  const outputs = [input('y', ['N', 2, 3, 4])];
  const nodes = [...before, node('Conv', ['x', 'w'], ['y'], {}, 'conv')];
  const content = model(graph({ nodes, inputs, outputs, initializers }), 21);
  await saveModel(content, folder.file(name), { jobId: 'test' });
  return folder.file(name);
}

function spread(own: Float32Array): number {
  return Math.max(...own) - Math.min(...own);
}

function counted({ counts }: HistogramView): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

const channelScales = [1 / 8, 1 / 64];
const byChannel = () =>
  quantized(
    'channels.onnx',
    { shape: [2], values: channelScales },
    { axis: 1 },
    (i) => channelScales[i % 2]!,
  );

/** Of each output, the first four inputs and the other two: [group][output]. */
const groupScales = [1 / 8, 1 / 4, 1 / 2, 1 / 64];
const groupOf = (i: number): number => 2 * Math.floor(i / 8) + (i % 2);
const byGroup = () =>
  quantized(
    'groups.onnx',
    { shape: [2, 2], values: groupScales },
    { axis: 0, block_size: 4 },
    (i) => groupScales[groupOf(i)]!,
  );

describe('layerGrid', () => {
  it('shows the weights of one channel, before and after, with the values between which they were rounded', async () => {
    const params = { path: await original(), compressed: await byChannel(), layer: 'fc', tensor: 'w' };
    const detail = await layerGrid({ ...params, index: 1 }, signal);
    const own = weight.filter((_, i) => i % 2 === 1);
    const rounded = own.map((value) => Math.round(value * 64) / 64);
    expect(detail.before).toMatchObject({ min: Math.min(...own), max: Math.max(...own) });
    expect([counted(detail.before), counted(detail.after!)]).toEqual([6, 6]);
    expect(detail.after).toMatchObject({ min: Math.min(...rounded), max: Math.max(...rounded) });
    const { levels, ...grid } = detail.grid;
    expect(grid).toEqual({ type: 'int8', per: 'channel', count: 2, index: 1, scale: 1 / 64, zeroPoint: 1 });
    expect([levels[0], levels.at(-1)]).toEqual([Math.min(...rounded), Math.max(...rounded)]);
    expect(levels).toHaveLength((levels.at(-1)! - levels[0]!) * 64 + 1);
    expect([...rounded].every((value) => levels.includes(value))).toBe(true);
    const errors = own.map((value, i) => rounded[i]! - value);
    expect(detail.error!.maxError).toBeCloseTo(Math.max(...errors.map(Math.abs)), 7);
    expect(detail.error!.mse).toBeCloseTo(errors.reduce((sum, error) => sum + error ** 2, 0) / 6, 9);
  });

  it('shows the weights of one group of a file by itself, and the last group for what is beyond it', async () => {
    const params = { path: await byGroup(), layer: 'fc', tensor: 'q' };
    const detail = await layerGrid({ ...params, index: 2 }, signal);
    const own = weight.filter((_, i) => groupOf(i) === 2).map((value) => Math.round(value * 2) / 2);
    expect(detail.before).toMatchObject({ min: Math.min(...own), max: Math.max(...own) });
    expect(counted(detail.before)).toBe(2);
    expect(detail.grid).toMatchObject({ per: 'group', count: 4, index: 2, scale: 1 / 2 });
    expect([detail.after, detail.error]).toEqual([undefined, undefined]);
    expect((await layerGrid({ ...params, index: 99 }, signal)).grid.index).toBe(3);
  });

  it('is drawn at first as the widest grid of the tensor', async () => {
    const { before } = await layerDetail({ path: await byGroup(), layer: 'fc' }, signal);
    const spreads = [0, 1, 2, 3].map((group) =>
      spread(
        weight
          .filter((_, i) => groupOf(i) === group)
          .map((value) => Math.round(value / groupScales[group]!) * groupScales[group]!),
      ),
    );
    expect(before.grid!.index).toBe(spreads.indexOf(Math.max(...spreads)));
  });

  it('has the weights of a kernel that is stored as a matrix for its groups beside those of the kernel', async () => {
    const kernel = [2, 3, 2, 1];
    const path = await savedConv('kernel.onnx', [], [floats('w', kernel, weight)]);
    const scales = [1 / 4, 1 / 32, 1 / 8, 1 / 16];
    const scaleOf = (i: number): number => scales[2 * Math.floor(i / 6) + Math.floor((i % 6) / 4)]!;
    const stored = Int8Array.from(weight, (value, i) => Math.round(value / scaleOf(i)));
    const compressed = await savedConv(
      'matrix.onnx',
      [
        node('DequantizeLinear', ['q', 's'], ['m'], { axis: 1, block_size: 4 }),
        node('Reshape', ['m', 'shape'], ['w']),
      ],
      [
        Tensor.fromBytes('q', 'int8', [2, 6], new Uint8Array(stored.buffer)),
        floats('s', [2, 2], scales),
        int64s('shape', [4], kernel),
      ],
    );
    const detail = await layerDetail({ path, compressed, layer: 'conv' }, signal);
    const errors = weight.map((value, i) => stored[i]! * scaleOf(i) - value);
    expect(detail.error!.maxError).toBeCloseTo(Math.max(...errors.map(Math.abs)), 6);
    const group = await layerGrid({ path, compressed, layer: 'conv', tensor: 'w', index: 1 }, signal);
    expect(group.before).toMatchObject({ min: Math.min(weight[4]!, weight[5]!), counts: expect.anything() });
    expect(counted(group.before)).toBe(2);
    expect(group.grid).toMatchObject({ per: 'group', count: 4, index: 1, scale: 1 / 32 });
  });

  it('refuses a tensor without a grid', async () => {
    const params = { path: await original(), layer: 'fc', tensor: 'w', index: 0 };
    await expect(layerGrid(params, signal)).rejects.toSatisfy((error) =>
      CounterweightError.is(error, 'LAYER_UNKNOWN'),
    );
  });
});
