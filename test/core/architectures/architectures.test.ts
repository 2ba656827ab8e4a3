// Untrained networks: their sizes as published, their outputs in ONNX Runtime, and what cannot be built.
import { describe, expect, it } from 'vitest';
import { inspectModel } from '../../../src/core/analysis/inspectModel';
import { architectures, newModel } from '../../../src/core/architectures/architectures';
import { modelToBytes } from '../../../src/core/formats/modelBytes';
import { saveModel } from '../../../src/core/formats/saveModel';
import type { Model } from '../../../src/core/ir/graph';
import { onnxRuntime } from '../../../src/core/runtime/onnxRuntime';
import { normals } from '../../../src/shared/base/random';
import { useTempFolder } from '../../support/tempFolder';

const temp = useTempFolder();
const { signal } = new AbortController();

interface Published {
  readonly architecture: string;
  readonly input: readonly number[];
  readonly classes?: number;
  readonly width?: number;
  /** Trained ones, or all where statistics of normalizations are counted, as Keras does in MLPerf Tiny. */
  readonly parameters: number;
  readonly counts: 'trained' | 'all';
  /** Millions of multiply-accumulates, and how near that figure is. */
  readonly macs: readonly [number, number];
}

const image = { input: [3, 224, 224], classes: 1000, counts: 'trained' } as const;
const digit = { input: [1, 28, 28], classes: 10, counts: 'all' } as const;
const thumbnail = { input: [3, 32, 32], classes: 10 } as const;

/**
 * Parameters: Han et al. (LeNets), MLPerf Tiny's Keras models (resnet-8, ds-cnn, autoencoder), He et al. (resnet-20:
 * 0.27 M), Keras (mobilenet-v1), torchvision (mobilenet-v2, shufflenet-v2), pytorchcv (shufflenet-v1). Multiply-
 * accumulates: the papers, for shufflenet-v2 torchvision.
 */
const published: readonly Published[] = [
  { architecture: 'lenet-300-100', ...digit, parameters: 266_610, macs: [0.266, 0.001] },
  { architecture: 'lenet-5', ...digit, parameters: 431_080, macs: [2.293, 0.001] },
  { architecture: 'resnet-8', ...thumbnail, counts: 'all', parameters: 78_666, macs: [12.5, 0.05] },
  { architecture: 'resnet-20', ...thumbnail, counts: 'trained', parameters: 269_722, macs: [40.8, 0.3] },
  { architecture: 'mobilenet-v1', ...image, parameters: 4_231_976, macs: [569, 1] },
  { architecture: 'mobilenet-v1', ...image, width: 0.25, parameters: 470_072, macs: [41, 0.5] },
  { architecture: 'mobilenet-v1', ...image, width: 0.75, parameters: 2_585_560, macs: [325, 1] },
  { architecture: 'mobilenet-v1', ...image, width: 0.5, parameters: 1_331_592, macs: [149, 1] },
  { architecture: 'mobilenet-v2', ...image, parameters: 3_504_872, macs: [300, 2] },
  { architecture: 'mobilenet-v2', ...image, width: 1.4, parameters: 6_108_776, macs: [585, 5] },
  { architecture: 'shufflenet-v1', ...image, width: 0.25, parameters: 305_902, macs: [11, 0.1] },
  { architecture: 'shufflenet-v1', ...image, width: 0.5, parameters: 718_324, macs: [38, 1] },
  { architecture: 'shufflenet-v1', ...image, parameters: 1_865_728, macs: [137, 1] },
  { architecture: 'shufflenet-v1', ...image, width: 2, parameters: 5_450_776, macs: [524, 1] },
  { architecture: 'shufflenet-v2', ...image, width: 0.5, parameters: 1_366_792, macs: [40, 1] },
  { architecture: 'shufflenet-v2', ...image, parameters: 2_278_604, macs: [145, 1] },
  { architecture: 'shufflenet-v2', ...image, width: 1.5, parameters: 3_503_624, macs: [296, 1] },
  { architecture: 'shufflenet-v2', ...image, width: 2, parameters: 7_393_996, macs: [583, 1] },
  {
    architecture: 'ds-cnn',
    input: [1, 49, 10],
    classes: 12,
    counts: 'all',
    parameters: 24_908,
    macs: [2.66, 0.01],
  },
  { architecture: 'autoencoder', input: [640], counts: 'all', parameters: 269_992, macs: [0.264, 0.001] },
];

