// Faults are planted in the quantization of a network that works: the triage names what was planted, each time.
import { describe, expect, it } from 'vitest';
import { applySteps, parseSteps } from '../../../../src/core/compression/steps';
import type { Saturation } from '../../../../src/core/compression/quantization/activations/saturation';
import { affineGrid, type AffineGrid } from '../../../../src/core/compression/quantization/grids/affineGrid';
import { replaceWeights } from '../../../../src/core/compression/weights';
import type { DataSet } from '../../../../src/core/data/dataSet';
import { valueQuantizers, type ValueQuantizer } from '../../../../src/core/experiment/triage/quantizers';
import { triage, type Triage } from '../../../../src/core/experiment/triage/triage';
import { withGrids } from '../../../../src/core/experiment/triage/variants';
import type { Model } from '../../../../src/core/ir/graph';
import { float32Tensor, tensorNumbers } from '../../../../src/core/ir/numbers';
import { Tensor } from '../../../../src/core/ir/tensor';
import { layersOf } from '../../../../src/core/operators/layers';
import type { CauseKind } from '../../../../src/shared/base/causeNames';
import { stepsContext } from '../../../support/applyStep';
import { glyphSplits, trainedConvNet } from '../../../support/trainedConvNet';

const size = 16;
const data = glyphSplits(size);
const net = trainedConvNet(size, 8);

interface Judging {
  readonly original: Model;
  readonly quantized: Model;
  readonly samples?: DataSet;
  readonly saturation?: Saturation;
}

function judged({
  original,
  quantized,
  samples = data.validation,
  saturation = 'exact',
}: Judging): Promise<Triage> {
  return triage({
    original,
    quantized,
    data: samples,
    samples: 200,
    saturation,
    signal: new AbortController().signal,
    progress: () => undefined,
  });
}

/** Quantized with these options; ranges are those of the given samples. */
async function quantized(
  original: Model,
  options: Readonly<Record<string, unknown>>,
  train = data.train,
): Promise<Model> {
  const context = stepsContext({ data: { ...data, train } });
  return (await applySteps(original, parseSteps([{ quantize: options }]), context)).model;
}

/** The samples with every number changed. */
function changed(of: DataSet, change: (value: number) => number): DataSet {
  return {
    ...of,
    rows: async (indices) => {
      const batch = await of.rows(indices);
      return { ...batch, inputs: batch.inputs.map((values) => values.map(change)) };
    },
  };
}

function scaled(tensor: Tensor, by: (i: number) => number): Tensor {
  const numbers = Float32Array.from(tensorNumbers(tensor), (value, i) => value * by(i));
  return float32Tensor(tensor.name, tensor.shape, numbers);
}

/** The same function with one output of fc1 that much larger, and its use by fc2 as much smaller. */
function withOutlierChannel(model: Model, channel: number, factor: number): Model {
  const [fc1, fc2] = ['fc1', 'fc2'].map((layer) => layersOf(model).find(({ label }) => label === layer)!);
  // Both weights are stored as [outputs, inputs].
  const replacements = new Map([
    ...fc1!.tensors.map(({ tensor }) => {
      const perOutput = tensor.shape[1] ?? 1;
      return [tensor, scaled(tensor, (i) => (Math.floor(i / perOutput) === channel ? factor : 1))] as const;
    }),
    ...fc2!.tensors
      .filter(({ role }) => role === 'weight')
      .map(({ tensor }) => {
        const inputs = tensor.shape[1]!;
        return [tensor, scaled(tensor, (i) => (i % inputs === channel ? 1 / factor : 1))] as const;
      }),
  ]);
  return replaceWeights(model, replacements);
}

/** A static quantization in which the grid of one inner value has another range. */
async function withRange(
  original: Model,
  pick: (quantizers: readonly ValueQuantizer[]) => ValueQuantizer,
  range: (grid: AffineGrid) => { readonly min: number; readonly max: number },
): Promise<Model> {
  const model = await quantized(original, staticOptions);
  const chosen = pick(valueQuantizers(model));
  const { grid } = chosen;
  return withGrids(model, new Map([[chosen, affineGrid(range(grid), 'asymmetric', grid)]]));
}

const staticOptions = { activations: {} };

const highest = ({ scale, zeroPoint, highest: most }: AffineGrid): number => (most - zeroPoint) * scale;

interface Fault {
  readonly fault: string;
  readonly kind: CauseKind;
  readonly plant: (original: Model) => Promise<Judging>;
}

