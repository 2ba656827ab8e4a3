// Sizes for the dimensions that a model leaves open, so that its shapes can be inferred and its work counted.
import type { Dimension, Model, Shape, ValueInfo } from '../ir/graph';
import { allNodes, subgraphs } from '../ir/traversal';
import { operatorOf } from '../operators/operators';

/** Sizes for one attempt. */
export interface InputSizes {
  /** Shape of every input without open dimensions; inputs of unknown rank are not in it. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Sizes by the name of the dimension, which other values of the model use too. */
  readonly named: ReadonlyMap<string, number>;
  /** What was assumed, like "batch_size=1" or "image[2]=224"; empty where the model leaves nothing open. */
  readonly assumed: readonly string[];
}

/** Heights and widths to try for images, and lengths to try for everything that is neither an image nor a batch. */
const attempts: readonly { readonly image: number; readonly length: number }[] = [
  { image: 224, length: 1 },
  { image: 256, length: 16 },
  { image: 640, length: 128 },
  { image: 512, length: 512 },
  { image: 320, length: 4096 },
  { image: 128, length: 16000 },
];

/** Assignments in the order in which they are tried: one if only a batch is open, or nothing. */
export function* inputSizes(model: Model): Generator<InputSizes> {
  const { graph } = model;
  const isolated = isolatedInputs(model);
  const stored = new Set(graph.initializers.map(({ name }) => name));
  const inputs = graph.inputs.filter(({ name }) => !stored.has(name));
  let last = '';
  for (const attempt of attempts) {
    const sizes = sizesFor(inputs, isolated, attempt);
    const key = sizes.assumed.join();
    if (key !== last || last === '') yield sizes;
    if (key === '' || key === last) return;
    last = key;
  }
}

/** Inputs of graphs that operators run in ways of their own: all that is known of them is what they declare. */
function isolatedInputs(model: Model): readonly ValueInfo[] {
  return [...allNodes(model)]
    .filter((node) => operatorOf(node)?.body === undefined)
    .flatMap((node) => [...subgraphs(node)].flatMap((graph) => graph.inputs));
}

function sizesFor(
  inputs: readonly ValueInfo[],
  isolated: readonly ValueInfo[],
  attempt: (typeof attempts)[number],
): InputSizes {
  const shapes = new Map<string, readonly number[]>();
  const named = new Map<string, number>();
  const assumed: string[] = [];
  // States and caches beside the data keep the size 1, unless the model names it like one of the data.
  const data = inputs.find(({ shape }) => shape?.some((size, axis) => axis > 0 && !isKnown(size)));
  for (const { name, shape } of inputs) {
    if (!shape) continue;
    const sizes = shape.map((dimension, axis) => {
      if (isKnown(dimension)) return dimension;
      const symbol = typeof dimension === 'string' && isName(dimension) ? dimension : undefined;
      const known = symbol === undefined ? undefined : named.get(symbol);
      if (known !== undefined) return known;
      const size = name === data?.name ? sizeFor(shape, axis, attempt) : 1;
      if (symbol !== undefined) named.set(symbol, size);
      assumed.push(`${symbol ?? `${name}[${axis}]`}=${size}`);
      return size;
    });
    shapes.set(name, sizes);
  }
  for (const size of isolated.flatMap(({ shape }) => shape ?? [])) {
    if (typeof size !== 'string' || !isName(size) || named.has(size)) continue;
    named.set(size, 1);
    assumed.push(`${size}=1`);
  }
  return { shapes, named, assumed };
}

function sizeFor(shape: Shape, axis: number, attempt: (typeof attempts)[number]): number {
  if (axis === 0) return 1;
  return isImage(shape) && axis >= 2 ? attempt.image : attempt.length;
}

function isKnown(size: Dimension): size is number {
  return typeof size === 'number' && size > 0;
}

/** Batch, one to four channels, height and width. */
function isImage(shape: Shape): boolean {
  const channels = shape[1];
  return shape.length === 4 && typeof channels === 'number' && channels <= 4;
}

/** Exporters write "?" and "None" where there is no name. */
function isName(symbol: string): boolean {
  return /^[A-Za-z_]/.test(symbol) && symbol !== 'None';
}
