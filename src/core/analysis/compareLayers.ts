// Differences of two models layer by layer, in the values that the layers compute with.
import { note, type Note } from '../../shared/base/messages';
import type { LayerChangeView, LayerPartView } from '../../shared/contracts/layerChange';
import type { Model } from '../ir/graph';
import type { Pause } from '../ir/pacing';
import { layersOf, type Layer, type LayerTensor } from '../operators/layers';
import { errorSums } from './errorMeasures';
import {
  counterpart,
  layerBytes,
  layerParameters,
  learnedTensors,
  matchLayers,
  measuredTensors,
  sameElements,
  type LayerMatch,
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
 * Layers that have parameters, matched as `matchLayers` does. Errors and sparsity are those of a layer's weights, or of
 * all its parameters where it has no weights (a normalization); bytes are those of all that it stores. Errors are
 * measured where all of its weights have the same shapes. What has no counterpart is a row and a note; weights that have
 * another size are in one note.
 */
export async function compareLayers(
  before: ModelFile,
  after: ModelFile,
  pause: Pause,
  progress: (fraction: number, layer: string) => void,
): Promise<LayerComparison> {
  const matches = matchLayers(learnedLayers(before), learnedLayers(after)).filter(isWorthARow);
  const notes: Note[] = [
    ...unmatched(
      before.path,
      matches.flatMap((match) => (match.before && match.after.length === 0 ? [match.before] : [])),
    ),
    ...unmatched(
      after.path,
      matches.flatMap((match) => (match.before ? [] : match.after)),
    ),
  ];
  const layers: LayerChangeView[] = [];
  const resized: LayerTensor[] = [];
  for (const [index, match] of matches.entries()) {
    const pairing = pairTensors(match);
    const { missing, reshaped } = pairing;
    progress(index / matches.length, labelOf(match));
    for (const { value } of missing) {
      const problem = 'the other model has none in its place';
      notes.push(note('TENSOR_UNMATCHED', { tensor: value, layer: labelOf(match), problem }));
    }
    resized.push(...reshaped);
    layers.push(await changeOf(match, pairing, pause));
  }
  return { layers, notes: [...notes, ...resizedNotes(resized)] };
}

function learnedLayers({ model }: ModelFile): readonly Layer[] {
  return layersOf(model).filter((layer) => learnedTensors(layer).length > 0);
}

/** Constants come and go with the form in which an operator is written. */
function isWorthARow({ before, after }: LayerMatch): boolean {
  if (before && after.length > 0) return true;
  const layers = before ? [before] : after;
  return layers.some(({ tensors }) => tensors.some(({ role }) => role !== 'constant'));
}

function labelOf({ before, after }: LayerMatch): string {
  return (before ?? after[0]!).label;
}

interface TensorPairs {
  readonly pairs: readonly TensorPair[];
  /** Tensors of the first layer that the other has nothing in the place of. */
  readonly missing: readonly LayerTensor[];
  /** Those that have another shape there. */
  readonly reshaped: readonly LayerTensor[];
}

/** Tensors of a layer and of the layer that it is in the other model; none of layers that replace it. */
function pairTensors({ before, after: [after, ...others] }: LayerMatch): TensorPairs {
  const pairs: TensorPair[] = [];
  const missing: LayerTensor[] = [];
  const reshaped: LayerTensor[] = [];
  if (!before || before.label !== after?.label || others.length > 0) return { pairs, missing, reshaped };
  for (const tensor of learnedTensors(before)) {
    const other = counterpart(before, tensor, after);
    if (!other) missing.push(tensor);
    else if (sameElements(tensor, other)) pairs.push({ before: tensor, after: other });
    else reshaped.push(tensor);
  }
  return { pairs, missing, reshaped };
}

async function changeOf(match: LayerMatch, tensors: TensorPairs, pause: Pause): Promise<LayerChangeView> {
  const { before, after } = match;
  const change = kindOfChange(match, tensors);
  const pairs = change === undefined ? comparedPairs(tensors.pairs) : [];
  const compared = pairs.length > 0 ? await comparedValues(pairs, pause) : undefined;
  const first = before && summary([before]);
  const second = after.length === 0 ? undefined : summary(after);
  return {
    name: labelOf(match),
    operator: (before ?? after[0]!).node.operator,
    ...(change && { change }),
    ...(change === 'replaced' && { parts: await partsOf(after, pause) }),
    ...(first && { shapeBefore: first.shape }),
    ...(second && after.length === 1 && { shapeAfter: second.shape }),
    parameters: first?.parameters ?? 0,
    parametersAfter: second?.parameters ?? 0,
    sparsityBefore: compared ? compared.sparsityBefore : before ? await sparsityOf([before], pause) : null,
    sparsityAfter: compared ? compared.sparsityAfter : second ? await sparsityOf(after, pause) : null,
    bytesBefore: first?.bytes ?? 0,
    bytesAfter: second?.bytes ?? 0,
    typeBefore: first?.type ?? null,
    typeAfter: second?.type ?? null,
    ...compared?.errors,
  };
}

function kindOfChange(match: LayerMatch, { pairs, reshaped }: TensorPairs): LayerChangeView['change'] {
  const { before, after } = match;
  if (!before) return 'added';
  if (after.length === 0) return 'removed';
  // Without its weights a layer's errors would be those of its bias.
  if (reshaped.some(({ role }) => role === 'weight')) return 'resized';
  if (pairs.length > 0) return undefined;
  return reshaped.length > 0 ? 'resized' : 'replaced';
}

/** The pairs of a layer's weights, or of all its parameters where it has no weights. */
function comparedPairs(pairs: readonly TensorPair[]): readonly TensorPair[] {
  const weights = pairs.filter((pair) => pair.before.role === 'weight');
  return weights.length > 0 ? weights : pairs;
}

interface ComparedValues {
  readonly errors: Pick<LayerChangeView, 'mse' | 'sqnrDb' | 'maxError' | 'cosine'>;
  readonly sparsityBefore: number;
  readonly sparsityAfter: number;
}

/** One pass over both sides of the tensors. */
async function comparedValues(pairs: readonly TensorPair[], pause: Pause): Promise<ComparedValues> {
  const sums = errorSums();
  const counts = { elements: 0, zerosBefore: 0, zerosAfter: 0 };
  for (const pair of pairs) {
    counts.elements += pair.before.tensor.elements;
    for (const { a, b } of pairedChunks(weightValues(pair.before), weightValues(pair.after))) {
      await pause();
      sums.add(a, b);
      counts.zerosBefore += zerosIn(a);
      counts.zerosAfter += zerosIn(b);
    }
  }
  const { mse, sqnrDb, maxError, cosine } = sums.measures();
  return {
    errors: { mse, sqnrDb, maxError, cosine },
    sparsityBefore: share(counts.zerosBefore, counts.elements),
    sparsityAfter: share(counts.zerosAfter, counts.elements),
  };
}

async function sparsityOf(layers: readonly Layer[], pause: Pause): Promise<number> {
  const counts = { elements: 0, zeros: 0 };
  for (const tensor of layers.flatMap(measuredTensors)) {
    counts.elements += tensor.tensor.elements;
    for (const values of weightValues(tensor).chunks()) {
      await pause();
      counts.zeros += zerosIn(values);
    }
  }
  return share(counts.zeros, counts.elements);
}

interface Summary {
  readonly shape: readonly number[];
  readonly type: string;
  readonly parameters: number;
  readonly bytes: number;
}

/** What layers that stand for one store, together; shape and type are those of the largest weight. */
function summary(layers: readonly Layer[]): Summary {
  const { shape, type } = largest(layers.flatMap(measuredTensors)).tensor;
  const sum = (of: (layer: Layer) => number) => layers.reduce((total, layer) => total + of(layer), 0);
  return { shape, type, parameters: sum(layerParameters), bytes: sum(layerBytes) };
}

async function partsOf(layers: readonly Layer[], pause: Pause): Promise<readonly LayerPartView[]> {
  const parts: LayerPartView[] = [];
  for (const layer of layers) {
    const { label: name, node } = layer;
    const sparsity = await sparsityOf([layer], pause);
    parts.push({ name, operator: node.operator, ...summary([layer]), sparsity });
  }
  return parts;
}

/** One note for all, as removed channels change the shapes of most tensors. */
function resizedNotes(tensors: readonly LayerTensor[]): readonly Note[] {
  if (tensors.length === 0) return [];
  return [
    note('TENSORS_RESIZED', { count: tensors.length, tensors: shown(tensors.map(({ value }) => value)) }),
  ];
}

function unmatched(path: string, layers: readonly Layer[]): readonly Note[] {
  if (layers.length === 0) return [];
  const names = shown(layers.map(({ label }) => label));
  return [note('LAYERS_UNMATCHED', { count: layers.length, path, layers: names })];
}

const mostShown = 5;

function shown(names: readonly string[]): string {
  return names.length > mostShown ? `${names.slice(0, mostShown).join(', ')}, …` : names.join(', ');
}

function largest(tensors: readonly LayerTensor[]): LayerTensor {
  return tensors.reduce((a, b) => (b.parameters > a.parameters ? b : a));
}

function share(zeros: number, elements: number): number {
  return elements === 0 ? 0 : zeros / elements;
}

function zerosIn(values: ArrayLike<number>): number {
  let zeros = 0;
  for (let i = 0; i < values.length; i++) if (values[i] === 0) zeros++;
  return zeros;
}
