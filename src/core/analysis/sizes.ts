// What a written model weighs: its files as they are on disk, the same zipped, and what is in them.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { LayerView, SizesView } from '../../shared/contracts/viewModels';
import { modelFiles } from '../formats/openModel';
import { pauseFor } from '../ir/pacing';
import { codedSizes, type CodedSizes } from './codedSizes';
import type { ModelFile } from './compareLayers';
import { inspectModel } from './inspectModel';

/** The sizes of a model, and those of its coded layers by their label. */
export interface ModelSizes {
  readonly sizes: SizesView;
  readonly layers: ReadonlyMap<string, CodedSizes>;
}

/** Sizes of a model and its external data. Parameters, zeros and MACs are those of `inspectModel`. */
export async function modelSizes({ path, model }: ModelFile, signal: AbortSignal): Promise<ModelSizes> {
  const files = modelFiles(model, path);
  const bytes = await bytesOf(files);
  let gzipBytes = 0;
  for (const file of files) gzipBytes += await gzippedBytes(file, signal);
  const { totals, layers } = await inspectModel(path, signal);
  const { parameters, sparsity, macs } = totals;
  const { sparseBytes, entropyBytes, layers: coded } = await codedSizes(model, bytes, pauseFor(signal));
  const nonZeros = nonZerosIn(layers);
  return {
    sizes: { parameters, nonZeros, sparsity, macs, bytes, gzipBytes, sparseBytes, entropyBytes },
    layers: coded,
  };
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

/** Bytes that a file takes as gzip of level 6. It is never in memory as a whole. */
async function gzippedBytes(file: string, signal: AbortSignal): Promise<number> {
  let bytes = 0;
  const counter = new Writable({
    write(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      done();
    },
  });
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), createGzip({ level: 6 }), counter, {
    signal,
  });
  return bytes;
}
