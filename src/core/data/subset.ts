// Parts of a data set: what is held out, and the shares that a learning curve trains on.
import type { DataSet } from './dataSet';
import { shuffledIndices } from './shuffle';

/** The samples of these indices, in this order. Nothing is read. */
export function subset(data: DataSet, indices: Int32Array, name = data.name): DataSet {
  const { labels } = data;
  return {
    ...data,
    name,
    count: indices.length,
    ...(labels && { labels: Int32Array.from(indices, (index) => labels[index]!) }),
    rows: (rows) => data.rows(Int32Array.from(rows, (row) => indices[row]!)),
  };
}

/**
 * Cuts the samples in two by chance: `part` of them (0 to 1) and the rest. The same seed gives the same two, and of two
 * parts with one seed the larger holds the smaller's samples. Where labels are known, each class is cut alike; at
 * least one sample is in the part, and one is left, if there are two.
 */
export function divide(
  data: DataSet,
  part: number,
  seed: number,
): { readonly part: Int32Array; readonly rest: Int32Array } {
  const order = data.labels ? interleaved(data.labels, seed) : shuffledIndices(data.count, seed);
  const wanted = Math.min(Math.max(Math.round(part * data.count), 1), Math.max(data.count - 1, 1));
  return { part: order.slice(0, wanted).toSorted(), rest: order.slice(wanted).toSorted() };
}

/** A share of the samples (0 to 1) as a data set of its own, by chance as `divide` cuts; all of them for 1. */
export function fraction(data: DataSet, part: number, seed: number): DataSet {
  return part >= 1 ? data : subset(data, divide(data, part, seed).part);
}

/** An order by chance of which every beginning has the classes in about the shares that the whole has. */
function interleaved(labels: Int32Array, seed: number): Int32Array {
  const byClass = new Map<number, number[]>();
  for (const index of shuffledIndices(labels.length, seed)) {
    const label = labels[index]!;
    const others = byClass.get(label);
    if (others) others.push(index);
    else byClass.set(label, [index]);
  }
  // The k-th of n samples of a class belongs at (k + ½) / n of the way; equal places keep the shuffled order.
  const place = new Float64Array(labels.length);
  for (const members of byClass.values()) {
    for (const [k, index] of members.entries()) place[index] = (k + 0.5) / members.length;
  }
  return shuffledIndices(labels.length, seed).toSorted((a, b) => place[a]! - place[b]!);
}
