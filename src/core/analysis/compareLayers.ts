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
 * counterpart is a note; layers whose weights have another size are in one note.
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
  const resized: LayerTensor[] = [];
  for (const [index, layer] of ofBefore.entries()) {
    progress(index / ofBefore.length, layer.label);
    const other = ofAfter.get(layer.label);
    if (!other) continue;
    const { pairs, missing, reshaped } = pairTensors(layer, other);
    for (const { value } of missing) {
      const problem = 'the other model has none in its place';
      notes.push(note('TENSOR_UNMATCHED', { tensor: value, layer: layer.label, problem }));
    }
    resized.push(...reshaped);
    // Without its weights a layer's row would be that of its bias.
    const hasResized = reshaped.some(({ role }) => role === 'weight');
    if (pairs.length > 0 && !hasResized) layers.push(await compareLayer(layer, other, pairs, pause));
  }
  return { layers, notes: [...notes, ...resizedNotes(resized)] };
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

interface TensorPairs {
  readonly pairs: readonly TensorPair[];
  /** Tensors of the first layer that the other has nothing in the place of. */
  readonly missing: readonly LayerTensor[];
  /** Those that have another shape there. */
  readonly reshaped: readonly LayerTensor[];
}

function pairTensors(before: Layer, after: Layer): TensorPairs {
  const pairs: TensorPair[] = [];
  const missing: LayerTensor[] = [];
  const reshaped: LayerTensor[] = [];
  for (const tensor of learnedTensors(before)) {
    const other = counterpart(before, tensor, after);
    if (!other) missing.push(tensor);
    else if (sameShape(tensor.tensor.shape, other.tensor.shape)) pairs.push({ before: tensor, after: other });
    else reshaped.push(tensor);
  }
  return { pairs, missing, reshaped };
}

/** One note for all, as removed channels change the shapes of most tensors. */
function resizedNotes(tensors: readonly LayerTensor[]): readonly Note[] {
  if (tensors.length === 0) return [];
  return [
    note('TENSORS_RESIZED', { count: tensors.length, tensors: shown(tensors.map(({ value }) => value)) }),
  ];
}

const mostShown = 5;

function unmatched(path: string, layers: readonly Layer[]): Note[] {
  // Constants come and go with the form in which an operator is written.
  const learned = layers.filter(({ tensors }) => tensors.some(({ role }) => role !== 'constant'));
  if (learned.length === 0) return [];
  return [
    note('LAYERS_UNMATCHED', {
      count: learned.length,
      path,
      layers: shown(learned.map(({ label }) => label)),
    }),
  ];
}

function shown(names: readonly string[]): string {
  return names.length > mostShown ? `${names.slice(0, mostShown).join(', ')}, …` : names.join(', ');
}

function largest(pairs: readonly TensorPair[]): TensorPair {
  return pairs.reduce((a, b) => (b.before.parameters > a.before.parameters ? b : a));
}

function zerosIn(values: ArrayLike<number>): number {
  let zeros = 0;
  for (let i = 0; i < values.length; i++) if (values[i] === 0) zeros++;
  return zeros;
}
