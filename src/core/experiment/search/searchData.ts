// The data of a search: the same samples in every input size that is tried.
import { CounterweightError } from '../../../shared/base/errors';
import { classCount, type DataSet, type DataSplits } from '../../data/dataSet';
import { openSplits } from '../../data/openData';

export interface SearchData {
  /** How the data are named. */
  readonly name: string;
  /** Shapes of a sample that networks are made for, the data's own first. */
  readonly inputs: readonly (readonly number[])[];
  /** Outputs of a network: classes, or values to predict. */
  readonly outputs: number;
  /** The splits with samples of one of `inputs`. */
  readonly splitsOf: (input: readonly number[]) => DataSplits;
}

/** Sizes of images beside their own, as parts of it. A. Howard et al., "MobileNets", 2017, call this the resolution. */
const resolutions = [3 / 4, 1 / 2];

/**
 * Opens the data. Images in a folder without a fixed size are tried in smaller sizes too; what has a size of its own
 * keeps it, because the written file is to take the samples as they are. Throws DATA_INVALID.
 */
export async function openSearchData(data: string, seed: number): Promise<SearchData> {
  const own = await openSplits(data, seed);
  const { train } = own;
  const [sample, ...others] = train.inputs;
  if (!sample || others.length > 0) {
    return invalid(data, `a sample has ${train.inputs.length} inputs, and the networks of a search take one`);
  }
  const sizes = [{ input: sample.shape, splits: own }];
  for (const resolution of sample.shape.length === 3 ? resolutions : []) {
    const input = scaled(sample.shape, resolution);
    const splits = await openSplits(data, seed, { input: ['batch', ...input] });
    if (splits.train.inputs[0]!.shape.join('x') === input.join('x')) sizes.push({ input, splits });
  }
  return {
    name: train.name,
    inputs: sizes.map(({ input }) => input),
    outputs: outputsOf(data, train),
    splitsOf: (input) => sizes.find((size) => size.input.join('x') === input.join('x'))!.splits,
  };
}

function scaled([channels = 1, height = 1, width = 1]: readonly number[], part: number): readonly number[] {
  return [channels, Math.max(1, Math.round(part * height)), Math.max(1, Math.round(part * width))];
}

function outputsOf(name: string, data: DataSet): number {
  const classes = classCount(data);
  if (classes !== undefined) return classes;
  if (data.targets?.kind !== 'values') return invalid(name, 'it has neither labels nor values to predict');
  const { shape } = data.targets;
  if (shape.length <= 1) return shape[0] ?? 1;
  return invalid(
    name,
    `a target has the shape [${shape.join(', ')}], and the networks of a search give single values`,
  );
}

function invalid(data: string, problem: string): never {
  throw new CounterweightError('DATA_INVALID', { data, problem });
}
