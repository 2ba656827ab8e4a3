// A stored tensor. Its bytes stay where they are (a file, a buffer) until somebody asks for them.
import { elementsOf } from './elements';
import { packedBytes, type ElementType } from './elementType';

/** Reads `length` bytes at `offset` of a tensor's packed little-endian row-major content. */
export type TensorReader = (offset: number, length: number) => Uint8Array;

export interface TensorInit {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly read: TensorReader;
  /** What the format needs to write this very tensor back without loss. */
  readonly origin?: unknown;
}

/** Immutable: a changed tensor is a new one, and so has no origin. */
export class Tensor {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly origin: unknown;
  private readonly reader: TensorReader;

  constructor(init: TensorInit) {
    this.name = init.name;
    this.type = init.type;
    this.shape = init.shape;
    this.reader = init.read;
    this.origin = init.origin;
  }

  /** A tensor over bytes in memory, packed little-endian and row-major. */
  static fromBytes(name: string, type: ElementType, shape: readonly number[], bytes: Uint8Array): Tensor {
    return new Tensor({
      name,
      type,
      shape,
      read: (offset, length) => bytes.subarray(offset, offset + length),
    });
  }

  /** Number of elements: the product of the shape, 1 for a scalar. */
  get elements(): number {
    return elementsOf(this.shape);
  }

  /** Bytes of the packed content. */
  get byteLength(): number {
    return packedBytes(this.type, this.elements);
  }

  /** The packed content, or a part of it, read from its source at every call. */
  bytes(offset = 0, length = this.byteLength - offset): Uint8Array {
    return this.reader(offset, length);
  }
}
