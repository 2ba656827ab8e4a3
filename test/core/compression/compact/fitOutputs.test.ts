// Compact layers of a run with data: they come nearer to the outputs of the old ones than those that know only weights.
import { expect, it } from 'vitest';
import { applySteps, parseSteps } from '../../../../src/core/compression/steps';
import type { DataSplits } from '../../../../src/core/data/dataSet';
import { normals } from '../../../../src/shared/base/random';
import { stepsContext } from '../../../support/applyStep';
import { arrayDataSet } from '../../../support/arrayDataSet';
import { largestDifference, runModel } from '../../../support/runModels';
import { convolution } from './layers';

it.each([
  { replace: { with: 'depthwise-separable' } },
  { replace: { with: 'grouped-shuffle', groups: 2 } },
  { replace: { with: 'bottleneck', width: 0.5 } },
  { lowRank: { rank: 8 } },
])('%j comes nearer to the outputs with data than without', async (step) => {
  const values = normals(20 * 16 * 121, 4);
  // Neighbours depend on each other, as pixels do.
  for (let i = 1; i < values.length; i++) values[i] = 0.95 * values[i - 1]! + 0.3 * values[i]!;
  const before = convolution({ outputs: 16, channels: 16, kernel: [3, 3], bias: false });
  const train = arrayDataSet([16, 11, 11], values);
  const data: DataSplits = { train, validation: train };
  const feeds = { x: { type: 'float32' as const, shape: [20, 16, 11, 11], data: values } };
  const original = await runModel(before, feeds);
  const errors: number[] = [];
  for (const more of [{}, { data }]) {
    const { model: after } = await applySteps(before, parseSteps([step]), stepsContext(more));
    errors.push(largestDifference(original, await runModel(after, feeds)));
  }
  expect(errors[1]).toBeLessThan(errors[0]!);
});
