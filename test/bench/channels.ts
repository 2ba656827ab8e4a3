// Channel pruning of every real ONNX file: what is left, how much faster it is, and how far its outputs are from those of
// the file in which nothing reads the removed channels.
import path from 'node:path';
import { countMacs } from '../../src/core/analysis/macs';
import { inferShapes } from '../../src/core/analysis/shapes';
import { channelGroups } from '../../src/core/compression/pruning/structured/channelGroups';
import { removeChannels } from '../../src/core/compression/pruning/structured/removeChannels';
import { weightsOf } from '../../src/core/compression/weights';
import { modelToBytes } from '../../src/core/formats/modelBytes';
import { openModel } from '../../src/core/formats/openModel';
import type { Model } from '../../src/core/ir/graph';
import { formatPercent } from '../../src/shared/base/numbers';
import { maskedChannels } from '../support/maskedChannels';
import { onnxFiles } from '../support/onnxFiles';
import { inputsFor, largestDifference, runModel } from '../support/runModels';
import { timedFiles } from './timedFiles';
import { smallestChannels } from '../support/smallestChannels';

const rounds = 5;

/** The fraction of the channels of each group that goes, and what a number that stays is a multiple of. */
export async function benchChannels([fraction = '0.3', multiple = '1']: readonly string[]): Promise<void> {
  console.log(
    `${formatPercent(Number(fraction), 0)} of the channels of each group, by the L1 norm; multiples of ${multiple} stay.`,
  );
  console.log(
    'file | MACs | parameters | speed-up, 1 thread | difference from masking | layers that keep all',
  );
  for (const file of onnxFiles()) {
    const model = openModel(file);
    const name = path.basename(file);
    const shapes = await inferShapes(model);
    const { groups, refused } = channelGroups(model, shapes);
    const selection = smallestChannels(model, groups, Number(fraction), 'layer', Number(multiple));
    const kept = refused.length > 0 ? `${refused.length}: ${refused[0]!.reason}` : 'none';
    if (selection.size === 0) {
      console.log(`${name} | nothing is removed | | | | ${kept}`);
      continue;
    }
    const small = removeChannels(model, shapes, selection);
    const macs = [countMacs(model, shapes).total, countMacs(small, await inferShapes(small)).total] as const;
    const counts = [parameters(model), parameters(small)] as const;
    const columns = [name, change(...macs), change(...counts)];
    const [feeds] = (await inputsFor(model, 1)) ?? [];
    if (!feeds) {
      console.log([...columns, 'the runtime does not run the file itself', '', kept].join(' | '));
      continue;
    }
    const masked = await runModel(maskedChannels(model, selection), feeds);
    const difference = largestDifference(masked, await runModel(small, feeds));
    const { speedUp } = await timedFiles(modelToBytes(model), modelToBytes(small), {
      feeds,
      threads: 1,
      rounds,
    });
    console.log([...columns, `${speedUp.toFixed(2)}×`, difference.toExponential(1), kept].join(' | '));
  }
}

function change(before: number, after: number): string {
  return `${before} → ${after}`;
}

/** Elements of the weights of layers. */
function parameters(model: Model): number {
  return weightsOf(model).reduce((sum, { tensor }) => sum + tensor.elements, 0);
}