describe('a network with published figures', () => {
  it.each(published)(
    '$architecture, width $width: $parameters parameters, $macs.0 M MACs',
    async (figures) => {
      const { parameters, counts, macs, ...options } = figures;
      const model = newModel({ ...options, seed: 1 });
      await saveModel(model, temp.file('m.onnx'), { jobId: 'test', signal });
      const { totals, warnings } = await inspectModel(temp.file('m.onnx'), signal);
      const numbers = model.graph.initializers.filter(({ type }) => type === 'float32');
      const learned = numbers.filter(({ name }) => !name.startsWith('relu6.'));
      const statistics = learned.filter(({ name }) => /running_(mean|var)$/.test(name));
      const count = (tensors: typeof numbers) => tensors.reduce((sum, { elements }) => sum + elements, 0);
      expect(count(learned) - (counts === 'trained' ? count(statistics) : 0)).toBe(parameters);
      expect(Math.abs(totals.macs / 1e6 - macs[0])).toBeLessThan(macs[1]);
      expect(totals.parameters).toBe(count(numbers));
      expect(warnings.map(({ code }) => code)).toEqual(['MACS_ASSUME']);
    },
  );
});

/** Inputs that each is run with: those that it was published for, where they are not large, and others. */
const inputs: Readonly<Record<string, readonly (readonly number[])[]>> = {
  'lenet-300-100': [[1, 28, 28], [784]],
  'lenet-5': [
    [1, 28, 28],
    [3, 32, 40],
  ],
  'resnet-8': [
    [3, 32, 32],
    [1, 28, 27],
  ],
  'resnet-20': [
    [3, 32, 32],
    [1, 28, 27],
  ],
  'mobilenet-v1': [
    [3, 96, 96],
    [1, 28, 28],
  ],
  'mobilenet-v2': [
    [3, 96, 96],
    [1, 28, 28],
  ],
  'shufflenet-v1': [
    [3, 96, 96],
    [1, 28, 28],
  ],
  'shufflenet-v2': [
    [3, 96, 96],
    [1, 28, 28],
  ],
  'ds-cnn': [
    [1, 49, 10],
    [1, 10, 4],
  ],
  mlp: [[64], [1, 8, 8]],
  autoencoder: [[640], [1, 8, 8]],
};

const samples = 8;

describe.each(architectures)('$id', ({ id, example, widths, repeats, reconstructs }) => {
  // Large networks are narrow where that is as good a test.
  const narrow = example[1] === 224 ? (widths?.[0] ?? 0.25) : 1;
  const classes = 7;
  const build = (input: readonly number[], { seed = 3, width = narrow, depth = 1 } = {}): Model =>
    newModel({ architecture: id, input, width, depth, seed, ...(!reconstructs && { classes }) });

  it.each((inputs[id] ?? []).map((input) => ({ input })))(
    'runs on an input of $input in batches of any size',
    async ({ input }) => {
      const session = await (await onnxRuntime()).load(modelToBytes(build(input)));
      const elements = input.reduce((a, b) => a * b);
      for (const batch of [1, 3]) {
        const data = normals(batch * elements, batch);
        const results = await session.run({ input: { type: 'float32', shape: [batch, ...input], data } });
        const output = results[reconstructs ? 'reconstruction' : 'logits'];
        expect(output?.shape).toEqual([batch, reconstructs ? elements : classes]);
      }
      await session.dispose();
    },
  );

  it('lets signals neither vanish nor explode in any layer', async () => {
    const [input = []] = inputs[id] ?? [];
    const model = build(input, { width: 1 });
    const values = model.graph.nodes.flatMap(({ outputs }) => outputs);
    const outputs = values.map((name) => ({ name, type: 'float32' as const }));
    const session = await (
      await onnxRuntime()
    ).load(modelToBytes({ ...model, graph: { ...model.graph, outputs } }));
    const data = normals(samples * input.reduce((a, b) => a * b), 1);
    const results = await session.run({ input: { type: 'float32', shape: [samples, ...input], data } });
    await session.dispose();
    const sizes = values.map((name) => [name, rootMeanSquare(results[name]!.data as Float32Array)] as const);
    expect(sizes.filter(([, size]) => !(size > 0.1 && size < 10))).toEqual([]);
  });

  it.runIf(repeats)('becomes deeper and shallower, and runs all the same', async () => {
    const [input = []] = inputs[id] ?? [];
    const layers = [0.3, 1, 2].map((depth) => build(input, { depth }).graph.nodes.length);
    expect(layers[0]).toBeLessThanOrEqual(layers[1]!);
    expect(layers[1]).toBeLessThan(layers[2]!);
    const data = normals(
      input.reduce((a, b) => a * b),
      1,
    );
    for (const depth of [0.3, 2]) {
      const session = await (await onnxRuntime()).load(modelToBytes(build(input, { depth })));
      const results = await session.run({ input: { type: 'float32', shape: [1, ...input], data } });
      const { data: outputs } = results[reconstructs ? 'reconstruction' : 'logits']!;
      expect((outputs as Float32Array).every(Number.isFinite)).toBe(true);
      await session.dispose();
    }
  });

  it('has the same weights for the same seed, and others for another', () => {
    const [input = []] = inputs[id] ?? [];
    const weights = (seed: number) =>
      Buffer.concat(build(input, { seed }).graph.initializers.map((t) => t.bytes()));
    const first = weights(1);
    expect(weights(1).equals(first)).toBe(true);
    expect(weights(2).equals(first)).toBe(false);
  });

  it('names every node and tensor once, tensors after the layer that they belong to', () => {
    const { nodes, initializers } = build(inputs[id]?.[0] ?? []).graph;
    const names = [
      ...nodes.flatMap(({ name, outputs }) => [name, ...outputs]),
      ...initializers.map(({ name }) => name),
    ];
    expect(new Set(names).size).toBe(names.length);
    const layers = new Set(nodes.map(({ name }) => name));
    const weights = initializers.filter(({ type, name }) => type === 'float32' && !name.startsWith('relu6.'));
    expect(weights.filter(({ name }) => !layers.has(name.slice(0, name.lastIndexOf('.'))))).toEqual([]);
  });
});

