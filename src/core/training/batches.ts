// The batches of an epoch, prepared ahead: while a step computes, the samples of the next steps are read.
import type { Batch, DataSet } from '../data/dataSet';

/**
 * Sizes of the batches of an epoch: full ones, and what is left. Where less than half a batch would be left, it shares
 * the samples of the last full batch evenly, because a batch of one or two samples has no statistics to normalize by
 * and the noisiest of gradients.
 */
export function batchSizes(samples: number, batch: number): number[] {
  const left = samples % batch;
  const full = Math.floor(samples / batch);
  const sizes = Array.from({ length: full }, () => batch);
  if (left === 0) return sizes;
  if (full === 0 || left >= batch / 2) return [...sizes, left];
  const shared = batch + left;
  return [...sizes.slice(1), Math.ceil(shared / 2), Math.floor(shared / 2)];
}

/** Batches that are read or waiting, beside the one at hand; what bounds the memory. */
const ahead = 2;

/** Changes samples, whose indices in the data it is told. */
export type PrepareBatch = (batch: Batch, indices: Int32Array) => Batch;

/**
 * The samples in the given order, cut into batches. The next ones are asked for before one is handed out. Throws what
 * reading throws, at the batch that it happened in.
 */
export async function* batchesOf(
  data: DataSet,
  order: Int32Array,
  sizes: readonly number[],
  prepare: PrepareBatch,
): AsyncGenerator<Batch, void> {
  const waiting: Promise<Batch>[] = [];
  let next = 0;
  let start = 0;
  const ask = (): void => {
    const size = sizes[next++];
    if (size === undefined) return;
    const indices = order.subarray(start, start + size);
    start += size;
    const batch = data.rows(indices).then((read) => prepare(read, indices));
    // Whoever stops early never asks for it, and its failure is then no one's.
    batch.catch(() => undefined);
    waiting.push(batch);
  };
  for (let i = 0; i <= ahead; i++) ask();
  for (let batch = waiting.shift(); batch; batch = waiting.shift()) {
    const ready = await batch;
    ask();
    yield ready;
  }
}
