// Makes the graph of a ModelProto. Every part remembers its message, so that what nobody changes is written back as
// it was, with all that is not understood here.
import { CounterweightError } from '../../../shared/base/errors';
import { note, type Note } from '../../../shared/base/messages';
import type {
  Attribute,
  AttributeValue,
  Dimension,
  Graph,
  Model,
  ModelFunction,
  Node,
  Shape,
  ValueInfo,
} from '../../ir/graph';
import { Tensor } from '../../ir/tensor';
import type { ByteSource } from '../format';
import { checkGraph } from './checkGraph';
import { checkTensors } from './checkTensors';
import { elementTypeOf } from './dataTypes';
import { ExternalFiles } from './externalData';
import {
  AttributeProto_AttributeType as AttributeType,
  type AttributeProto,
  type FunctionProto,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type TensorProto,
  type TensorShapeProto_Dimension,
  type ValueInfoProto,
} from './onnx_pb';
import { OnnxOrigin } from './origin';
import { readModelProto } from './readMessage';
import { storedBytes } from './tensorBytes';
import { WireError } from './wire';

/** What the origin of a model knows besides its message. */
export interface ModelRead extends Pick<Model, 'graph' | 'functions' | 'opsets' | 'irVersion' | 'producer'> {
  /** Relative to the model's folder. */
  readonly externalFiles: readonly string[];
}

/** What the origin of a graph knows besides its message. */
export interface GraphRead extends Pick<
  Graph,
  'name' | 'nodes' | 'inputs' | 'outputs' | 'initializers' | 'values'
> {
  /** Initializers that are no tensors to us, with their places among all. */
  readonly unreadInitializers: ReadonlyMap<number, TensorProto>;
}

/**
 * Reads an ONNX file; the content of larger tensors stays in it.
 * Throws ONNX_CORRUPT, TENSOR_SIZE_MISMATCH, GRAPH_INVALID, EXTERNAL_DATA_MISSING and EXTERNAL_PATH_REFUSED.
 */
export function readOnnx(source: ByteSource): Model {
  try {
    const proto = readModelProto(source);
    if (!proto.graph) throw new WireError('it has no graph');
    const files = new ExternalFiles(source.path);
    checkTensors(proto, source.path, files);
    return readModel(proto, proto.graph, source.path, files);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new CounterweightError(
      'ONNX_CORRUPT',
      { path: source.path, problem: error.message },
      { cause: error },
    );
  }
}

function readModel(proto: ModelProto, graphProto: GraphProto, path: string, files: ExternalFiles): Model {
  const notes: Note[] = [];
  const graph = readGraph(graphProto, notes);
  checkGraph(graph, path);
  const producer = producerOf(proto);
  const read: ModelRead = {
    graph,
    functions: proto.functions.map((fn) => readFunction(fn, notes)),
    opsets: opsetsOf(proto),
    irVersion: Number(proto.irVersion),
    ...(producer === '' ? {} : { producer }),
    externalFiles: files.locations,
  };
  const { externalFiles: _, ...fields } = read;
  return { format: 'onnx', ...fields, notes, origin: new OnnxOrigin(proto, read) };
}

/** The name of what wrote the file, with its version. */
function producerOf(proto: ModelProto): string {
  return [proto.producerName, proto.producerVersion].filter((part) => part !== '').join(' ');
}

/** The standard domain has two names, and in the graph only the empty one. */
export function canonicalDomain(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain;
}

function opsetsOf(proto: ModelProto): ReadonlyMap<string, number> {
  const opsets = new Map<string, number>();
  for (const { domain, version } of proto.opsetImport) {
    const name = canonicalDomain(domain);
    opsets.set(name, Math.max(opsets.get(name) ?? 0, Number(version)));
  }
  return opsets;
}

function readFunction(proto: FunctionProto, notes: Note[]): ModelFunction {
  const read = {
    domain: canonicalDomain(proto.domain),
    name: proto.name,
    nodes: proto.node.map((node) => readNode(node, notes)),
  };
  return { ...read, origin: new OnnxOrigin(proto, read) };
}

function readGraph(proto: GraphProto, notes: Note[]): Graph {
  const initializers: Tensor[] = [];
  const unreadInitializers = new Map<number, TensorProto>();
  proto.initializer.forEach((tensorProto, index) => {
    const tensor = readTensor(tensorProto, notes);
    if (tensor) initializers.push(tensor);
    else unreadInitializers.set(index, tensorProto);
  });
  for (const sparse of proto.sparseInitializer) {
    notes.push(note('SPARSE_TENSOR', { tensor: sparse.values?.name ?? '' }));
  }
  const fields = {
    name: proto.name,
    nodes: proto.node.map((node) => readNode(node, notes)),
    inputs: proto.input.map(readValueInfo),
    outputs: proto.output.map(readValueInfo),
    initializers,
    values: proto.valueInfo.map(readValueInfo),
  };
  const read: GraphRead = { ...fields, unreadInitializers };
  return { ...fields, origin: new OnnxOrigin(proto, read) };
}

