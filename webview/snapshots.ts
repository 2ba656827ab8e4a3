// Snapshots arrive whole each time; this tells whether a part of one says anything new.

/** Equal for values that hold the same, with typed arrays told apart by length and a sample of their content. */
export function contentKey(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (part instanceof Float32Array ? sample(part) : part));
}

function sample(values: Float32Array): readonly number[] {
  const step = Math.max(1, Math.floor(values.length / 64));
  const some: number[] = [values.length];
  for (let index = 0; index < values.length; index += step) some.push(values[index] ?? 0);
  return some;
}
