// What the generated schema knows of its messages, as far as generic walks over them need it.
import type { DescField, DescMessage, Message } from '@bufbuild/protobuf';
import { ModelProtoSchema, TensorProtoSchema } from './onnx_pb';

/** A field that holds one message or a list of them. */
export type MessageField = DescField &
  ({ fieldKind: 'message' } | { fieldKind: 'list'; listKind: 'message' });

export function isMessageField(field: DescField): field is MessageField {
  return field.fieldKind === 'message' || (field.fieldKind === 'list' && field.listKind === 'message');
}

/** The messages in a field, in order. */
export function messagesIn(message: Message, field: MessageField): readonly Message[] {
  const value = valueOf(message, field);
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly Message[]) : [value as Message];
}

/** What a field holds; undefined where a single message is not set. Not for fields of a oneof. */
export function valueOf(message: Message, field: DescField): unknown {
  return (message as unknown as Record<string, unknown>)[field.localName];
}

/** A copy that shares everything below it. Fields that are not set stay so: their defaults are in the prototype. */
export function shallowClone<T extends Message>(message: T): T {
  return Object.assign(Object.create(Object.getPrototypeOf(message)) as T, message);
}

export interface MessageFacts {
  readonly fields: ReadonlyMap<number, DescField>;
  /** By number, as they are written. */
  readonly sorted: readonly DescField[];
  /** Whether the message is a tensor or can hold one at any depth. */
  readonly mayHoldTensors: boolean;
  /** The fields through which it may. */
  readonly tensorFields: readonly MessageField[];
}

const facts = new Map<string, MessageFacts>();

/** Facts of a message type that ModelProto reaches. */
export function factsOf(schema: DescMessage): MessageFacts {
  if (facts.size === 0) collectFacts();
  return facts.get(schema.typeName)!;
}

function collectFacts(): void {
  const schemas = new Map<string, DescMessage>();
  const collect = (schema: DescMessage): void => {
    if (schemas.has(schema.typeName)) return;
    schemas.set(schema.typeName, schema);
    for (const field of schema.fields) if (isMessageField(field)) collect(field.message);
  };
  collect(ModelProtoSchema);
  const holders = new Set<string>([TensorProtoSchema.typeName]);
  const holdsTensors = (field: DescField): field is MessageField =>
    isMessageField(field) && holders.has(field.message.typeName);
  for (let before = 0; before < holders.size;) {
    before = holders.size;
    for (const schema of schemas.values()) {
      if (schema.fields.some(holdsTensors)) holders.add(schema.typeName);
    }
  }
  for (const schema of schemas.values()) {
    facts.set(schema.typeName, {
      fields: new Map(schema.fields.map((field) => [field.number, field])),
      sorted: schema.fields.toSorted((a, b) => a.number - b.number),
      mayHoldTensors: holders.has(schema.typeName),
      tensorFields: schema.fields.filter(holdsTensors),
    });
  }
}
