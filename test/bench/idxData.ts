// The data files of benchmarks on the data sets of MNIST's format.
import { sharedFile } from '../support/sharedFiles';

/** The content of a data file for the shared data set in this folder: a tenth of the training samples validates. */
export function idxData(folder: string, mean: number, standardDeviation: number): string {
  const files = (split: string): string =>
    `{ images: ${sharedFile(`datasets/${folder}/${split}-images-idx3-ubyte.gz`)}, labels: ${sharedFile(`datasets/${folder}/${split}-labels-idx1-ubyte.gz`)} }`;
  return `train: ${files('train')}
validation: 0.1
test: ${files('t10k')}
normalize: { mean: ${mean}, standardDeviation: ${standardDeviation} }
`;
}
