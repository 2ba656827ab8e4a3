// Arrays in NumPy's files as a source: which are inputs, which is to be predicted, and which split they belong to is
// told by their names, as Keras, MedMNIST and others choose them.
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { arrayData, type NamedArray } from './arrayData';
import { dataProblem, reasonOf } from './dataProblem';
import type { DataSet } from './dataSet';
import { readNpy } from './npy';
import { openNpz, type NpzFile } from './npz';
import { once, type SourceParts } from './sourceParts';
import type { TargetKind } from './targets';

export interface ArrayOptions {
  /** Name of the array that is to be predicted. */
  readonly label?: string | undefined;
  readonly targets?: TargetKind | undefined;
}

type Split = 'train' | 'validation' | 'test';

const splits: Readonly<Record<string, Split>> = {
  train: 'train',
  training: 'train',
  val: 'validation',
  valid: 'validation',
  validation: 'validation',
  dev: 'validation',
  test: 'test',
};

const labelNames = new Set(['y', 'label', 'labels', 'target', 'targets', 'class', 'classes']);
const inputNames = new Set([
  'x',
  'data',
  'image',
  'images',
  'input',
  'inputs',
  'feature',
  'features',
  'sample',
  'samples',
]);

/** What one .npy file may take. */
const mostBytes = 2 ** 31 - 1;

/** Throws DATA_INVALID. */
export async function npzParts(file: string, options: ArrayOptions): Promise<SourceParts> {
  const npz = await openNpz(file);
  const named = npz.arrays.map((array) => ({ array, ...meaningOf(array) }));
  if (named.every(({ split }) => split === undefined)) {
    return { all: once(() => openArrays(file, npz, named, options)) };
  }
  const part = (wanted: Split): Partial<SourceParts> => {
    const own = named.filter(({ split }) => split === wanted);
    return own.length === 0 ? {} : { [wanted]: once(() => openArrays(file, npz, own, options)) };
  };
  return { ...part('train'), ...part('validation'), ...part('test') };
}

/** One array without anything to predict: what calibration needs. Throws DATA_INVALID. */
export function npyParts(file: string): SourceParts {
  return {
    all: once(async () => {
      const tensor = await readNpyFile(file);
      return arrayData(path.basename(file), [{ name: path.basename(file, '.npy'), tensor }]);
    }),
  };
}

/** An array of samples and one of what is to be predicted. Throws DATA_INVALID. */
export function npyPairParts(images: string, labels: string): SourceParts {
  return {
    all: once(async () => {
      const [inputs, targets] = [await readNpyFile(images), await readNpyFile(labels)];
      return arrayData(path.basename(images), [{ name: path.basename(images, '.npy'), tensor: inputs }], {
        name: path.basename(labels),
        tensor: targets,
      });
    }),
  };
}

async function readNpyFile(file: string): Promise<NamedArray['tensor']> {
  let bytes: Buffer;
  try {
    const { size } = await stat(file);
    if (size > mostBytes)
      return dataProblem(file, `it takes ${size} bytes, more than the ${mostBytes} that are possible`);
    bytes = await readFile(file);
  } catch (error) {
    return dataProblem(file, reasonOf(error));
  }
  return readNpy(file, bytes);
}

interface Meaning {
  readonly split: Split | undefined;
  /** The name without its split: `x` of `x_train`. */
  readonly base: string;
}

/** Reads `x_train`, `train_images`, `testY`, and names without a split. */
function meaningOf(array: string): Meaning {
  const words = array
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[_.\-\s]+/);
  for (const place of [0, words.length - 1]) {
    const word = words[place] ?? '';
    if (Object.hasOwn(splits, word)) {
      return { split: splits[word], base: words.toSpliced(place, 1).join('_') };
    }
  }
  return { split: undefined, base: words.join('_') };
}

interface Candidate extends Meaning {
  readonly array: string;
}

async function openArrays(
  file: string,
  npz: NpzFile,
  candidates: readonly Candidate[],
  { label, targets }: ArrayOptions,
): Promise<DataSet> {
  const name = path.basename(file);
  const labels =
    label === undefined
      ? candidates.filter(({ base }) => labelNames.has(base))
      : labelled(file, candidates, label);
  if (labels.length > 1) {
    return dataProblem(
      file,
      `${labels.map(({ array }) => array).join(' and ')} may both be what is to be predicted; name one with label`,
    );
  }
  const others = candidates.filter((candidate) => !labels.includes(candidate));
  const usual = others.filter(({ base }) => inputNames.has(base));
  const inputs: NamedArray[] = [];
  // What else a file holds beside an array of samples (means, names of classes) is not for the network.
  for (const { array } of usual.length === 1 ? usual : others)
    inputs.push({ name: array, tensor: await npz.read(array) });
  if (inputs.length === 0) return dataProblem(file, `it holds labels, but no samples`);
  const [predicted] = labels;
  return arrayData(
    name,
    inputs,
    predicted && { name: predicted.array, tensor: await npz.read(predicted.array) },
    targets,
  );
}

function labelled(file: string, candidates: readonly Candidate[], label: string): Candidate[] {
  const found = candidates.filter(({ array, base }) => array === label || base === label.toLowerCase());
  if (found.length > 0) return found;
  return dataProblem(
    file,
    `it has no array ${label}; it holds ${candidates.map(({ array }) => array).join(', ')}`,
  );
}
