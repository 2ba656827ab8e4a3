// Encodes a message with content that is not in it (see tensorContent.ts): sizes first, then the bytes in order, so
// that a file is written without ever being in memory as a whole. What has no such content is encoded by the protobuf
// library; the order of fields is the library's everywhere, by number with unknown ones last.
import { create, toBinary, type DescMessage, type Message } from '@bufbuild/protobuf';
import { TensorProtoSchema, type TensorProto } from './onnx_pb';
import { factsOf, isMessageField, messagesIn, shallowClone, valueOf } from './schema';
import { contentOf, lazyRange, type LazyBytes } from './tensorContent';

/** An encoded message: pieces in order, some of them made only when they are asked for. */
export interface Encoded {
  readonly length: number;
  readonly pieces: readonly (Uint8Array | LazyBytes)[];
}

export function encodeMessage(schema: DescMessage, message: Message): Encoded {
  return encode(schema, message, holdersWithin(schema, message));
}

/** The bytes of an encoded message, a bounded part at a time. */
export function* chunksOf(encoded: Encoded): Generator<Uint8Array> {
  for (const piece of encoded.pieces) {
    if (piece instanceof Uint8Array) yield piece;
    else yield* piece.chunks();
  }
}

/** The messages, at any depth, that hold content which is not in them. */
function holdersWithin(schema: DescMessage, message: Message): ReadonlySet<Message> {
  const holders = new Set<Message>();
  const visit = (type: DescMessage, part: Message): boolean => {
    let holds =
      type.typeName === TensorProtoSchema.typeName && fieldWithContent(part as TensorProto) !== undefined;
    for (const field of factsOf(type).tensorFields) {
      for (const child of messagesIn(part, field)) holds = visit(field.message, child) || holds;
    }
    if (holds) holders.add(part);
    return holds;
  };
  visit(schema, message);
  return holders;
}

interface FieldContent {
  readonly field: number;
  readonly bytes: LazyBytes;
}

/** The field of a tensor whose content is elsewhere. External content is no field. */
function fieldWithContent(tensor: TensorProto): FieldContent | undefined {
  const content = contentOf(tensor);
  if (content?.kind === 'inPlace') return { field: content.field, bytes: lazyRange(content.range) };
  if (content?.kind === 'new') return { field: TensorProtoSchema.field.rawData.number, bytes: content.bytes };
  return undefined;
}

function encode(schema: DescMessage, message: Message, holders: ReadonlySet<Message>): Encoded {
  const rope = new Rope();
  if (!holders.has(message)) {
    rope.add(toBinary(schema, message));
    return rope;
  }
  if (schema.typeName === TensorProtoSchema.typeName) encodeTensor(message as TensorProto, rope);
  else encodeHolder(schema, message, holders, rope);
  return rope;
}

function encodeTensor(tensor: TensorProto, rope: Rope): void {
  const { field, bytes } = fieldWithContent(tensor)!;
  rope.add(
    toBinary(
      TensorProtoSchema,
      onlyFields(TensorProtoSchema, tensor, (number) => number < field),
    ),
  );
  rope.addHeader(field, bytes.length);
  rope.add(bytes);
  const rest = onlyFields(TensorProtoSchema, tensor, (number) => number > field);
  if (tensor.$unknown) rest.$unknown = tensor.$unknown;
  rope.add(toBinary(TensorProtoSchema, rest));
}

function encodeHolder(
  schema: DescMessage,
  message: Message,
  holders: ReadonlySet<Message>,
  rope: Rope,
): void {
  const { sorted } = factsOf(schema);
  // What the library encodes at once: fields since the last one that was encoded apart.
  let pending = new Set<number>();
  const flush = (): void => {
    if (pending.size > 0) {
      const fields = pending;
      rope.add(
        toBinary(
          schema,
          onlyFields(schema, message, (number) => fields.has(number)),
        ),
      );
    }
    pending = new Set();
  };
  for (const field of sorted) {
    if (!isMessageField(field) || !messagesIn(message, field).some((child) => holders.has(child))) {
      pending.add(field.number);
      continue;
    }
    flush();
    for (const child of messagesIn(message, field)) {
      const encoded = encode(field.message, child, holders);
      rope.addHeader(field.number, encoded.length);
      rope.addAll(encoded);
    }
  }
  flush();
  if (message.$unknown) {
    const unknown = create(schema) as Message;
    unknown.$unknown = message.$unknown;
    rope.add(toBinary(schema, unknown));
  }
}

/** A message with those fields alone that are chosen by number. */
function onlyFields<T extends Message>(
  schema: DescMessage,
  message: T,
  choose: (number: number) => boolean,
): T {
  const empty = create(schema) as Message as unknown as Record<string, unknown>;
  const part = shallowClone(message);
  const fields = part as unknown as Record<string, unknown>;
  delete part.$unknown;
  for (const field of schema.fields) {
    if (choose(field.number) || valueOf(part, field) === undefined) continue;
    if (Object.hasOwn(empty, field.localName)) fields[field.localName] = empty[field.localName];
    else delete fields[field.localName];
  }
  return part;
}

class Rope implements Encoded {
  length = 0;
  readonly pieces: (Uint8Array | LazyBytes)[] = [];

  add(piece: Uint8Array | LazyBytes): void {
    if (piece.length === 0) return;
    this.pieces.push(piece);
    this.length += piece.length;
  }

  addAll(encoded: Encoded): void {
    for (const piece of encoded.pieces) this.pieces.push(piece);
    this.length += encoded.length;
  }

  /** Tag and length of a length-delimited field. */
  addHeader(field: number, length: number): void {
    this.add(Uint8Array.from([...varint(field * 8 + 2), ...varint(length)]));
  }
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  return bytes;
}
