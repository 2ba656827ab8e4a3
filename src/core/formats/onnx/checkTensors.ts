// Looks at every tensor of a file once, wherever it is, before anything is made of it: finds external data, and sees
// that as many bytes are stored as the declared shape takes.
import type { DescMessage, Message } from '@bufbuild/protobuf';
import { CounterweightError } from '../../../shared/base/errors';
import { elementTypeOf } from './dataTypes';
import { externalReference, type ExternalFiles } from './externalData';
import {
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProto_DataLocation,
  TensorProtoSchema,
  type ModelProto,
  type NodeProto,
  type TensorProto,
} from './onnx_pb';
import { factsOf, messagesIn } from './schema';
import { expectedBytes, storedBytes } from './tensorBytes';
import { setContent } from './tensorContent';
import { WireError } from './wire';

/** Throws WireError, TENSOR_SIZE_MISMATCH, and what `ExternalFiles` throws. */
export function checkTensors(model: ModelProto, path: string, files: ExternalFiles): void {
  const visit = (schema: DescMessage, message: Message, owner: string): void => {
    if (schema.typeName === TensorProtoSchema.typeName) {
      checkTensor(message as TensorProto, owner, path, files);
      return;
    }
    const inner = schema.typeName === NodeProtoSchema.typeName ? nodeLabel(message as NodeProto) : owner;
    for (const field of factsOf(schema).tensorFields) {
      for (const child of messagesIn(message, field)) visit(field.message, child, inner);
    }
  };
  visit(ModelProtoSchema, model, 'the model');
}

function nodeLabel(node: NodeProto): string {
  return node.name || `${node.opType}:${node.output[0] ?? ''}`;
}

function checkTensor(proto: TensorProto, owner: string, path: string, files: ExternalFiles): void {
  const tensor = proto.name || `in ${owner}`;
  const shape = shapeOf(proto, tensor);
  const type = elementTypeOf(proto.dataType);
  const isExternal = proto.dataLocation === TensorProto_DataLocation.EXTERNAL;
  // Of an unknown type nobody knows how many bytes it takes; it is kept with what it has.
  if (type === 'string' || (type === undefined && !isExternal)) return;
  const expected = type === undefined ? undefined : expectedBytes(type, shape);
  const declared = type === undefined ? '' : `${type}[${shape.join(',')}]`;
  if (isExternal) {
    const reference = externalReference(proto);
    if (!reference) throw new WireError(`tensor ${tensor} does not say where its external data is`);
    const range = files.range(reference, tensor, expected ?? Number.MAX_SAFE_INTEGER);
    setContent(proto, { kind: 'external', range, location: reference.location });
  }
  if (type === undefined) return;
  const actual = storedBytes(proto, type).length;
  if (actual !== expected) {
    throw new CounterweightError('TENSOR_SIZE_MISMATCH', {
      tensor,
      path,
      declared,
      expected: expected ?? 'too many',
      actual,
    });
  }
}

function shapeOf(proto: TensorProto, tensor: string): readonly number[] {
  let elements = 1;
  const shape = proto.dims.map((dimension) => {
    const size = Number(dimension);
    // Sizes of zero do not hide what the others would come to: products of parts of a shape are formed everywhere.
    elements *= Math.max(size, 1);
    return size;
  });
  if (shape.some((size) => size < 0) || elements > Number.MAX_SAFE_INTEGER) {
    throw new WireError(`tensor ${tensor} has the impossible shape [${shape.join(',')}]`);
  }
  return shape;
}