function readNode(proto: NodeProto, notes: Note[]): Node {
  const read = {
    name: proto.name,
    domain: canonicalDomain(proto.domain),
    operator: proto.opType,
    inputs: proto.input,
    outputs: proto.output,
    attributes: proto.attribute.map((attribute) => readAttribute(attribute, notes)),
  };
  return { ...read, origin: new OnnxOrigin(proto, read) };
}

function readAttribute(proto: AttributeProto, notes: Note[]): Attribute {
  const value = readAttributeValue(proto, notes);
  const read = {
    name: proto.name,
    kind: value.kind,
    value: value.kind === 'opaque' ? undefined : value.value,
  };
  return { name: proto.name, ...value, origin: new OnnxOrigin(proto, read) };
}

function readAttributeValue(proto: AttributeProto, notes: Note[]): AttributeValue {
  if (proto.refAttrName !== '') return { kind: 'opaque' };
  switch (proto.type === AttributeType.UNDEFINED ? inferredType(proto) : proto.type) {
    case AttributeType.FLOAT:
      return { kind: 'float', value: proto.f };
    case AttributeType.INT:
      return { kind: 'int', value: Number(proto.i) };
    case AttributeType.STRING:
      return { kind: 'string', value: text(proto.s) };
    case AttributeType.FLOATS:
      return { kind: 'floats', value: proto.floats };
    case AttributeType.INTS:
      return { kind: 'ints', value: proto.ints.map(Number) };
    case AttributeType.STRINGS:
      return { kind: 'strings', value: proto.strings.map(text) };
    case AttributeType.TENSOR: {
      const value = proto.t && readTensor(proto.t, notes);
      return value ? { kind: 'tensor', value } : { kind: 'opaque' };
    }
    case AttributeType.GRAPH:
      return proto.g ? { kind: 'graph', value: readGraph(proto.g, notes) } : { kind: 'opaque' };
    case AttributeType.GRAPHS:
      return { kind: 'graphs', value: proto.graphs.map((graph) => readGraph(graph, notes)) };
    default:
      return { kind: 'opaque' };
  }
}

/** Files before IR version 2 do not state the types of attributes. */
function inferredType(proto: AttributeProto): AttributeType {
  if (Object.hasOwn(proto, 'f')) return AttributeType.FLOAT;
  if (Object.hasOwn(proto, 'i')) return AttributeType.INT;
  if (Object.hasOwn(proto, 's')) return AttributeType.STRING;
  if (proto.t) return AttributeType.TENSOR;
  if (proto.g) return AttributeType.GRAPH;
  if (proto.floats.length > 0) return AttributeType.FLOATS;
  if (proto.ints.length > 0) return AttributeType.INTS;
  if (proto.strings.length > 0) return AttributeType.STRINGS;
  return proto.graphs.length > 0 ? AttributeType.GRAPHS : AttributeType.UNDEFINED;
}

const decoder = new TextDecoder();

function text(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** Undefined, with a note, for an element type that is unknown here. */
function readTensor(proto: TensorProto, notes: Note[]): Tensor | undefined {
  const type = elementTypeOf(proto.dataType);
  if (!type) {
    notes.push(note('TENSOR_TYPE_UNKNOWN', { tensor: proto.name, type: proto.dataType }));
    return undefined;
  }
  const read = type === 'string' ? () => new Uint8Array(0) : storedBytes(proto, type).read;
  const shape = proto.dims.map(Number);
  return new Tensor({ name: proto.name, type, shape, read, origin: new OnnxOrigin(proto, undefined) });
}

function readValueInfo(proto: ValueInfoProto): ValueInfo {
  const tensorType = proto.type?.value.case === 'tensorType' ? proto.type.value.value : undefined;
  const type = tensorType && elementTypeOf(tensorType.elemType);
  const shape: Shape | undefined = tensorType?.shape?.dim.map(readDimension);
  const origin = new OnnxOrigin(proto, { name: proto.name, type, shape });
  return { name: proto.name, ...(type && { type }), ...(shape && { shape }), origin };
}

function readDimension({ value }: TensorShapeProto_Dimension): Dimension {
  if (value.case === 'dimValue') return value.value >= 0n ? Number(value.value) : undefined;
  return value.case === 'dimParam' && value.value !== '' ? value.value : undefined;
}
