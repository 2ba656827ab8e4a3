// Decodes a message from a file without its bulk: content of tensors that is not small stays where it is. Messages
// that may hold such content are walked field by field; what lies between is decoded by the protobuf library.
import { create, mergeFromBinary, type DescField, type DescMessage, type Message } from '@bufbuild/protobuf';
import type { ByteSource } from '../format';
import { ModelProtoSchema, TensorProtoSchema, type ModelProto, type TensorProto } from './onnx_pb';
import { factsOf, isMessageField, valueOf, type MessageField } from './schema';
import { contentOf, setContent } from './tensorContent';
import { maxDepth, memorySource, WireError, WireReader, WireType, type WireField } from './wire';

/** Messages up to this size are decoded at once, with the content of their tensors. */
const smallBytes = 4096;

/** Most values a file's structure may have, tensor content aside: a bound on what a small file can make us allocate. */
const maxValues = 20_000_000;

/** The model in a file; the table of `tensorContent.ts` says where the content of its larger tensors is. Throws WireError. */
export function readModelProto(source: ByteSource): ModelProto {
  const state: State = { reader: new WireReader(source), values: 0 };
  return readMessage(state, ModelProtoSchema, 0, source.size, 1) as ModelProto;
}

/** Longest tag and length of a field. */
const headerBytes = 20;

/** Whether the first bytes of a file could be those of a message: fields that it has, encoded as they should be. */
export function looksEncodedAs(schema: DescMessage, head: Uint8Array): boolean {
  const reader = new WireReader(memorySource(head));
  const { fields } = factsOf(schema);
  try {
    for (let position = 0; position === 0 || position + headerBytes < head.length;) {
      const field = reader.field(position, Number.MAX_SAFE_INTEGER);
      const known = fields.get(field.number);
      // Files may have fields of later versions, but none begins with one.
      if (known ? !fits(known, field.wireType) : position === 0) return false;
      position = field.end;
    }
    return true;
  } catch (error) {
    if (error instanceof WireError) return false;
    throw error;
  }
}

interface State {
  readonly reader: WireReader;
  values: number;
}

function readMessage(state: State, schema: DescMessage, start: number, end: number, depth: number): Message {
  if (depth > maxDepth) throw new WireError('its parts are nested too deeply');
  const message: Message = create(schema);
  const facts = factsOf(schema);
  if (end - start <= smallBytes || !facts.mayHoldTensors) {
    merge(state, schema, message, start, end, depth);
    return message;
  }
  let decodedUpTo = start;
  for (let position = start; position < end;) {
    const field = state.reader.field(position, end, depth);
    position = field.end;
    const known = field.wireType === WireType.bytes ? facts.fields.get(field.number) : undefined;
    if (!known || field.end - field.content <= smallBytes) continue;
    if (isMessageField(known) && factsOf(known.message).mayHoldTensors) {
      merge(state, schema, message, decodedUpTo, field.start, depth);
      place(message, known, readMessage(state, known.message, field.content, field.end, depth + 1));
      decodedUpTo = field.end;
    } else if (schema.typeName === TensorProtoSchema.typeName && contentFields.has(field.number)) {
      merge(state, schema, message, decodedUpTo, field.start, depth);
      leaveInPlace(state, message as TensorProto, field);
      decodedUpTo = field.end;
    }
  }
  merge(state, schema, message, decodedUpTo, end, depth);
  if (schema.typeName === TensorProtoSchema.typeName) checkOnce(message as TensorProto);
  return message;
}

function place(message: Message, field: MessageField, child: Message): void {
  const target = message as unknown as Record<string, unknown>;
  if (field.fieldKind === 'list') (target[field.localName] as Message[]).push(child);
  else if (target[field.localName] === undefined) target[field.localName] = child;
  else throw new WireError(`${field.name} of ${message.$typeName} is there twice`);
}

