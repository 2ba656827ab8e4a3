// Random models for property tests, and models as plain data for comparison.
import * as fc from 'fast-check';
import { elementTypes, packedBytes, type ElementType } from '../../src/core/ir/elementType';
import type { Attribute, Graph, Model, Node, ValueInfo } from '../../src/core/ir/graph';
import { Tensor } from '../../src/core/ir/tensor';

const storableTypes = (Object.keys(elementTypes) as ElementType[]).filter((type) => type !== 'string');

const name = fc.string({ unit: 'binary', maxLength: 8 });
const anyType = fc.constantFrom(...storableTypes);

const anyTensor: fc.Arbitrary<Tensor> = fc
  .tuple(name, anyType, fc.array(fc.nat(6), { maxLength: 4 }), fc.nat())
  .map(([tensorName, type, shape, seed]) => {
    const length = packedBytes(
      type,
      shape.reduce((product, size) => product * size, 1),
    );
    const bytes = Uint8Array.from({ length }, (_, i) => (seed * (i + 1) * 2654435761) >>> 24);
    return Tensor.fromBytes(tensorName, type, shape, bytes);
  });

const anyValue: fc.Arbitrary<ValueInfo> = fc.oneof(
  fc.record({ name }),
  fc.record({ name, type: anyType }),
  fc.record({
    name,
    type: anyType,
    shape: fc.array(fc.oneof(fc.nat(), fc.string({ minLength: 1, maxLength: 4 }), fc.constant(undefined)), {
      maxLength: 4,
    }),
  }),
);

const float32 = fc.float({ noNaN: true });
const int64 = fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.constant(-(2 ** 63)));

export const { graph: anyGraph } = fc.letrec<{ graph: Graph; node: Node; attribute: Attribute }>((tie) => ({
  attribute: fc.oneof(
    { maxDepth: 2 },
    fc.record({ name, kind: fc.constant('float' as const), value: float32 }),
    fc.record({ name, kind: fc.constant('int' as const), value: int64 }),
    fc.record({ name, kind: fc.constant('string' as const), value: name }),
    fc.record({ name, kind: fc.constant('floats' as const), value: fc.array(float32, { maxLength: 5 }) }),
    fc.record({ name, kind: fc.constant('ints' as const), value: fc.array(int64, { maxLength: 5 }) }),
    fc.record({ name, kind: fc.constant('strings' as const), value: fc.array(name, { maxLength: 3 }) }),
    fc.record({ name, kind: fc.constant('tensor' as const), value: anyTensor }),
    fc.record({ name, kind: fc.constant('graph' as const), value: tie('graph') }),
    fc.record({
      name,
      kind: fc.constant('graphs' as const),
      value: fc.array(tie('graph'), { maxLength: 2 }),
    }),
  ),
  node: fc.record({
    name,
    domain: fc.constantFrom('', 'com.microsoft', 'custom'),
    operator: fc.constantFrom('Add', 'MatMul', 'Custom'),
    inputs: fc.array(name, { maxLength: 3 }),
    outputs: fc.constant([]),
    attributes: fc.array(tie('attribute'), { maxLength: 3 }),
  }),
  graph: fc.record({
    name,
    nodes: fc
      .array(tie('node'), { maxLength: 3 })
      // Every value is made once.
      .map((nodes) => nodes.map((node, i) => ({ ...node, outputs: ['', `out${i}`] }))),
    inputs: fc.array(anyValue, { maxLength: 2 }),
    outputs: fc.array(anyValue, { maxLength: 2 }),
    initializers: fc.array(anyTensor, { maxLength: 3 }),
    values: fc.array(anyValue, { maxLength: 2 }),
  }),
}));

/** Any model that the graph can express, with all kinds of attributes and tensors, but strings. */
export const anyModel: fc.Arbitrary<Model> = fc.record(
  {
    format: fc.constant('onnx'),
    graph: anyGraph,
    functions: fc.constant([]),
    opsets: fc.constantFrom(
      new Map([['', 13]]),
      new Map([
        ['', 21],
        ['com.microsoft', 1],
      ]),
      new Map<string, number>(),
    ),
    irVersion: fc.integer({ min: 3, max: 13 }),
    producer: fc.string({ minLength: 1, maxLength: 5 }).filter((text) => text.trim() === text),
    notes: fc.constant([]),
  },
  { requiredKeys: ['format', 'graph', 'functions', 'opsets', 'irVersion', 'notes'] },
);

/** A model as plain data, without what it remembers of its file, and with the content of its tensors. */
export function plain(value: unknown): unknown {
  if (value instanceof Tensor) {
    return {
      name: value.name,
      type: value.type,
      shape: value.shape,
      bytes: Buffer.from(value.bytes()).toString('hex'),
    };
  }
  if (value instanceof Map)
    return [...(value as Map<string, number>)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? 0 : value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, part]) => key !== 'origin' && part !== undefined)
      .map(([key, part]) => [key, plain(part)]),
  );
}
