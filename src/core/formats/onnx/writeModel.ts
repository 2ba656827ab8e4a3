// Makes a ModelProto of the graph. What was read from a file of this format and not changed since is the very message
// that was read; what was changed is a copy of it with the changed fields exchanged, unknown fields included.
import { create, type Message } from '@bufbuild/protobuf';
import type { Attribute, Graph, Model, ModelFunction, Node, Shape, ValueInfo } from '../../ir/graph';
import type { Tensor } from '../../ir/tensor';
import { dataTypeOf } from './dataTypes';
import {
  AttributeProto_AttributeType as AttributeType,
  AttributeProtoSchema,
  FunctionProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
  type AttributeProto,
  type FunctionProto,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type OperatorSetIdProto,
  type TensorProto,
  type TensorShapeProto,
  type ValueInfoProto,
} from './onnx_pb';
import { isUnchanged, originOf } from './origin';
import { canonicalDomain, type GraphRead, type ModelRead } from './readModel';
import { shallowClone } from './schema';
import { lazyBytes, setContent } from './tensorContent';

export function modelToProto(model: Model): ModelProto {
  const origin = originOf<ModelProto, ModelRead>(model, ModelProtoSchema);
  const proto = origin ? shallowClone(origin.proto) : create(ModelProtoSchema);
  if (Number(proto.irVersion) !== model.irVersion) proto.irVersion = BigInt(model.irVersion);
  if (origin?.read.producer !== model.producer) {
    proto.producerName = model.producer ?? '';
    proto.producerVersion = '';
  }
  if (origin?.read.opsets !== model.opsets) proto.opsetImport = opsetImports(proto.opsetImport, model.opsets);
  proto.graph = graphToProto(model.graph);
  proto.functions = model.functions.map(functionToProto);
  return proto;
}

/** The known entries with their versions brought up to date, without those that are gone, and the new ones. */
function opsetImports(
  known: readonly OperatorSetIdProto[],
  opsets: ReadonlyMap<string, number>,
): OperatorSetIdProto[] {
  const missing = new Map(opsets);
  const entries: OperatorSetIdProto[] = [];
  for (const entry of known) {
    const domain = canonicalDomain(entry.domain);
    const version = missing.get(domain);
    if (version === undefined) continue;
    missing.delete(domain);
    entries.push(changed(entry, Number(entry.version) === version ? {} : { version: BigInt(version) }));
  }
  for (const [domain, version] of missing) {
    entries.push(create(OperatorSetIdProtoSchema, { ...(domain && { domain }), version: BigInt(version) }));
  }
  return entries;
}

function changed<T extends Message>(message: T, changes: Partial<T>): T {
  return Object.keys(changes).length === 0 ? message : Object.assign(shallowClone(message), changes);
}

function functionToProto(fn: ModelFunction): FunctionProto {
  const origin = originOf<FunctionProto, ModelFunction>(fn, FunctionProtoSchema);
  if (origin && isUnchanged(fn, origin.read)) return origin.proto;
  const proto = origin ? shallowClone(origin.proto) : create(FunctionProtoSchema);
  setText(proto, 'name', fn.name);
  if (canonicalDomain(proto.domain) !== fn.domain) proto.domain = fn.domain;
  proto.node = fn.nodes.map(nodeToProto);
  return proto;
}

function graphToProto(graph: Graph): GraphProto {
  const origin = originOf<GraphProto, GraphRead>(graph, GraphProtoSchema);
  const { unreadInitializers, ...read } = origin?.read ?? {
    unreadInitializers: new Map<number, TensorProto>(),
  };
  if (origin && isUnchanged(graph, read as Partial<Graph>)) return origin.proto;
  const proto = origin ? shallowClone(origin.proto) : create(GraphProtoSchema);
  setText(proto, 'name', graph.name);
  proto.node = graph.nodes.map(nodeToProto);
  proto.input = graph.inputs.map(valueInfoToProto);
  proto.output = graph.outputs.map(valueInfoToProto);
  proto.valueInfo = graph.values.map(valueInfoToProto);
  proto.initializer = graph.initializers.map(tensorToProto);
  // What could not be read keeps its place, as far as it still exists.
  for (const [index, tensor] of unreadInitializers) proto.initializer.splice(index, 0, tensor);
  return proto;
}

function nodeToProto(node: Node): NodeProto {
  const origin = originOf<NodeProto, Node>(node, NodeProtoSchema);
  if (origin && isUnchanged(node, origin.read)) return origin.proto;
  const proto = origin ? shallowClone(origin.proto) : create(NodeProtoSchema);
  setText(proto, 'name', node.name);
  setText(proto, 'opType', node.operator);
  if (canonicalDomain(proto.domain) !== node.domain) proto.domain = node.domain;
  proto.input = [...node.inputs];
  proto.output = [...node.outputs];
  proto.attribute = node.attributes.map(attributeToProto);
  return proto;
}

