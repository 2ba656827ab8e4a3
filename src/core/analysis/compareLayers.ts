// Differences of two models layer by layer, in the values that the layers compute with.
import { note, type Note } from '../../shared/base/messages';
import type { LayerChangeView } from '../../shared/contracts/viewModels';
import type { Model } from '../ir/graph';
import type { Pause } from '../ir/pacing';
import { layersOf, type Layer, type LayerTensor } from '../operators/layers';
import { errorSums } from './errorMeasures';
import {
  counterpart,
  layersByLabel,
  learnedTensors,
  sameShape,
  layerBytes,
  type TensorPair,
} from './layerPairs';
import { pairedChunks, weightValues } from './weightValues';

/** A model and the file that it was read from. */
export interface ModelFile {
  readonly path: string;
  readonly model: Model;
}

export interface LayerComparison {
  readonly layers: readonly LayerChangeView[];
  readonly notes: readonly Note[];
}

/**
 * Layers that have parameters, matched by label. Errors and sparsity are those of a layer's weights, or of
 * all its parameters where it has no weights (a normalization); bytes are those of all that it stores. What has no
 * counterpart is a note.
 */
export async function compareLayers(
  before: ModelFile,
  after: ModelFile,
  pause: Pause,
  progress: (fraction: number, layer: string) => void,
): Promise<LayerComparison> {
  const ofBefore = layersOf(before.model).filter((layer) => learnedTensors(layer).length > 0);
  const ofAfter = layersByLabel(layersOf(after.model).filter((layer) => learnedTensors(layer).length > 0));
  const labels = new Set(ofBefore.map(({ label }) => label));
  const notes: Note[] = [
    ...unmatched(
      before.path,
      ofBefore.filter(({ label }) => !ofAfter.has(label)),
    ),
    ...unmatched(
      after.path,
      [...ofAfter.values()].filter(({ label }) => !labels.has(label)),
    ),
  ];
  const layers: LayerChangeView[] = [];
  for (const [index, layer] of ofBefore.entries()) {
    progress(index / ofBefore.length, layer.label);
    const other = ofAfter.get(layer.label);
    if (!other) continue;
    const { pairs, problems } = pairTensors(layer, other);
    notes.push(...problems);
    if (pairs.length > 0) layers.push(await compareLayer(layer, other, pairs, pause));
  }
  return { layers, notes };
}

async function compareLayer(
  before: Layer,
  after: Layer,
  pairs: readonly TensorPair[],
  pause: Pause,
): Promise<LayerChangeView> {
  const weights = pairs.filter((pair) => pair.before.role === 'weight');
  const measured = weights.length > 0 ? weights : pairs;
  const sums = errorSums();
  let elements = 0;
  let zerosBefore = 0;
  let zerosAfter = 0;
  for (const pair of measured) {
    elements += pair.before.tensor.elements;
    for (const { a, b } of pairedChunks(weightValues(pair.before), weightValues(pair.after))) {
      await pause();
      sums.add(a, b);
      zerosBefore += zerosIn(a);
      zerosAfter += zerosIn(b);
    }
  }
  const { mse, sqnrDb, maxError, cosine } = sums.measures();
  const main = largest(measured);
  return {
    name: before.label,
    operator: before.node.operator,
    parameters: before.tensors.reduce((sum, { parameters }) => sum + parameters, 0),
    sparsityBefore: elements === 0 ? 0 : zerosBefore / elements,
    sparsityAfter: elements === 0 ? 0 : zerosAfter / elements,
    bytesBefore: layerBytes(before),
    bytesAfter: layerBytes(after),
    typeBefore: main.before.tensor.type,
    typeAfter: main.after.tensor.type,
    mse,
    sqnrDb,
    maxError,
    cosine,
  };
}

function pairTensors(before: Layer, after: Layer): { pairs: TensorPair[]; problems: Note[] } {
  const pairs: TensorPair[] = [];
  const problems: Note[] = [];
  for (const tensor of learnedTensors(before)) {
    const other = counterpart(before, tensor, after);
    const problem = problemOf(tensor, other);
    if (problem === undefined && other) pairs.push({ before: tensor, after: other });
    else
      problems.push(
        note('TENSOR_UNMATCHED', { tensor: tensor.value, layer: before.label, problem: problem ?? '' }),
      );
  }
  return { pairs, problems };
}

function problemOf(before: LayerTensor, after: LayerTensor | undefined): string | undefined {
  if (!after) return 'the other model has none in its place';
  const { shape } = before.tensor;
  if (sameShape(shape, after.tensor.shape)) return undefined;
  return `its shape is [${shape.join(', ')}] in one model and [${after.tensor.shape.join(', ')}] in the other`;
}

const shownLayers = 5;

function unmatched(path: string, layers: readonly Layer[]): Note[] {
  // Constants come and go with the form in which an operator is written.
  const learned = layers.filter(({ tensors }) => tensors.some(({ role }) => role !== 'constant'));
  if (learned.length === 0) return [];
  const shown = learned.slice(0, shownLayers).map(({ label }) => label);
  if (learned.length > shownLayers) shown.push('…');
  return [note('LAYERS_UNMATCHED', { count: learned.length, path, layers: shown.join(', ') })];
}

function largest(pairs: readonly TensorPair[]): TensorPair {
  return pairs.reduce((a, b) => (b.before.parameters > a.before.parameters ? b : a));
}

function zerosIn(values: ArrayLike<number>): number {
  let zeros = 0;
  for (let i = 0; i < values.length; i++) if (values[i] === 0) zeros++;
  return zeros;
}
