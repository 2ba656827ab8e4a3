// What a file format is to the product. `formats.ts` is the list; content decides, the name only breaks ties.
import type { Model } from '../ir/graph';

/** A file's bytes in ranges, so that nothing has to be loaded whole. Reads are synchronous: the engine's own process waits. */
export interface ByteSource {
  readonly path: string;
  readonly size: number;
  /** Exactly `length` bytes at `offset`; throws ONNX_CORRUPT-like errors of the format's making when they are not there. */
  read(offset: number, length: number): Uint8Array;
}

export interface OutputFile {
  /** Absolute path of the file. */
  readonly path: string;
  readonly chunks: Iterable<Uint8Array>;
}

export interface Format {
  readonly id: string;
  readonly title: string;
  readonly extensions: readonly string[];
  /** Whether the first bytes (up to 4096) are of this format. */
  sniff(head: Uint8Array, path: string): boolean;
  /** Reads a model; tensors stay lazy. Throws CounterweightError. */
  read(source: ByteSource): Model;
  /** The files that make up the model at `path`: itself and, where it has them, its external data. Nothing is written. */
  write(model: Model, path: string): readonly OutputFile[];
  /** All files of a model that was read from `path`, with it: external data too. */
  files(model: Model, path: string): readonly string[];
}
