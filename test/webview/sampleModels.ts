// Models for trying the page: made up, but computed. Weights are drawn from a seed, pruned and quantized, and everything
// that the page gets of them is summed up by the same code that the engine uses.
import { errorSums } from '../../src/core/analysis/errorMeasures';
import { clampRegion, heatmapCells, weightMatrix } from '../../src/core/analysis/heatmap';
import { histogramCounts, valueRange } from '../../src/core/analysis/histogram';
import type { HeatmapSide } from '../../src/shared/contracts/engineContract';
import type { LayerChangeView } from '../../src/shared/contracts/layerChange';
import type {
  ErrorFiguresView,
  GridDetailView,
  GridView,
  HeatmapView,
  HistogramView,
  LayerDetailView,
  RegionView,
} from '../../src/shared/contracts/layerViews';
import type { LayerView, ModelView, ReportView, TensorView } from '../../src/shared/contracts/viewModels';
import { note } from '../../src/shared/base/messages';
import { normals } from '../../src/shared/base/random';

export interface SampleTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Bits that a weight is rounded to and nothing else; of others most are pruned, and the rest becomes int8. */
  readonly bits?: number;
}

interface SampleLayer {
  readonly name: string;
  readonly operator: string;
  /** Multiply-accumulates per weight. */
  readonly uses: number;
  readonly tensors: readonly SampleTensor[];
}

export interface SampleModel {
  readonly path: string;
  readonly layers: readonly SampleLayer[];
}

/** LeNet-300-100. */
export const lenet: SampleModel = {
  path: '/projects/digits/models/lenet-300-100.onnx',
  layers: [dense('fc1', 300, 784), dense('fc2', 100, 300), dense('fc3', 10, 100)],
};

/** The same, and its weights are to have 3 bits. */
export const fewBits: SampleModel = {
  ...lenet,
  layers: lenet.layers.map((layer) => ({
    ...layer,
    tensors: layer.tensors.map((tensor) => ({ ...tensor, bits: 3 })),
  })),
};

/** A layer of four weights to a cell, and one of none. */
export const wideModel: SampleModel = {
  path: '/projects/digits/models/wide.onnx',
  layers: [dense('wide', 1024, 1024), dense('none', 0, 1024)],
};

/** The layers of a small MobileNet. */
export const mobileNet: SampleModel = {
  path: '/projects/digits/models/mobilenet-v1-0.25.onnx',
  layers: [
    conv('features.0.conv', 8, 3, 3, 112),
    ...[16, 32, 32, 64, 64, 128, 128, 128, 128, 128, 128, 256, 256].flatMap((channels, index, all) => {
      const inputs = index === 0 ? 8 : all[index - 1]!;
      const size = [112, 56, 56, 28, 28, 14, 14, 14, 14, 14, 14, 7, 7][index]!;
      return [
        conv(`features.${index + 1}.depthwise`, inputs, 1, 3, size),
        conv(`features.${index + 1}.pointwise`, channels, inputs, 1, size),
      ];
    }),
    dense('classifier', 1000, 256),
  ],
};

export const largeModel: SampleModel = {
  path: '/projects/digits/models/thousand-layers.onnx',
  layers: Array.from({ length: 1000 }, (_, index) => dense(`block.${index}.linear`, 16 + (index % 7), 16)),
};

function dense(name: string, outputs: number, inputs: number): SampleLayer {
  const tensors = [
    { name: `${name}.weight`, shape: [outputs, inputs] },
    { name: `${name}.bias`, shape: [outputs] },
  ];
  return { name: `/${name}/Gemm`, operator: 'Gemm', uses: 1, tensors };
}

function conv(name: string, outputs: number, inputs: number, kernel: number, size: number): SampleLayer {
  const tensors = [{ name: `${name}.weight`, shape: [outputs, inputs, kernel, kernel] }];
  return { name: `/${name}/Conv`, operator: 'Conv', uses: size * size, tensors };
}

const sparsity = 0.8;