function rootMeanSquare(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}

function units(width: number): readonly (number | undefined)[] {
  return newModel({ architecture: 'lenet-300-100', input: [784], classes: 10, width, seed: 1 })
    .graph.initializers.filter(({ name }) => name.endsWith('weight'))
    .map(({ shape }) => shape[0]);
}

/** Of the blocks in the stages of a network: repetitions times the depth, rounded, at least one. */
function blockNames(architecture: string, depth: number): readonly string[] {
  const { nodes } = newModel({ architecture, input: [3, 64, 64], classes: 10, depth, seed: 1 }).graph;
  const blocks = nodes.flatMap(({ name }) => /^(?:layer|stage)\d+(?:\.\d+)?|^block\d+/.exec(name)?.[0] ?? []);
  return [...new Set(blocks)];
}

describe('depth', () => {
  it.each([
    ['resnet-8', 1, 3],
    ['resnet-8', 2, 6],
    ['resnet-8', 0.1, 3],
    ['resnet-20', 1 / 3, 3],
    // ResNet-32 and ResNet-56 of the same paper.
    ['resnet-20', 5 / 3, 15],
    ['resnet-20', 3, 27],
    ['mobilenet-v1', 0.5, 1 + 1 + 1 + 3 + 1],
    ['mobilenet-v1', 2, 26],
    ['mobilenet-v2', 0.5, 1 + 1 + 2 + 2 + 2 + 2 + 1],
    ['shufflenet-v1', 0.5, 2 + 4 + 2],
    ['shufflenet-v2', 1.5, 6 + 12 + 6],
    ['ds-cnn', 1.5, 6],
  ])('of %s, %d, gives %d blocks', (architecture, depth, blocks) => {
    expect(blockNames(architecture, depth)).toHaveLength(blocks);
  });
});

describe('newModel', () => {
  it('makes networks wider and narrower', () => {
    expect([0.1, 2].map(units)).toEqual([
      [30, 10, 10],
      [600, 200, 10],
    ]);
  });

  it.each([
    [
      'an unknown architecture',
      { architecture: 'lenet', input: [784] },
      /no such architecture; known are lenet-300-100,/,
    ],
    [
      'an image that is too small',
      { architecture: 'lenet-5', input: [1, 15, 28] },
      /1x15x28 is too small; .* at least 16 and 16/,
    ],
    [
      'a vector where an image is wanted',
      { architecture: 'resnet-8', input: [784] },
      /784 does not fit; .* like 3x32x32/,
    ],
    [
      'an image without channels',
      { architecture: 'mlp', input: [28, 28] },
      /28x28 does not fit; it takes a number of features, or/,
    ],
    ['a size that is none', { architecture: 'mlp', input: [Number.NaN] }, /whole numbers/],
    [
      'a width without a number of channels',
      { architecture: 'shufflenet-v2', input: [3, 64, 64], width: 0.7 },
      /one of 0.5, 1, 1.5, 2/,
    ],
    ['a width of nothing', { architecture: 'mlp', input: [4], width: 0 }, /width 0 is not possible/],
    [
      'another depth of what has no repeated blocks',
      { architecture: 'lenet-5', input: [1, 28, 28], depth: 2 },
      /it has no blocks that are repeated/,
    ],
    ['a depth of nothing', { architecture: 'mlp', input: [4], depth: 0 }, /depth 0 is not possible/],
    ['no classes', { architecture: 'mlp', input: [4], classes: undefined }, /needs a number of classes/],
    ['part of a class', { architecture: 'mlp', input: [4], classes: 2.5 }, /2.5 classes are not possible/],
    ['classes of an autoencoder', { architecture: 'autoencoder', input: [4] }, /has no classes/],
    [
      'a network that fills the memory',
      { architecture: 'mlp', input: [65_536], width: 16 },
      /more than 250,000,000 parameters/,
    ],
  ] as const)('refuses %s', (_, given, message) => {
    const { classes, ...options } = { classes: 10, seed: 1, ...given };
    const build = () => newModel({ ...options, ...(classes !== undefined && { classes }) });
    expect(build).toThrow(message);
    expect(build).toThrow(expect.objectContaining({ code: 'ARCHITECTURE_INVALID' }) as Error);
  });
});
