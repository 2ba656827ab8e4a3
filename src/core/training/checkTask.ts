// What of a training task can be refused before anything is built: data without targets, splits that do not belong
// together, and changes of samples that they cannot be given.
import { CounterweightError } from '../../shared/base/errors';
import { isImage, movesImages } from '../data/augment';
import type { DataSet, SampleInput, Targets } from '../data/dataSet';
import { isInteger } from '../ir/elementType';
import type { Model } from '../ir/graph';
import type { TrainTask } from './trainTask';

/** What is to be predicted. Throws DATA_INVALID and STEP_INVALID. */
export function checkTask({ model, data: { train, validation }, options: { augment } }: TrainTask): Targets {
  const targets = checkSplit(train);
  if (!isSame(targets, checkSplit(validation)) || !isSame(shapes(train.inputs), shapes(validation.inputs))) {
    fail(validation, `its samples are not like those of ${train.name}, which are trained on`);
  }
  if (movesImages(augment) && !train.inputs.some(isImage)) {
    const given = train.inputs.map(({ shape }) => `[${shape.join(', ')}]`).join(' and ');
    invalid(`shift, rotate and flip of augment are for images [channels, height, width], not for ${given}`);
  }
  const whole = augment.noise > 0 ? integerInput(model) : undefined;
  if (whole !== undefined) {
    invalid(`augment.noise is for inputs of real numbers, and input ${whole} of the model takes whole ones`);
  }
  return targets;
}

function checkSplit(data: DataSet): Targets {
  if (data.count === 0) fail(data, 'it has no samples');
  return data.targets ?? fail(data, 'it has neither labels nor values to predict');
}

function shapes(inputs: readonly SampleInput[]): unknown {
  return inputs.map(({ shape }) => shape);
}

function isSame(a: unknown, b: unknown): boolean {
  return plain(a) === plain(b);
}

/** Names of classes are for people only. */
function plain(value: unknown): string {
  return JSON.stringify(value, (key, part: unknown) => (key === 'names' ? undefined : part));
}

function integerInput({ graph: { inputs, initializers } }: Model): string | undefined {
  const stored = new Set(initializers.map(({ name }) => name));
  return inputs.find(({ name, type }) => !stored.has(name) && type && isInteger(type))?.name;
}

function fail(data: DataSet, problem: string): never {
  throw new CounterweightError('DATA_INVALID', { data: data.name, problem });
}

function invalid(problem: string): never {
  throw new CounterweightError('STEP_INVALID', { step: 'train', problem });
}