const faults: readonly Fault[] = [
  ...[
    [0, 300],
    [7, 100],
  ].map(([channel = 0, factor = 1]): Fault => ({
    fault: `channel ${channel} of a layer with one grid is ${factor} times the others`,
    kind: 'per-tensor',
    plant: async (given) => {
      const original = withOutlierChannel(given, channel, factor);
      return { original, quantized: await quantized(original, { granularity: 'tensor' }) };
    },
  })),
  {
    fault: 'a channel is an outlier, and activations are integers too',
    kind: 'per-tensor',
    plant: async (given) => {
      const original = withOutlierChannel(given, 2, 300);
      // Its activations would need a wider range too, were they not computed after the layer alone.
      return { original, quantized: await quantized(original, { granularity: 'tensor', exclude: ['fc2'] }) };
    },
  },
  {
    fault: 'all weights have two bits',
    kind: 'weight-bits',
    plant: async (original) => ({ original, quantized: await quantized(original, { bits: 2 }) }),
  },
  {
    fault: 'one layer has two bits',
    kind: 'weight-bits',
    plant: async (original) => ({
      original,
      quantized: await quantized(original, { perLayer: { fc2: { bits: 2 } } }),
    }),
  },
  {
    fault: 'one layer has two bits, and activations are integers too',
    kind: 'weight-bits',
    plant: async (original) => ({
      original,
      quantized: await quantized(original, { ...staticOptions, perLayer: { fc1: { bits: 2 } } }),
    }),
  },
  ...(
    [
      ['divided by 255 once too often', (value: number) => value / 255],
      ['inverted', (value: number) => 1 - value],
      ['brought to another range', (value: number) => (value + 4) / 5],
    ] as const
  ).map(([how, wrong]): Fault => ({
    fault: `samples are ${how}`,
    kind: 'preparation',
    plant: async (original) => ({
      original,
      quantized: await quantized(original, {}),
      samples: changed(data.validation, wrong),
    }),
  })),
  ...(
    [
      ['255 times as large', (value: number) => 255 * value],
      ['a tenth as large', (value: number) => value / 10],
      ['all zeros', () => 0],
      ['all the same', () => 0.25],
      ['brought to −1..1', (value: number) => 8 * value - 4],
    ] as const
  ).map(([how, wrong]): Fault => ({
    fault: `calibration data is ${how}`,
    kind: 'preparation',
    plant: async (original) => ({
      original,
      quantized: await quantized(original, staticOptions, changed(data.train, wrong)),
    }),
  })),
  {
    fault: 'activations are cut off at a low percentile',
    kind: 'ranges',
    plant: async (original) => ({
      original,
      quantized: await withRange(
        original,
        (all) => all.at(-2)!,
        (grid) => ({ min: 0, max: highest(grid) / 6 }),
      ),
    }),
  },
  {
    fault: 'the range of an inner value is a hundred times too wide',
    kind: 'ranges',
    plant: async (original) => ({
      original,
      quantized: await withRange(
        original,
        (all) => all[1]!,
        (grid) => ({ min: -100 * highest(grid), max: 100 * highest(grid) }),
      ),
    }),
  },
  {
    fault: 'the last range is too narrow',
    kind: 'ranges',
    plant: async (original) => ({
      original,
      quantized: await withRange(
        original,
        (all) => all.at(-1)!,
        (grid) => ({ min: 0, max: highest(grid) / 10 }),
      ),
    }),
  },
  {
    fault: 'activations have two bits',
    kind: 'activation-bits',
    plant: async (original) => ({
      original,
      quantized: await quantized(original, { activations: { bits: 2 } }),
    }),
  },
  ...(['exact', 'saturates'] as const).map((saturation): Fault => ({
    fault: `kernels compute otherwise than the graph says, ${saturation === 'exact' ? 'with' : 'without'} VNNI`,
    kind: saturation === 'exact' ? 'optimizations' : 'saturation',
    plant: async (original) => ({
      original,
      quantized: withWrongBias(await quantized(original, staticOptions)),
      saturation,
    }),
  })),
];

/**
 * A bias whose int32 numbers stand for something else than the kernel takes them for: it adds them to the sums of
 * products, and looks at no scale.
 */
function withWrongBias(model: Model): Model {
  const bias = model.graph.initializers.filter(({ type, shape }) => type === 'int32' && shape.length === 1);
  expect(bias.length).toBeGreaterThan(0);
  const numbers = new Map(bias.map((tensor) => [tensor.name, tensor]));
  const scales = new Set(
    model.graph.nodes.filter(({ inputs }) => numbers.has(inputs[0] ?? '')).map(({ inputs }) => inputs[1]!),
  );
  const initializers = model.graph.initializers.map((tensor) => {
    if (numbers.has(tensor.name)) {
      const enlarged = Int32Array.from(tensorNumbers(tensor), (value) => Math.round(value * 64));
      return Tensor.fromBytes(tensor.name, 'int32', tensor.shape, new Uint8Array(enlarged.buffer));
    }
    if (!scales.has(tensor.name)) return tensor;
    const scaled = Float32Array.from(tensorNumbers(tensor), (value) => value / 64);
    return float32Tensor(tensor.name, tensor.shape, scaled);
  });
  return { ...model, graph: { ...model.graph, initializers } };
}

describe('what makes a quantized model worse', () => {
  it('is tried on twenty faults', () => {
    expect(faults).toHaveLength(20);
  });

  it.each(faults)('is found where $fault', async ({ kind, plant }) => {
    const planted = await plant(await net);
    const { causes } = await judged(planted);
    expect(causes[0]?.kind).toBe(kind);
  });

  it('is nothing where nothing was lost', async () => {
    const original = await net;
    const { causes, notes } = await judged({ original, quantized: original });
    expect(causes).toEqual([]);
    expect(notes).toMatchObject([{ code: 'TRIAGE_NOTHING_LOST' }]);
  });
});
