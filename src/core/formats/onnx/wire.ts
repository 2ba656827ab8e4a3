// The protobuf wire format at its lowest level: tags, lengths and how far a field reaches
// (https://protobuf.dev/programming-guides/encoding/). Everything is checked against the end of what holds it.
import type { ByteSource } from '../format';

export const WireType = { varint: 0, fixed64: 1, bytes: 2, startGroup: 3, endGroup: 4, fixed32: 5 } as const;

/** Deepest nesting of messages and groups, the usual limit of protobuf libraries. */
export const maxDepth = 100;

/** What is wrong with the bytes; the reader of the file makes an ONNX_CORRUPT of it. */
export class WireError extends Error {}

export interface WireField {
  readonly number: number;
  readonly wireType: number;
  /** Where the tag begins. */
  readonly start: number;
  /** Where the value begins: for bytes, after their length. */
  readonly content: number;
  /** Where the field ends. */
  readonly end: number;
}

const windowBytes = 1 << 16;

/** Reads fields at any position of a source through a window, so that few and small reads reach the file. */
export class WireReader {
  private window: Uint8Array = new Uint8Array(0);
  private windowStart = 0;

  constructor(readonly source: ByteSource) {}

  /** The field at `position` of a message that ends at `end`. Throws WireError. */
  field(position: number, end: number, depth = 0): WireField {
    const [tag, afterTag] = this.varint(position, end);
    const number = Math.floor(tag / 8);
    const wireType = tag % 8;
    if (number < 1 || number > 0x1fffffff)
      throw new WireError(`there is no field ${number} at byte ${position}`);
    let content = afterTag;
    let fieldEnd: number;
    switch (wireType) {
      case WireType.varint:
        fieldEnd = this.varint(afterTag, end)[1];
        break;
      case WireType.fixed64:
        fieldEnd = afterTag + 8;
        break;
      case WireType.fixed32:
        fieldEnd = afterTag + 4;
        break;
      case WireType.bytes: {
        const [length, afterLength] = this.varint(afterTag, end);
        content = afterLength;
        fieldEnd = afterLength + length;
        break;
      }
      case WireType.startGroup:
        fieldEnd = this.groupEnd(afterTag, end, number, depth + 1);
        break;
      case WireType.endGroup:
        fieldEnd = afterTag;
        break;
      default:
        throw new WireError(`there is no field type ${wireType} at byte ${position}`);
    }
    if (fieldEnd > end) {
      throw new WireError(
        `field ${number} at byte ${position} is longer than what is left (${end - content} bytes)`,
      );
    }
    return { number, wireType, start: position, content, end: fieldEnd };
  }

  /** The bytes from `start` to `end`. */
  bytes(start: number, end: number): Uint8Array {
    const inWindow = start - this.windowStart;
    if (inWindow >= 0 && end <= this.windowStart + this.window.length) {
      return this.window.subarray(inWindow, end - this.windowStart);
    }
    return this.source.read(start, end - start);
  }

  private groupEnd(position: number, end: number, number: number, depth: number): number {
    if (depth > maxDepth) throw new WireError('its parts are nested too deeply');
    for (let next = position; next < end;) {
      const field = this.field(next, end, depth);
      next = field.end;
      if (field.wireType !== WireType.endGroup) continue;
      if (field.number !== number) break;
      return next;
    }
    throw new WireError(`the group at byte ${position} has no end`);
  }

  /** An unsigned number and the position after it. Values above 2^53 lose their lowest bits, which no length has. */
  private varint(position: number, end: number): [number, number] {
    let value = 0;
    let scale = 1;
    for (let next = position; next < position + 10; next++) {
      if (next >= end) throw new WireError(`it ends within a number at byte ${position}`);
      const byte = this.byte(next);
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return [value, next + 1];
      scale *= 128;
    }
    throw new WireError(`there is a number of more than 10 bytes at byte ${position}`);
  }

  /** The byte at a position that is known to be there. */
  byte(position: number): number {
    const index = position - this.windowStart;
    if (index >= 0 && index < this.window.length) return this.window[index]!;
    this.windowStart = position;
    this.window = this.source.read(position, Math.min(windowBytes, this.source.size - position));
    return this.window[0]!;
  }
}

/** A source over bytes in memory. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    path: '',
    size: bytes.length,
    read: (offset, length) => bytes.subarray(offset, offset + length),
  };
}