/** Weights before and after, and the scales of the channels. */
interface Values {
  readonly before: Float32Array;
  readonly after: Float32Array;
  readonly scales: readonly number[];
}

const values = new Map<SampleTensor, Values>();

/** Normal weights with channels of different strength; the smallest of each tensor pruned, the rest rounded to int8. */
function valuesOf(tensor: SampleTensor): Values {
  const known = values.get(tensor);
  if (known) return known;
  const { name, shape, bits } = tensor;
  const { rows, columns } = weightMatrix(shape);
  const seed = Array.from(name).reduce((sum, letter) => (31 * sum + letter.charCodeAt(0)) | 0, 7);
  const before = normals(rows * columns, seed);
  const strength = normals(rows, seed + 1);
  const across = normals(columns, seed + 2);
  for (let index = 0; index < before.length; index++) {
    const row = Math.floor(index / columns);
    const factor = Math.exp(0.35 * strength[row]! + 0.25 * across[index % columns]!);
    before[index] = before[index]! * factor * Math.sqrt(2 / columns);
  }
  const isBias = shape.length < 2;
  const cut = isBias || bits ? 0 : before.map(Math.abs).toSorted()[Math.floor(sparsity * before.length)]!;
  const after = before.map((value) => (Math.abs(value) < cut ? 0 : value));
  const scales: number[] = [];
  for (let row = 0; row < (isBias ? 0 : rows); row++) {
    const channel = after.subarray(row * columns, (row + 1) * columns);
    const scale =
      channel.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / (2 ** ((bits ?? 8) - 1) - 1) || 1;
    scales.push(scale);
    channel.forEach((value, index) => (channel[index] = Math.round(value / scale) * scale));
  }
  const made = { before, after, scales };
  values.set(tensor, made);
  return made;
}

/** The weights of a tensor as they are before anything is done to them. */
export function weightsBefore(tensor: SampleTensor): Float32Array<ArrayBuffer> {
  return Float32Array.from(valuesOf(tensor).before);
}

