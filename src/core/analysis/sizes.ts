// What a written model weighs: its files as they are on disk, the same zipped, and what is in them.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { LayerView, SizesView } from '../../shared/contracts/viewModels';
import { modelFiles } from '../formats/openModel';
import type { Model } from '../ir/graph';
import { pauseFor } from '../ir/pacing';
import { layersOf } from '../operators/layers';
import { codedSizes, type CodedSizes } from './codedSizes';
import type { ModelFile } from './compareLayers';
import { gzipBytes, storedBytes } from './gzipBytes';
import { inspectModel } from './inspectModel';

/** What a layer weighs, other than in plain bytes. */
export interface LayerSizes extends CodedSizes {
  readonly nonZeros: number;
  /** Null where they are unknown. */
  readonly macs: number | null;
  /** All that it stores as gzip, by itself. */
  readonly gzipBytes: number;
}

/** The sizes of a model, and those of its layers with parameters by their label. */
export interface ModelSizes {
  readonly sizes: SizesView;
  readonly layers: ReadonlyMap<string, LayerSizes>;
}

/** Sizes of a model and its external data. Parameters, zeros and MACs are those of `inspectModel`. */
export async function modelSizes({ path, model }: ModelFile, signal: AbortSignal): Promise<ModelSizes> {
  const files = modelFiles(model, path);
  const bytes = await bytesOf(files);
  let zipped = 0;
  for (const file of files)
    zipped += await gzipBytes(createReadStream(file, { highWaterMark: 1 << 20 }), signal);
  const { totals, layers } = await inspectModel(path, signal);
  const { parameters, sparsity, macs } = totals;
  const { sparseBytes, entropyBytes, layers: coded } = await codedSizes(model, bytes, pauseFor(signal));
  return {
    sizes: {
      parameters,
      nonZeros: nonZerosIn(layers),
      sparsity,
      macs,
      bytes,
      gzipBytes: zipped,
      sparseBytes,
      entropyBytes,
    },
    layers: await layerSizes(model, layers, coded, signal),
  };
}

async function layerSizes(
  model: Model,
  views: readonly LayerView[],
  coded: ReadonlyMap<string, CodedSizes>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, LayerSizes>> {
  const byLabel = new Map(views.map((view) => [view.name, view]));
  const sizes = new Map<string, LayerSizes>();
  for (const { label, tensors } of layersOf(model)) {
    const [view, ownCoded] = [byLabel.get(label), coded.get(label)];
    if (!view || !ownCoded || view.parameters === 0) continue;
    sizes.set(label, {
      ...ownCoded,
      nonZeros: nonZerosIn([view]),
      macs: view.macs,
      gzipBytes: await gzipBytes(storedBytes(tensors.map(({ tensor }) => tensor)), signal),
    });
  }
  return sizes;
}

function nonZerosIn(layers: readonly LayerView[]): number {
  const tensors = layers.flatMap((layer) => layer.tensors);
  return tensors.reduce(
    (sum, tensor) => sum + Math.round(tensor.parameters * (1 - (tensor.sparsity ?? 0))),
    0,
  );
}

/** Bytes of files on disk, in sum. */
export async function bytesOf(files: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const file of files) bytes += (await stat(file)).size;
  return bytes;
}
