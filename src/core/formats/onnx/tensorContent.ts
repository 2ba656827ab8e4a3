// Where the content of a TensorProto is, when it is not in the message: left in its place in the file, in an external
// data file, or in a tensor that is about to be written. The schema has no field for that, hence a table beside it.
import type { ByteSource } from '../format';
import type { TensorProto } from './onnx_pb';

/** Bytes that are made when they are needed, a bounded part at a time. */
export interface LazyBytes {
  readonly length: number;
  chunks(): Iterable<Uint8Array>;
}

/** A range of a file. */
export interface FileRange {
  readonly source: ByteSource;
  readonly offset: number;
  readonly length: number;
}

export type TensorContent =
  /** A length-delimited field of the message whose content stayed in the file, encoded as it is there. */
  | { readonly kind: 'inPlace'; readonly field: number; readonly range: FileRange }
  /** The raw content in a file of its own, at the place that the message's `external_data` names. */
  | { readonly kind: 'external'; readonly range: FileRange; readonly location: string }
  /** Raw content of a tensor that was not read from a file of this format. */
  | { readonly kind: 'new'; readonly bytes: LazyBytes };

const contents = new WeakMap<TensorProto, TensorContent>();

export function contentOf(proto: TensorProto): TensorContent | undefined {
  return contents.get(proto);
}

export function setContent(proto: TensorProto, content: TensorContent): void {
  contents.set(proto, content);
}

const chunkBytes = 1 << 20;

/** A range of a file as lazy bytes. */
export function lazyRange({ source, offset, length }: FileRange): LazyBytes {
  return lazyBytes(length, (start, count) => source.read(offset + start, count));
}

/** Lazy bytes over a function that reads parts of them. */
export function lazyBytes(length: number, read: (offset: number, length: number) => Uint8Array): LazyBytes {
  return {
    length,
    *chunks() {
      for (let start = 0; start < length; start += chunkBytes) {
        yield read(start, Math.min(chunkBytes, length - start));
      }
    },
  };
}