function tensorView(tensor: SampleTensor, side: 'before' | 'after'): TensorView {
  const content = valuesOf(tensor)[side];
  const quantized = side === 'after' && tensor.shape.length > 1;
  let [sum, squares, zeros, min, max] = [0, 0, 0, Infinity, -Infinity];
  for (const value of content) {
    sum += value;
    squares += value * value;
    if (value === 0) zeros++;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  const mean = sum / content.length;
  return {
    name: tensor.name,
    type: quantized ? `int${tensor.bits ?? 8}` : 'float32',
    shape: tensor.shape,
    parameters: content.length,
    bytes: quantized
      ? Math.ceil((content.length * (tensor.bits ?? 8)) / 8) + 4 * tensor.shape[0]!
      : 4 * content.length,
    ...(content.length > 0
      ? {
          sparsity: zeros / content.length,
          min,
          max,
          mean,
          standardDeviation: Math.sqrt(squares / content.length - mean * mean),
        }
      : { sparsity: null, min: null, max: null, mean: null, standardDeviation: null }),
  };
}

function layerView(layer: SampleLayer, side: 'before' | 'after'): LayerView {
  const tensors = layer.tensors.map((tensor) => tensorView(tensor, side));
  const sum = (of: (tensor: TensorView) => number): number =>
    tensors.reduce((total, tensor) => total + of(tensor), 0);
  const parameters = sum((tensor) => tensor.parameters);
  return {
    name: layer.name,
    operator: layer.operator,
    parameters,
    bytes: sum((tensor) => tensor.bytes),
    macs: layer.tensors[0]!.shape.reduce((product, length) => product * length, layer.uses),
    sparsity: sum((tensor) => tensor.parameters * (tensor.sparsity ?? 0)) / Math.max(1, parameters),
    outputShape:
      layer.operator === 'Conv'
        ? ['N', layer.tensors[0]!.shape[0]!, null, null]
        : ['N', layer.tensors[0]!.shape[0]!],
    tensors,
  };
}

export function modelView(model: SampleModel, side: 'before' | 'after' = 'before'): ModelView {
  const layers = model.layers.map((layer) => layerView(layer, side));
  const sum = (of: (layer: LayerView) => number): number =>
    layers.reduce((total, layer) => total + of(layer), 0);
  const parameters = sum((layer) => layer.parameters);
  return {
    path: model.path,
    format: 'onnx',
    producer: 'pytorch 2.1.0',
    opsets: ['ai.onnx 13'],
    inputs: [{ name: 'input', type: 'float32', shape: ['N', 1, 28, 28] }],
    outputs: [{ name: 'logits', type: 'float32', shape: ['N', 10] }],
    totals: {
      parameters,
      bytes: sum((layer) => layer.bytes) + 1843,
      macs: sum((layer) => layer.macs ?? 0),
      sparsity: sum((layer) => layer.parameters * (layer.sparsity ?? 0)) / parameters,
    },
    layers,
    warnings: [
      note('MACS_ASSUME', { assumed: 'N = 1' }),
      note('OPERATOR_UNKNOWN', { operator: 'FastGelu', domain: 'com.example', count: 2 }),
    ],
  };
}

export function reportView(model: SampleModel): ReportView {
  const [before, after] = [modelView(model), modelView(model, 'after')];
  return {
    version: 1,
    created: '2026-11-24T06:00:00.000Z',
    seconds: 3.42,
    steps: [{ prune: { sparsity } }, { quantize: { bits: 8 } }],
    original: sizes(before, model.path, 0.927),
    compressed: sizes(after, model.path.replace('.onnx', '.prune80.int8.onnx'), 0.341),
    ratio: after.totals.bytes / before.totals.bytes,
    latency: { beforeMs: 1.284, afterMs: 1.301, threads: 2, batch: 1 },
    layers: model.layers.map((layer, index) =>
      changeView(layer, before.layers[index]!, after.layers[index]!),
    ),
    outputs: [
      { name: 'logits', mse: 0.04213, sqnrDb: 18.42, maxError: 0.9127, kl: 0.01291, agreement: 0.9785 },
    ],
    comparedOn: 'glyphs, 2,000 samples',
    accuracy: {
      before: { accuracy: 0.9812, loss: 0.0614, samples: 2000 },
      after: { accuracy: 0.9748, loss: 0.0873, samples: 2000 },
    },
    notes: [note('SPARSE_NOT_SMALLER', {}), note('SPARSE_NOT_FASTER', {})],
  };
}

function sizes({ totals }: ModelView, path: string, gzip: number): ReportView['original'] {
  return {
    path,
    parameters: totals.parameters,
    nonZeros: Math.round(totals.parameters * (1 - totals.sparsity)),
    sparsity: totals.sparsity,
    macs: totals.macs,
    bytes: totals.bytes,
    gzipBytes: Math.round(totals.bytes * gzip),
    sparseBytes: Math.round(totals.bytes * (1.1 - totals.sparsity)),
    entropyBytes: Math.round(totals.bytes * 0.6 * (1 - totals.sparsity)),
  };
}

function changeView(layer: SampleLayer, before: LayerView, after: LayerView): LayerChangeView {
  const errors = errorSums();
  for (const tensor of layer.tensors) errors.add(valuesOf(tensor).before, valuesOf(tensor).after);
  const { mse, sqnrDb, maxError, cosine } = errors.measures();
  return {
    name: layer.name,
    operator: layer.operator,
    parameters: before.parameters,
    sparsityBefore: before.sparsity ?? 0,
    sparsityAfter: after.sparsity ?? 0,
    bytesBefore: before.bytes,
    bytesAfter: after.bytes,
    typeBefore: before.tensors[0]!.type,
    typeAfter: after.tensors[0]!.type,
    mse,
    sqnrDb,
    maxError,
    cosine,
  };
}

export function detailView(
  model: SampleModel,
  layerName: string,
  tensorName: string | undefined,
  compressed: boolean,
): LayerDetailView {
  const layer = model.layers.find(({ name }) => name === layerName)!;
  const tensor = layer.tensors.find(({ name }) => name === tensorName) ?? layer.tensors[0]!;
  const { before, after } = valuesOf(tensor);
  const side = (which: 'before' | 'after') => ({
    tensor: tensorView(tensor, which),
    heatmap: heatmapView(tensor, which),
    histogram: histogram(which === 'before' ? before : after),
  });
  if (!compressed) return { layer: layerName, before: side('before') };
  return {
    layer: layerName,
    before: side('before'),
    after: {
      ...side('after'),
      ...(tensor.shape.length > 1 && { grid: gridView(tensor, widestChannel(tensor)) }),
    },
    error: { heatmap: heatmapView(tensor, 'error'), ...errorFigures(before, after) },
  };
}

export function gridDetailView(model: SampleModel, tensorName: string, index: number): GridDetailView {
  const tensor = model.layers.flatMap(({ tensors }) => tensors).find(({ name }) => name === tensorName)!;
  const { rows, columns } = weightMatrix(tensor.shape);
  const channel = Math.min(index, rows - 1);
  const own = (side: 'before' | 'after') =>
    valuesOf(tensor)[side].subarray(channel * columns, (channel + 1) * columns);
  const [before, after] = [own('before'), own('after')];
  return {
    grid: gridView(tensor, channel),
    before: histogram(before),
    after: histogram(after),
    error: errorFigures(before, after),
  };
}

function gridView(tensor: SampleTensor, index: number): GridView {
  const { scales, after } = valuesOf(tensor);
  const { columns } = weightMatrix(tensor.shape);
  const scale = scales[index]!;
  const own = after.subarray(index * columns, (index + 1) * columns);
  const [lowest, highest] = [Math.min(...own), Math.max(...own)].map((value) => Math.round(value / scale));
  return {
    type: `int${tensor.bits ?? 8}`,
    per: 'channel',
    count: scales.length,
    index,
    scale,
    zeroPoint: 0,
    levels: Array.from({ length: highest! - lowest! + 1 }, (_, level) => (lowest! + level) * scale),
  };
}

function widestChannel(tensor: SampleTensor): number {
  const { scales, after } = valuesOf(tensor);
  const { columns } = weightMatrix(tensor.shape);
  const widths = scales.map((_, row) => {
    const own = after.subarray(row * columns, (row + 1) * columns);
    return Math.max(...own) - Math.min(...own);
  });
  return widths.indexOf(Math.max(...widths));
}

function errorFigures(before: Float32Array, after: Float32Array): ErrorFiguresView {
  const sums = errorSums();
  sums.add(before, after);
  const { mse, sqnrDb, maxError } = sums.measures();
  return {
    histogram: histogram(after.map((value, index) => value - before[index]!)),
    mse,
    sqnrDb,
    maxError,
  };
}

export function regionView(
  model: SampleModel,
  tensorName: string,
  side: HeatmapSide,
  region: RegionView,
): HeatmapView {
  const tensor = model.layers.flatMap(({ tensors }) => tensors).find(({ name }) => name === tensorName)!;
  return heatmapView(tensor, side, region);
}

function heatmapView(tensor: SampleTensor, side: HeatmapSide, region?: RegionView): HeatmapView {
  const matrix = weightMatrix(tensor.shape);
  const cells = heatmapCells(matrix, clampRegion(matrix, region));
  cells.add(side === 'error' ? differences(tensor) : valuesOf(tensor)[side], 0);
  return cells.view();
}

function differences(tensor: SampleTensor): Float32Array {
  const { before, after } = valuesOf(tensor);
  return after.map((value, index) => value - before[index]!);
}

function histogram(content: Float32Array): HistogramView {
  const range = valueRange();
  range.add(content);
  const counts = histogramCounts(range.range());
  counts.add(content);
  return counts.view();
}
