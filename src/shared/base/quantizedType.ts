// What a quantization is called in a word, in names of files and wherever runs are listed: int8, int4-static, fp16.

/** The name for options of the step "quantize", whose defaults need not be filled in. */
export function quantizedType(options: Readonly<Record<string, unknown>>): string {
  const { scheme, budget, activations } = options;
  const bits = typeof options['bits'] === 'number' ? options['bits'] : 8;
  const mode = isObject(activations) ? `-${textOf(activations['mode']) ?? 'static'}` : '';
  if (budget !== undefined) return `mixed${mode}`;
  const name = schemeNames.get(textOf(scheme) ?? '');
  return `${name?.(bits) ?? `int${bits}`}${mode}`;
}

/** Of the schemes that are no integers on a uniform grid, by their values in a recipe. */
const schemeNames: ReadonlyMap<string, (bits: number) => string> = new Map<string, (bits: number) => string>([
  ['float16', () => 'fp16'],
  ['bfloat16', () => 'bf16'],
  ['kmeans', (bits) => `kmeans${bits}`],
  ['power-of-two', (bits) => `pot${bits}`],
  ['nf4', () => 'nf4'],
]);

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
