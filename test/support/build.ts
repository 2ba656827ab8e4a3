// Small models for tests, written as plain data.
import type {
  Attribute,
  AttributeValue,
  Graph,
  Model,
  Node,
  Shape,
  ValueInfo,
} from '../../src/core/ir/graph';
import { float32Tensor } from '../../src/core/ir/numbers';
import { Tensor } from '../../src/core/ir/tensor';

type AttributeInit = number | string | readonly number[] | Exclude<AttributeValue, { kind: 'opaque' }>;

/** Whole numbers become int attributes; write `{ kind: 'float', value: 1 }` for a whole float. */
export function node(
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, AttributeInit>> = {},
  name = '',
): Node {
  return {
    name,
    domain: '',
    operator,
    inputs,
    outputs,
    attributes: Object.entries(attributes).map(([key, value]) => toAttribute(key, value)),
  };
}

function toAttribute(name: string, value: AttributeInit): Attribute {
  if (typeof value === 'number') return { name, kind: Number.isInteger(value) ? 'int' : 'float', value };
  if (typeof value === 'string') return { name, kind: 'string', value };
  if ('kind' in value) return { name, ...value };
  return { name, kind: 'ints', value };
}

export function input(name: string, shape: Shape): ValueInfo {
  return { name, type: 'float32', shape };
}

export function floats(name: string, shape: readonly number[], values: ArrayLike<number>): Tensor {
  return float32Tensor(name, shape, Float32Array.from(values));
}

export function int64s(name: string, shape: readonly number[], values: readonly number[]): Tensor {
  const content = BigInt64Array.from(values, (value) => BigInt(value));
  return Tensor.fromBytes(name, 'int64', shape, new Uint8Array(content.buffer));
}

export function graph(init: Partial<Graph> & Pick<Graph, 'nodes' | 'inputs' | 'outputs'>): Graph {
  return { name: 'graph', initializers: [], values: [], ...init };
}

export function model(content: Graph, opset = 13): Model {
  return {
    format: 'onnx',
    graph: content,
    functions: [],
    opsets: new Map([['', opset]]),
    irVersion: 8,
    notes: [],
  };
}