interface AttributeRead {
  readonly name: string;
  readonly kind: Attribute['kind'];
  readonly value: unknown;
}

function attributeToProto(attribute: Attribute): AttributeProto {
  const origin = originOf<AttributeProto, AttributeRead>(attribute, AttributeProtoSchema);
  const value = attribute.kind === 'opaque' ? undefined : attribute.value;
  if (origin?.read.kind === attribute.kind && origin.read.value === value) {
    return changed(origin.proto, origin.read.name === attribute.name ? {} : { name: attribute.name });
  }
  const proto = create(AttributeProtoSchema, { name: attribute.name });
  if (origin && Object.hasOwn(origin.proto, 'docString')) proto.docString = origin.proto.docString;
  switch (attribute.kind) {
    case 'float':
      return Object.assign(proto, { type: AttributeType.FLOAT, f: attribute.value });
    case 'int':
      return Object.assign(proto, { type: AttributeType.INT, i: int64(attribute.value) });
    case 'string':
      return Object.assign(proto, { type: AttributeType.STRING, s: utf8(attribute.value) });
    case 'floats':
      return Object.assign(proto, { type: AttributeType.FLOATS, floats: [...attribute.value] });
    case 'ints':
      return Object.assign(proto, { type: AttributeType.INTS, ints: attribute.value.map(int64) });
    case 'strings':
      return Object.assign(proto, { type: AttributeType.STRINGS, strings: attribute.value.map(utf8) });
    case 'tensor':
      return Object.assign(proto, { type: AttributeType.TENSOR, t: tensorToProto(attribute.value) });
    case 'graph':
      return Object.assign(proto, { type: AttributeType.GRAPH, g: graphToProto(attribute.value) });
    case 'graphs':
      return Object.assign(proto, { type: AttributeType.GRAPHS, graphs: attribute.value.map(graphToProto) });
    default:
      throw new Error(`Attribute ${attribute.name} holds nothing that could be written`);
  }
}

const encoder = new TextEncoder();

function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** A number as int64; what float64 rounded up to 2^63 is the largest one again. */
function int64(value: number): bigint {
  return BigInt.asIntN(64, value >= 2 ** 63 ? 2n ** 63n - 1n : BigInt(Math.trunc(value)));
}

function tensorToProto(tensor: Tensor): TensorProto {
  const origin = originOf<TensorProto, undefined>(tensor, TensorProtoSchema);
  if (origin) return origin.proto;
  if (tensor.type === 'string')
    throw new Error(`String tensor ${tensor.name} has no content that could be written`);
  const proto = create(TensorProtoSchema, {
    dims: tensor.shape.map(BigInt),
    dataType: dataTypeOf(tensor.type),
    ...(tensor.name && { name: tensor.name }),
  });
  const bytes = lazyBytes(tensor.byteLength, (offset, length) => tensor.bytes(offset, length));
  setContent(proto, { kind: 'new', bytes });
  return proto;
}

function valueInfoToProto(value: ValueInfo): ValueInfoProto {
  const origin = originOf<ValueInfoProto, Pick<ValueInfo, 'name' | 'type' | 'shape'>>(
    value,
    ValueInfoProtoSchema,
  );
  if (origin && value.type === origin.read.type && value.shape === origin.read.shape) {
    return changed(origin.proto, value.name === origin.read.name ? {} : { name: value.name });
  }
  const proto = origin ? shallowClone(origin.proto) : create(ValueInfoProtoSchema, { name: value.name });
  setText(proto, 'name', value.name);
  if (value.type === undefined) {
    delete proto.type;
    return proto;
  }
  const tensorType = create(TypeProto_TensorSchema, { elemType: dataTypeOf(value.type) });
  if (value.shape) tensorType.shape = shapeToProto(value.shape);
  proto.type = create(TypeProtoSchema, { value: { case: 'tensorType', value: tensorType } });
  return proto;
}

function shapeToProto(shape: Shape): TensorShapeProto {
  return create(TensorShapeProtoSchema, {
    dim: shape.map((dimension) => {
      const dim = create(TensorShapeProto_DimensionSchema);
      if (typeof dimension === 'number') dim.value = { case: 'dimValue', value: BigInt(dimension) };
      else if (dimension !== undefined) dim.value = { case: 'dimParam', value: dimension };
      return dim;
    }),
  });
}

/** Sets a text that differs; one that is not set stays so while it is empty. */
function setText<K extends string>(message: Record<K, string>, key: K, text: string): void {
  if (message[key] !== text) message[key] = text;
}
