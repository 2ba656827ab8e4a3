// Decides where the content of tensors goes when a model is written: into the model's file, or into an external data
// file beside it, as the ONNX specification lays it out (docs/ExternalData.md).
import type { DescMessage, Message } from '@bufbuild/protobuf';
import { create } from '@bufbuild/protobuf';
import { elementTypeOf } from './dataTypes';
import {
  GraphProtoSchema,
  ModelProtoSchema,
  StringStringEntryProtoSchema,
  TensorProto_DataLocation,
  TensorProtoSchema,
  type ModelProto,
  type TensorProto,
} from './onnx_pb';
import { contentFields } from './readMessage';
import { factsOf, messagesIn, shallowClone } from './schema';
import { storedBytes } from './tensorBytes';
import { contentOf, lazyBytes, lazyRange, setContent, type LazyBytes } from './tensorContent';

/** Smaller tensors stay in the model, where graph optimizers see them: the threshold of the onnx package. */
const externalBytes = 1024;

/** Tensors from this size on begin at a page, so that runtimes can map them into memory. */
const mappedBytes = 1 << 20;
const pageBytes = 4096;
/** What every other tensor is aligned to, so that it can be used where it was read. */
const alignmentBytes = 64;

export interface PlacedModel {
  readonly proto: ModelProto;
  /** The content of the external data file, where there is one. */
  readonly data: LazyBytes | undefined;
}

/** Whether any tensor of the model has its content in an external data file now. */
export function hasExternalData(model: ModelProto): boolean {
  let found = false;
  mapTensors(model, (tensor) => {
    found ||= contentOf(tensor)?.kind === 'external';
    return tensor;
  });
  return found;
}

/** A copy of the model that has all content inside. */
export function placeInside(model: ModelProto): PlacedModel {
  const proto = mapTensors(model, (tensor) => {
    const content = contentOf(tensor);
    if (content?.kind !== 'external') return tensor;
    const copy = withoutContent(tensor);
    copy.externalData = [];
    delete (copy as Partial<TensorProto>).dataLocation;
    setContent(copy, { kind: 'new', bytes: lazyRange(content.range) });
    return copy;
  });
  return { proto, data: undefined };
}

/**
 * A copy of the model with content in the data file `location`: 'kept' moves what was external already and what is
 * new and not small, 'all' every initializer that is not small.
 */
export function placeOutside(model: ModelProto, location: string, which: 'kept' | 'all'): PlacedModel {
  const data = new DataFile();
  const proto = mapTensors(model, (tensor, isInitializer) => {
    const content = contentOf(tensor);
    const type = elementTypeOf(tensor.dataType);
    const wasOutside = content?.kind === 'external';
    const mayMove = isInitializer && type !== undefined && type !== 'string';
    if (!wasOutside && !(mayMove && (which === 'all' || content?.kind === 'new'))) return tensor;
    const bytes = packedContent(tensor);
    if (!wasOutside && bytes.length < externalBytes) return tensor;
    const source = wasOutside ? content.range : undefined;
    const key = source && `${source.offset} ${source.length} ${source.source.path}`;
    const copy = withoutContent(tensor);
    copy.externalData = entries({ location, offset: data.add(bytes, key), length: bytes.length });
    copy.dataLocation = TensorProto_DataLocation.EXTERNAL;
    return copy;
  });
  return { proto, data: data.length > 0 || data.used ? data : undefined };
}

function entries(values: Readonly<Record<string, string | number>>): TensorProto['externalData'] {
  return Object.entries(values).map(([key, value]) =>
    create(StringStringEntryProtoSchema, { key, value: String(value) }),
  );
}

function packedContent(tensor: TensorProto): LazyBytes {
  const content = contentOf(tensor);
  if (content?.kind === 'new') return content.bytes;
  if (content?.kind === 'external') return lazyRange(content.range);
  const { length, read } = storedBytes(tensor, elementTypeOf(tensor.dataType)!);
  return lazyBytes(length, read);
}

/** A copy without content, in the message or beside it. */
function withoutContent(tensor: TensorProto): TensorProto {
  const copy = shallowClone(tensor);
  const fields = copy as unknown as Record<string, unknown>;
  for (const field of contentFields.values()) {
    if (field.fieldKind === 'list') fields[field.localName] = [];
    else delete fields[field.localName];
  }
  return copy;
}

/** The external data file in the making: tensors one after the other, aligned. */
class DataFile implements LazyBytes {
  length = 0;
  used = false;
  private readonly parts: { readonly offset: number; readonly bytes: LazyBytes }[] = [];
  private readonly offsets = new Map<string, number>();

  /** The offset of the bytes in the file. Content that several tensors share has one key and is there once. */
  add(bytes: LazyBytes, key: string | undefined): number {
    this.used = true;
    const known = key === undefined ? undefined : this.offsets.get(key);
    if (known !== undefined) return known;
    const alignment = bytes.length >= mappedBytes ? pageBytes : alignmentBytes;
    const offset = Math.ceil(this.length / alignment) * alignment;
    this.parts.push({ offset, bytes });
    this.length = offset + bytes.length;
    if (key !== undefined) this.offsets.set(key, offset);
    return offset;
  }

  *chunks(): Generator<Uint8Array> {
    let position = 0;
    for (const { offset, bytes } of this.parts) {
      if (offset > position) yield new Uint8Array(offset - position);
      yield* bytes.chunks();
      position = offset + bytes.length;
    }
  }
}

/** A model with its tensors exchanged, wherever they are; parts in which none changed are shared. */
function mapTensors(
  model: ModelProto,
  change: (tensor: TensorProto, isInitializer: boolean) => TensorProto,
): ModelProto {
  const map = (schema: DescMessage, message: Message): Message => {
    let copy: Message | undefined;
    for (const field of factsOf(schema).tensorFields) {
      const children = messagesIn(message, field);
      const isInitializer = field === GraphProtoSchema.field.initializer;
      const mapped = children.map((child) =>
        field.message.typeName === TensorProtoSchema.typeName
          ? change(child as TensorProto, isInitializer)
          : map(field.message, child),
      );
      if (mapped.every((child, i) => child === children[i])) continue;
      copy ??= shallowClone(message);
      (copy as unknown as Record<string, unknown>)[field.localName] =
        field.fieldKind === 'list' ? mapped : mapped[0];
    }
    return copy ?? message;
  };
  return map(ModelProtoSchema, model) as ModelProto;
}
