// What schemes of quantization would do to a made-up model, with the core's own grids.
import { errorSums } from '../../src/core/analysis/errorMeasures';
import { affineGrid, signedLevels } from '../../src/core/compression/quantization/grids/affineGrid';
import {
  channelLayout,
  eachRun,
  groupLayout,
  tensorLayout,
} from '../../src/core/compression/quantization/grids/gridLayout';
import { roundToGrid } from '../../src/core/compression/quantization/grids/onGrid';
import type { Range } from '../../src/core/compression/quantization/grids/affineGrid';
import { schemes, type Scheme } from '../../src/core/experiment/schemes/schemes';
import type { SchemeFiguresView, SchemesView, SchemeView } from '../../src/shared/contracts/schemeViews';
import { modelView, weightsBefore, type SampleModel } from './sampleModels';

export function schemesView(model: SampleModel): SchemesView {
  const { path, totals, layers } = modelView(model);
  return {
    path,
    bytes: totals.bytes,
    layers: layers.map(({ name, operator, bytes }) => ({ name, operator, bytes })),
    schemes: schemes.map((scheme) => schemeView(model, scheme)),
  };
}

function schemeView(model: SampleModel, { id, options }: Scheme): SchemeView {
  const bits = typeof options['bits'] === 'number' ? options['bits'] : 16;
  const { totals, layers } = modelView(model);
  const all = errorSums();
  let saved = 0;
  const figures = model.layers.map((layer, index) => {
    const before = layers[index]!.bytes;
    const weight = layer.tensors[0]!;
    const values = weightsBefore(weight);
    if (values.length < 200) {
      const reason = `its ${4 * values.length} bytes are so few that int${bits} with scales would take more`;
      return { bytes: before, mse: 0, sqnrDb: null, maxError: 0, kept: reason };
    }
    const rounded = values.slice();
    round(rounded, weight.shape, options);
    const own = errorSums();
    for (const sums of [own, all]) sums.add(values, rounded);
    const less = values.length * (4 - bits / 8);
    saved += less;
    return figuresOf(own, before - less);
  });
  return { id, options, model: figuresOf(all, totals.bytes - saved), layers: figures };
}

function round(
  values: Float32Array<ArrayBuffer>,
  shape: readonly number[],
  options: Scheme['options'],
): void {
  const { scheme, bits, granularity } = options;
  if (scheme === 'float16' || scheme === 'bfloat16') {
    roundToGrid(values, 0, { kind: 'half', type: scheme });
    return;
  }
  const layout =
    granularity === 'tensor'
      ? tensorLayout(shape)
      : granularity === 'group'
        ? groupLayout(shape, 0, 32)!
        : channelLayout(shape, 0);
  const ranges: Range[] = Array.from({ length: layout.count }, () => ({ min: 0, max: 0 }));
  eachRun(layout, 0, values.length, (grid, from, to) => {
    for (const value of values.subarray(from, to)) {
      const { min, max } = ranges[grid]!;
      ranges[grid] = { min: Math.min(min, value), max: Math.max(max, value) };
    }
  });
  const levels = signedLevels(Number(bits), 'symmetric');
  const grids = ranges.map((range) => affineGrid(range, 'symmetric', levels));
  roundToGrid(values, 0, {
    kind: 'uniform',
    bits: Number(bits),
    ...levels,
    layout,
    scales: Float32Array.from(grids, ({ scale }) => scale),
    zeroPoints: Int8Array.from(grids, ({ zeroPoint }) => zeroPoint),
  });
}

function figuresOf(sums: ReturnType<typeof errorSums>, bytes: number): SchemeFiguresView {
  const { mse, sqnrDb, maxError } = sums.measures();
  return { bytes, mse, sqnrDb, maxError };
}
