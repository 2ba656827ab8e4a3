// Protobuf messages written by hand, for files that no library would write.

type Part = Uint8Array | readonly number[];

export function varint(value: number | bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return bytes;
}

/** A field that holds bytes: a text, a message, a packed list. */
export function bytesField(number: number, ...content: readonly (Part | string)[]): Uint8Array {
  const body = join(...content);
  return join(varint(number * 8 + 2), varint(body.length), body);
}

export function varintField(number: number, value: number | bigint): Uint8Array {
  return join(varint(number * 8), varint(value));
}

export function join(...parts: readonly (Part | string)[]): Uint8Array {
  return Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Uint8Array.from(part))),
  );
}

/** A model with the given content of its graph. */
export function modelBytes(...graph: readonly Part[]): Uint8Array {
  return join(varintField(1, 8), bytesField(7, ...graph), bytesField(8, varintField(2, 13)));
}

/** Whether a field comes after the name of a tensor, field 8. */
const isLate = (field: Uint8Array): boolean => field[0]! >= 8 * 8;

/** A tensor, to be put into field 5 of a graph (an initializer) or of an attribute; its fields in canonical order. */
export function tensorBytes(
  name: string,
  dataType: number,
  dims: readonly (number | bigint)[],
  ...content: readonly Uint8Array[]
): Uint8Array {
  const head = [...dims.map((size) => varintField(1, size)), varintField(2, dataType)];
  const early = content.filter((field) => !isLate(field));
  return join(...head, ...early, bytesField(8, name), ...content.filter(isLate));
}

export function initializer(...tensor: Parameters<typeof tensorBytes>): Uint8Array {
  return bytesField(5, tensorBytes(...tensor));
}
