// Shapes that no rule knows, found by running: ONNX Runtime gets zeros and is asked for the values in question.
import { CounterweightError } from '../../shared/base/errors';
import { elementTypes, packedBytes, type ElementType } from '../ir/elementType';
import type { Model, Shape, ValueInfo } from '../ir/graph';
import { modelToBytes } from '../formats/modelBytes';
import { storedTensors, graphsWithin } from '../ir/traversal';
import type { Runtime, RuntimeTensor } from '../runtime/runtime';
import type { InputSizes } from './inputSizes';

/** Larger models are not held in memory a second time only to learn shapes. */
const mostStoredBytes = 256e6;

/** Runs the model once; undefined where it is too large, has inputs of unknown shape, or the runtime refuses it. */
export async function measureShapes(
  model: Model,
  sizes: InputSizes,
  wanted: readonly string[],
  runtime: Runtime,
): Promise<ReadonlyMap<string, Shape> | undefined> {
  const feeds = zeroFeeds(model, sizes);
  if (!feeds || storedBytes(model) > mostStoredBytes) return undefined;
  try {
    const session = await runtime.load(modelToBytes(withOutputs(model, wanted)));
    try {
      // Sequences and maps have no shape.
      const readable = new Set(
        session.outputs.filter(({ type }) => type !== undefined).map(({ name }) => name),
      );
      const fetches = wanted.filter((name) => readable.has(name));
      const results = await session.run(feeds, fetches);
      return new Map(Object.entries(results).map(([name, { shape }]) => [name, shape]));
    } finally {
      await session.dispose();
    }
  } catch (error) {
    if (CounterweightError.is(error)) return undefined;
    throw error;
  }
}

/** A copy of the model that gives the values of the names instead of its own outputs. */
export function withOutputs(model: Model, names: readonly string[]): Model {
  const stated = new Map(model.graph.outputs.map((output) => [output.name, output]));
  const outputs = names.map((name): ValueInfo => stated.get(name) ?? { name });
  return { ...model, graph: { ...model.graph, outputs } };
}

/** Zeros for every input that is not stored; undefined where a shape or a type has none. */
export function zeroFeeds(model: Model, sizes: InputSizes): Record<string, RuntimeTensor> | undefined {
  const stored = new Set(model.graph.initializers.map(({ name }) => name));
  const feeds: Record<string, RuntimeTensor> = {};
  for (const { name, type } of model.graph.inputs) {
    if (stored.has(name)) continue;
    const shape = sizes.shapes.get(name);
    const data =
      type &&
      shape &&
      zeros(
        type,
        shape.reduce((product, size) => product * size, 1),
      );
    if (!data) return undefined;
    feeds[name] = { type, shape, data };
  }
  return feeds;
}

function zeros(type: ElementType, elements: number): ArrayBufferView | undefined {
  const { bits, kind } = elementTypes[type];
  if (kind === 'string' || kind === 'complex') return undefined;
  const { buffer } = new Uint8Array(Math.max(packedBytes(type, elements), 1));
  if (kind === 'float') {
    if (bits === 32) return new Float32Array(buffer, 0, elements);
    if (bits === 64) return new Float64Array(buffer, 0, elements);
    return bits === 16 ? new Uint16Array(buffer, 0, elements) : undefined;
  }
  return integerZeros(buffer, bits, elements, kind === 'int');
}

function integerZeros(
  buffer: ArrayBuffer,
  bits: number,
  elements: number,
  signed: boolean,
): ArrayBufferView | undefined {
  switch (bits) {
    case 64:
      return signed ? new BigInt64Array(buffer, 0, elements) : new BigUint64Array(buffer, 0, elements);
    case 32:
      return signed ? new Int32Array(buffer, 0, elements) : new Uint32Array(buffer, 0, elements);
    case 16:
      return signed ? new Int16Array(buffer, 0, elements) : new Uint16Array(buffer, 0, elements);
    case 8:
      return signed ? new Int8Array(buffer, 0, elements) : new Uint8Array(buffer, 0, elements);
    default:
      return undefined;
  }
}

function storedBytes(model: Model): number {
  let bytes = 0;
  for (const graph of graphsWithin(model.graph)) {
    for (const tensor of storedTensors(graph).values()) bytes += tensor.byteLength;
  }
  return bytes;
}
