// What the native and the WebAssembly package of ONNX Runtime have in common: sessions, tensors and refusals.
import type * as Ort from 'onnxruntime-node';
import path from 'node:path';
import { CounterweightError } from '../../shared/base/errors';
import { elementTypes, type ElementType } from '../ir/elementType';
import type { Shape } from '../ir/graph';
import type { RuntimeTensor, RuntimeValue, Session } from './runtime';

/** The part of the packages' API that is used here; onnxruntime-node and onnxruntime-web share it. */
export interface OrtModule {
  readonly env: Ort.Env;
  readonly InferenceSession: Ort.InferenceSessionFactory;
  readonly Tensor: Ort.TensorConstructor;
}

interface LoadedSession {
  readonly session: Ort.InferenceSession;
  /** Its path or its bytes, for messages only. */
  readonly model: string | Uint8Array;
  /** Whether outputs are written to arrays of the caller's; WebAssembly, with a memory of its own, leaves them as they are. */
  readonly writesOutputs: boolean;
}

/** Wraps a loaded session. */
export function ortSession(ort: OrtModule, { session, model, writesOutputs }: LoadedSession): Session {
  const outputs = session.outputMetadata.map(toRuntimeValue);
  // Sequences and maps cannot cross into JavaScript: asking for one fails the whole run.
  const readable = outputs.filter((output) => output.type !== undefined).map((output) => output.name);
  return {
    inputs: session.inputMetadata.map(toRuntimeValue),
    outputs,
    run: async (feeds, fetches = readable, into = {}) => {
      try {
        const wanted = writesOutputs ? toOrtFetches(ort, fetches, into) : [...fetches];
        const results = await session.run(toOrtFeeds(ort, feeds), wanted);
        return Object.fromEntries(
          fetches.map((name) => {
            const [result, given] = [fromOrt(results[name]!), into[name]];
            if (given && !writesOutputs) bytesOf(given).set(bytesOf(result));
            return [name, given ?? result];
          }),
        );
      } catch (error) {
        throw refused(error, model);
      }
    },
    dispose: () => session.release(),
  };
}

/** RUNTIME_REFUSED with the runtime's own sentence. */
export function refused(error: unknown, model: string | Uint8Array): CounterweightError<'RUNTIME_REFUSED'> {
  return new CounterweightError(
    'RUNTIME_REFUSED',
    {
      path: typeof model === 'string' ? path.basename(model) : 'the model',
      problem: problemOf(error, model),
    },
    { cause: error },
  );
}

/** The first line of an error's message, without the paths of this machine and of the runtime's build. */
function problemOf(error: unknown, model: string | Uint8Array): string {
  const message = error instanceof Error ? error.message : String(error);
  let line = message.split('\n').find((candidate) => candidate.trim() !== '') ?? 'unknown reason';
  if (typeof model === 'string') line = line.replaceAll(model, path.basename(model));
  return line
    .replaceAll(/(?:[A-Za-z]:)?[\\/][^\s:]*onnxruntime[^\s:]*[\\/][^\s:]*:\d+ ?/g, '')
    .replace(/^(?:Error: )+|^Load model from .+? failed:|^.*\bERROR_MESSAGE: /, '')
    .trim();
}

/** An unknown size is an empty name natively and an unsigned -1 in WebAssembly. */
const unknownDimensions: ReadonlySet<unknown> = new Set(['', -1, 0xffffffff]);

function toRuntimeValue(metadata: Ort.InferenceSession.ValueMetadata): RuntimeValue {
  if (!metadata.isTensor) return { name: metadata.name, type: undefined, shape: undefined };
  const shape: Shape = metadata.shape.map((dimension) =>
    unknownDimensions.has(dimension) ? undefined : dimension,
  );
  return { name: metadata.name, type: elementTypeOf(metadata.type), shape };
}

function elementTypeOf(type: string): ElementType | undefined {
  return type in elementTypes ? (type as ElementType) : undefined;
}

function toOrtFeeds(
  ort: OrtModule,
  feeds: Readonly<Record<string, RuntimeTensor>>,
): Ort.InferenceSession.FeedsType {
  return Object.fromEntries(Object.entries(feeds).map(([name, tensor]) => [name, toOrt(ort, tensor)]));
}

function toOrtFetches(
  ort: OrtModule,
  names: readonly string[],
  into: Readonly<Record<string, RuntimeTensor>>,
): Ort.InferenceSession.FetchesType {
  return Object.fromEntries(names.map((name) => [name, into[name] ? toOrt(ort, into[name]) : null]));
}

function toOrt(ort: OrtModule, { type, data, shape }: RuntimeTensor): Ort.Tensor {
  return new ort.Tensor(type as Ort.Tensor.Type, data as Ort.Tensor.DataType, shape);
}

function bytesOf({ data }: RuntimeTensor): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** Strings are told by type and shape alone: nothing here reads them, and they are no ArrayBufferView. */
function fromOrt(value: Ort.OnnxValue): RuntimeTensor {
  const { data, dims, type } = value;
  const content: unknown = data;
  return {
    type,
    shape: [...dims],
    data: ArrayBuffer.isView(content) ? rawHalves(type, content) : new Uint8Array(),
  };
}

/** Newer JavaScript engines give float16 as Float16Array; the interface promises its bits. */
function rawHalves(type: string, data: ArrayBufferView): ArrayBufferView {
  if (type !== 'float16' || data instanceof Uint16Array) return data;
  return new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2);
}
