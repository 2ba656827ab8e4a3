// Which samples of a data set are looked at where not all of them are.

/**
 * Indices at equal distances, at most `limit` of them: data is often sorted by class. Where a model takes batches of
 * one size, as many as fill whole ones, as long as there is one.
 */
export function evenlySpread(count: number, limit: number, batch?: number): Int32Array {
  const asked = Math.min(count, limit);
  const taken = batch === undefined || asked < batch ? asked : asked - (asked % batch);
  return Int32Array.from({ length: taken }, (_, i) => Math.floor((i * count) / taken));
}
