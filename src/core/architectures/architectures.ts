// The table of architectures, and the untrained networks that are made of them. To add one, write its file and add it
// here; the command line's help and the documentation follow.
import { CounterweightError } from '../../shared/base/errors';
import type { Model } from '../ir/graph';
import type { Architecture } from './architecture';
import { autoencoder } from './autoencoder';
import { dsCnn } from './dsCnn';
import { lenet300 } from './lenet300';
import { lenet5 } from './lenet5';
import { mlp } from './mlp';
import { mobileNetV1 } from './mobileNetV1';
import { mobileNetV2 } from './mobileNetV2';
import { NetworkBuilder } from './networkBuilder';
import { resnet20 } from './resnet20';
import { resnet8 } from './resnet8';
import { shuffleNetV1 } from './shuffleNetV1';
import { shuffleNetV2 } from './shuffleNetV2';

export const architectures: readonly Architecture[] = [
  lenet300,
  lenet5,
  resnet8,
  resnet20,
  mobileNetV1,
  mobileNetV2,
  shuffleNetV1,
  shuffleNetV2,
  dsCnn,
  mlp,
  autoencoder,
];

export interface NewModelOptions {
  /** The id of an architecture. */
  readonly architecture: string;
  /** Shape of one sample: [channels, height, width], or [features]. */
  readonly input: readonly number[];
  /** Outputs of the network, from 1 on. An autoencoder has none. */
  readonly classes?: number;
  /** What numbers of channels or hidden units are multiplied with; 1 where not given. */
  readonly width?: number;
  /** What numbers of repeated blocks are multiplied with; 1 where not given. */
  readonly depth?: number;
  /** Of the random weights. */
  readonly seed: number;
}

const mostClasses = 100_000;
const largestSide = 65_536;
const largestWidth = 16;
const largestDepth = 16;

/**
 * An untrained network with random weights, the same for the same options: free batch, input `input`, output `logits`
 * (of an autoencoder `reconstruction`). Throws ARCHITECTURE_INVALID where there is no such network.
 */
export function newModel(options: NewModelOptions): Model {
  const { architecture: id, input, classes, width = 1, depth = 1, seed } = options;
  const architecture = architectureOf(id);
  checkInput(architecture, input);
  checkWidth(architecture, width);
  checkDepth(architecture, depth);
  checkClasses(architecture, classes);
  const net = new NetworkBuilder(id, input, seed);
  const end = architecture.build(net, { classes: classes ?? 0, width, depth });
  return net.model(end, architecture.reconstructs ? 'reconstruction' : 'logits');
}

/** The architecture of this id. Throws ARCHITECTURE_INVALID, with those that are known. */
export function architectureOf(id: string): Architecture {
  const known = architectures.map((candidate) => candidate.id);
  const found = architectures.find((candidate) => candidate.id === id);
  return found ?? fail(id, `there is no such architecture; known are ${known.join(', ')}`);
}

function checkInput({ id, input: kind, smallest, example }: Architecture, input: readonly number[]): void {
  const shape = input.join('x');
  if (!input.every((side) => Number.isInteger(side) && side >= 1 && side <= largestSide)) {
    fail(id, `an input of ${shape} is none; its sizes are whole numbers from 1 to ${largestSide}`);
  }
  if (input.length === 1 && kind === 'any') return;
  if (input.length !== 3) {
    const wanted =
      kind === 'any' ? 'a number of features, or channels x height x width' : 'channels x height x width';
    fail(id, `an input of ${shape || 'nothing'} does not fit; it takes ${wanted}, like ${example.join('x')}`);
  }
  const [, height = 0, width = 0] = input;
  if (height < smallest[0] || width < smallest[1]) {
    fail(id, `an input of ${shape} is too small; height and width are at least ${smallest.join(' and ')}`);
  }
}

function checkWidth({ id, widths }: Architecture, width: number): void {
  if (widths && !widths.includes(width)) {
    fail(id, `width ${width} was not published; it is one of ${widths.join(', ')}`);
  }
  if (!(width > 0 && width <= largestWidth)) {
    fail(id, `width ${width} is not possible; it is a number above 0, up to ${largestWidth}`);
  }
}

function checkDepth({ id, repeats }: Architecture, depth: number): void {
  if (!repeats && depth !== 1) fail(id, 'it has no blocks that are repeated, so that its depth is always 1');
  if (!(depth > 0 && depth <= largestDepth)) {
    fail(id, `depth ${depth} is not possible; it is a number above 0, up to ${largestDepth}`);
  }
}

function checkClasses({ id, reconstructs }: Architecture, classes: number | undefined): void {
  if (reconstructs && classes !== undefined) fail(id, 'it has no classes; it gives its input again');
  if (reconstructs) return;
  if (classes === undefined) fail(id, 'it needs a number of classes');
  if (!(Number.isInteger(classes) && classes >= 1 && classes <= mostClasses)) {
    fail(id, `${classes} classes are not possible; it is a whole number from 1 to ${mostClasses}`);
  }
}

function fail(architecture: string, problem: string): never {
  throw new CounterweightError('ARCHITECTURE_INVALID', { architecture, problem });
}