/** Fields with content of tensors that `tensorBytes.ts` can read in place. String content cannot. */
export const contentFields: ReadonlyMap<number, DescField> = new Map(
  [
    TensorProtoSchema.field.floatData,
    TensorProtoSchema.field.int32Data,
    TensorProtoSchema.field.int64Data,
    TensorProtoSchema.field.rawData,
    TensorProtoSchema.field.doubleData,
    TensorProtoSchema.field.uint64Data,
  ].map((field) => [field.number, field]),
);

function leaveInPlace(state: State, tensor: TensorProto, field: WireField): void {
  if (contentOf(tensor)) throw new WireError(`the content of tensor ${tensor.name} is in several pieces`);
  const range = { source: state.reader.source, offset: field.content, length: field.end - field.content };
  setContent(tensor, { kind: 'inPlace', field: field.number, range });
}

/** Content partly left in place and partly decoded has no order any more. No producer writes it in pieces. */
function checkOnce(tensor: TensorProto): void {
  if (!contentOf(tensor)) return;
  const decoded = [...contentFields.values()].some(
    (field) => ((valueOf(tensor, field) as { length: number } | undefined)?.length ?? 0) > 0,
  );
  if (decoded) throw new WireError(`the content of tensor ${tensor.name} is in several pieces`);
}

function merge(
  state: State,
  schema: DescMessage,
  message: Message,
  start: number,
  end: number,
  depth: number,
): void {
  if (start === end) return;
  checkFields(state, schema, start, end, depth);
  const bytes = state.reader.bytes(start, end);
  try {
    mergeFromBinary(schema, message, bytes, { recursionLimit: maxDepth + 1 - depth });
  } catch (error) {
    // The library's errors have no codes: everything it throws here is about these bytes.
    throw new WireError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/**
 * Checks what the library does not: that parts end within the whole, that known fields are encoded as their type is,
 * and how many values there will be.
 */
function checkFields(state: State, schema: DescMessage, start: number, end: number, depth: number): void {
  if (depth > maxDepth) throw new WireError('its parts are nested too deeply');
  const { fields } = factsOf(schema);
  for (let position = start; position < end;) {
    const field = state.reader.field(position, end, depth);
    position = field.end;
    state.values++;
    const known = fields.get(field.number);
    if (known) {
      if (!fits(known, field.wireType)) {
        throw new WireError(
          `${schema.name}.${known.name} at byte ${field.start} is not encoded as it should be`,
        );
      }
      if (isMessageField(known)) checkFields(state, known.message, field.content, field.end, depth + 1);
      else if (isPackable(known) && field.wireType === WireType.bytes) checkPacked(state, known, field);
    } else if (field.wireType === WireType.endGroup) {
      throw new WireError(`a group ends at byte ${field.start} that did not begin`);
    }
    if (state.values > maxValues) throw new WireError(`it has more than ${maxValues} parts`);
  }
}

/** The library reads a last value over the end of its list. */
function checkPacked(state: State, known: DescField, field: WireField): void {
  const length = field.end - field.content;
  state.values += length;
  const wireType = scalarWireTypes.get(known.scalar!);
  const whole =
    wireType === WireType.varint
      ? length === 0 || state.reader.byte(field.end - 1) < 0x80
      : length % (wireType === WireType.fixed64 ? 8 : 4) === 0;
  if (!whole) throw new WireError(`the list ${known.name} at byte ${field.start} ends within a number`);
}

/** Wire type of each scalar type, by its number in FieldDescriptorProto.Type. */
const scalarWireTypes: ReadonlyMap<number, number> = new Map([
  [1, WireType.fixed64],
  [2, WireType.fixed32],
  [3, WireType.varint],
  [4, WireType.varint],
  [5, WireType.varint],
  [9, WireType.bytes],
  [12, WireType.bytes],
]);

function fits(field: DescField, wireType: number): boolean {
  if (isMessageField(field)) return wireType === WireType.bytes;
  if (isPackable(field) && wireType === WireType.bytes) return true;
  return wireType === (field.scalar === undefined ? WireType.varint : scalarWireTypes.get(field.scalar));
}

function isPackable(field: DescField): boolean {
  return (
    field.fieldKind === 'list' &&
    field.scalar !== undefined &&
    scalarWireTypes.get(field.scalar) !== WireType.bytes
  );
}
