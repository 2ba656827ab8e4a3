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

/** What came of a run. */
export interface Measured {
  /** Undefined where the model is too large, has inputs of unknown shape, or does not run with these sizes. */
  readonly shapes?: ReadonlyMap<string, Shape>;
  /** Why the runtime does not even load the model. */
  readonly refusal?: CounterweightError<'RUNTIME_REFUSED'>;
}

/** Runs the model once and tells the shapes of the wanted values. */
export async function measureShapes(
  model: Model,
  sizes: InputSizes,
  wanted: readonly string[],
  runtime: Runtime,
): Promise<Measured> {
  const feeds = zeroFeeds(model, sizes);
  if (!feeds || storedBytes(model) > mostStoredBytes) return {};
  const session = await orRefusal(runtime.load(modelToBytes(withOutputs(model, wanted))));
  if (CounterweightError.is(session)) return refusalOf(model, runtime);
  try {
    // Sequences and maps have no shape.
    const readable = new Set(session.outputs.filter(({ type }) => type).map(({ name }) => name));
    const results = await orRefusal(
      session.run(
        feeds,
        wanted.filter((name) => readable.has(name)),
      ),
    );
    if (CounterweightError.is(results)) return {};
    return { shapes: new Map(Object.entries(results).map(([name, { shape }]) => [name, shape])) };
  } finally {
    await session.dispose();
  }
}

/** The extra outputs may be to blame for a refusal; so the model is tried as it is. */
async function refusalOf(model: Model, runtime: Runtime): Promise<Measured> {
  const session = await orRefusal(runtime.load(modelToBytes(model)));
  if (CounterweightError.is(session, 'RUNTIME_REFUSED')) return { refusal: session };
  if (!CounterweightError.is(session)) await session.dispose();
  return {};
}

/** The result, or the error of ours that it ended with. */
async function orRefusal<T>(work: Promise<T>): Promise<T | CounterweightError> {
  try {
    return await work;
  } catch (error) {
    if (CounterweightError.is(error)) return error;
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
