// The structure of files: what must be kept, what is tolerated, and what is refused, with bytes written by hand.
import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { modelToBytes } from '../../../../src/core/formats/modelBytes';
import { openModel } from '../../../../src/core/formats/openModel';
import type { Model } from '../../../../src/core/ir/graph';
import { CounterweightError } from '../../../../src/shared/base/errors';
import { useTempFolder } from '../../../support/tempFolder';
import { bytesField, initializer, join, modelBytes, tensorBytes, varint, varintField } from './wireBytes';

const temp = useTempFolder();

function open(bytes: Uint8Array): Model {
  writeFileSync(temp.file('model.onnx'), bytes);
  return openModel(temp.file('model.onnx'));
}

function errorOf(bytes: Uint8Array): CounterweightError {
  try {
    open(bytes);
  } catch (error) {
    if (CounterweightError.is(error)) return error;
    throw error;
  }
  throw new Error('It was opened');
}

/** A message in itself, `depth` times, with `field` between. */
function nested(depth: number, ...fields: readonly number[]): Uint8Array {
  let bytes: Uint8Array = new Uint8Array(0);
  for (let i = 0; i < depth; i++) for (const field of fields) bytes = bytesField(field, bytes);
  return bytes;
}

function repeated(part: readonly number[], count: number): Uint8Array {
  return Uint8Array.from({ length: part.length * count }, (_, i) => part[i % part.length]!);
}

const node = (...content: Parameters<typeof bytesField>[1][]): Uint8Array => bytesField(1, ...content);

/** A key and its value, as metadata, annotations and bindings are written. */
const entry = (number: number): Uint8Array =>
  bytesField(number, bytesField(1, 'key'), bytesField(2, 'value'));

/** A node whose attribute has a field with the given content. */
const withAttribute = (field: number, content: readonly number[]): Uint8Array =>
  modelBytes(node(bytesField(5, bytesField(1, 'a'), bytesField(field, content))));

describe('reading the structure of ONNX files', () => {
  it('keeps fields that are unknown, at every level', () => {
    const unknown = join(varintField(900, 7), bytesField(901, 'later'), [...varint(902 * 8 + 5), 1, 2, 3, 4]);
    const tensor = tensorBytes('w', 1, [1], bytesField(9, [0, 0, 128, 63]), unknown);
    const attribute = join(bytesField(1, 'value'), bytesField(5, tensor), varintField(20, 4), unknown);
    const graph = [
      node(bytesField(2, 'y'), bytesField(4, 'Constant'), bytesField(5, attribute), unknown),
      bytesField(2, 'g'),
      bytesField(5, tensor),
      bytesField(11, bytesField(1, 'x'), unknown),
      unknown,
    ];
    const bytes = join(
      varintField(1, 8),
      bytesField(7, ...graph),
      bytesField(8, varintField(2, 13), unknown),
      bytesField(26, 'a field of a later version'),
      unknown,
    );
    expect(Buffer.compare(modelToBytes(open(bytes)), bytes)).toBe(0);
  });

  it('keeps functions, training, annotations and metadata when the graph is changed', () => {
    const body = bytesField(7, bytesField(1, 'x'), bytesField(2, 'y'), bytesField(4, 'Relu'), entry(9));
    const withName = (name: string): Uint8Array =>
      join(
        varintField(1, 10),
        bytesField(3, '1.2'),
        varintField(5, 7),
        bytesField(
          7,
          node(bytesField(4, 'Relu'), bytesField(6, 'why'), bytesField(8, 'overload'), entry(9)),
          bytesField(2, name),
          bytesField(10, 'what it is'),
          bytesField(14, bytesField(1, 'x'), entry(2)),
          entry(16),
        ),
        bytesField(8, varintField(2, 18)),
        entry(14),
        bytesField(20, bytesField(1, bytesField(2, 'start')), entry(3)),
        bytesField(
          25,
          bytesField(1, 'F'),
          bytesField(4, 'x'),
          bytesField(5, 'y'),
          body,
          bytesField(10, 'local'),
        ),
      );
    const model = open(withName('before'));
    expect(model.functions).toMatchObject([{ domain: 'local', name: 'F', nodes: [{ operator: 'Relu' }] }]);
    const graph = { ...model.graph, name: 'after', nodes: model.graph.nodes.map((each) => ({ ...each })) };
    const functions = model.functions.map((fn) => ({ ...fn, nodes: fn.nodes.map((each) => ({ ...each })) }));
    const written = modelToBytes({ ...model, graph, functions });
    expect(Buffer.compare(written, withName('after'))).toBe(0);
  });

  it('keeps unknown groups', () => {
    const group = join(varint(700 * 8 + 3), varintField(1, 5), varint(700 * 8 + 4));
    const bytes = join(modelBytes(bytesField(2, 'g'), group), group);
    expect(Buffer.compare(modelToBytes(open(bytes)), bytes)).toBe(0);
  });

  it('keeps doc strings that are not UTF-8', () => {
    const bytes = modelBytes(bytesField(2, 'g'), bytesField(10, [0xff, 0xfe, 0x80]));
    expect(Buffer.compare(modelToBytes(open(bytes)), bytes)).toBe(0);
  });

  it('reads files without opset import, IR version and types of attributes', () => {
    const attribute = join(bytesField(1, 'axis'), varintField(3, 1));
    const model = open(
      bytesField(7, node(bytesField(4, 'Concat'), bytesField(5, attribute)), bytesField(2, 'g')),
    );
    expect(model.irVersion).toBe(0);
    expect(model.opsets.size).toBe(0);
    expect(model.graph.nodes[0]!.attributes[0]).toMatchObject({ name: 'axis', kind: 'int', value: 1 });
  });

  it('takes both names of the standard domain for one', () => {
    const model = open(
      join(
        bytesField(7, node(bytesField(4, 'Relu'), bytesField(7, 'ai.onnx'))),
        bytesField(8, bytesField(1, 'ai.onnx'), varintField(2, 17)),
      ),
    );
    expect(model.graph.nodes[0]!.domain).toBe('');
    expect([...model.opsets]).toEqual([['', 17]]);
  });

  it('refuses a file without a graph', () => {
    expect(errorOf(join(varintField(1, 8), bytesField(2, 'someone'))).message).toContain('it has no graph');
  });

  it('refuses names that are not UTF-8', () => {
    expect(errorOf(modelBytes(bytesField(2, [0xff, 0xfe]))).code).toBe('ONNX_CORRUPT');
  });

  it('refuses two nodes that produce the same value', () => {
    const twice = node(bytesField(2, 'y'), bytesField(4, 'Relu'));
    const error = errorOf(modelBytes(twice, twice));
    expect(error.code).toBe('GRAPH_INVALID');
    expect(error.message).toContain('two nodes produce the value y');
  });

  it('lets values that are not given repeat', () => {
    const dropped = node(bytesField(2, ''), bytesField(4, 'Dropout'));
    expect(open(modelBytes(dropped, dropped)).graph.nodes).toHaveLength(2);
  });

  it.each([
    ['graphs in attributes of nodes, small', nested(60, 6, 5, 1)],
    ['graphs in attributes of nodes, large', nested(20_000, 6, 5, 1)],
    ['types of sequences', bytesField(11, bytesField(2, nested(3000, 1, 4)))],
    ['groups', repeated(varint(700 * 8 + 3), 3000)],
    ['groups, many', repeated(varint(700 * 8 + 3), 200_000)],
  ])('refuses what is nested too deeply: %s', (_, graph) => {
    const error = errorOf(modelBytes(graph));
    expect(error.code).toBe('ONNX_CORRUPT');
  });

  it('opens what is nested as deeply as real models may be', () => {
    // Field 6 is the graph of an attribute, 5 the attribute of a node, 1 the node of a graph.
    const model = open(modelBytes(nested(20, 6, 5, 1)));
    expect(model.graph.nodes).toHaveLength(1);
  });

  it.each([
    ['a length beyond the end', [...varint(7 * 8 + 2), ...varint(1000), 1, 2]],
    ['a length of 2^63', [...varint(7 * 8 + 2), ...varint(2n ** 63n)]],
    ['a length of 2^64 - 1', [...varint(7 * 8 + 2), ...varint(2n ** 64n - 1n)]],
    ['a number without end', [40, ...Array.from({ length: 20 }, () => 0xff)]],
    ['a number that is cut off', [40, 0x80]],
    ['field number zero', [0, 1]],
    ['a wire type that is none', [15]],
    ['a group that has no beginning', varint(700 * 8 + 4)],
    ['a text where a number should be', [...bytesField(5, 'x')]],
    ['a number where a graph should be', [...varintField(7, 1)]],
    [
      'a part that is longer than what holds it',
      [...bytesField(7, [...varint(1 * 8 + 2), 100, 1]), ...bytesField(6, new Uint8Array(200))],
    ],
  ])('refuses %s', (_, bytes) => {
    // Far enough into the file that it is known for ONNX.
    const start = join(varintField(1, 8), bytesField(6, new Uint8Array(5000)));
    expect(errorOf(join(start, bytes)).code).toBe('ONNX_CORRUPT');
  });

  it('refuses lists that end within a number', () => {
    expect(errorOf(withAttribute(7, [1, 2, 3, 4, 5])).code).toBe('ONNX_CORRUPT');
    expect(errorOf(withAttribute(8, [1, 0x80])).code).toBe('ONNX_CORRUPT');
    expect(open(withAttribute(8, [1, 2])).graph.nodes[0]!.attributes[0]).toMatchObject({
      kind: 'ints',
      value: [1, 2],
    });
  });

  it('refuses content of a tensor in several pieces', () => {
    const piece = bytesField(4, new Uint8Array(8000));
    expect(errorOf(modelBytes(initializer('w', 1, [4000], piece, piece))).message).toContain(
      'several pieces',
    );
    const small = bytesField(4, new Uint8Array(8));
    expect(errorOf(modelBytes(initializer('w', 1, [2002], piece, small))).message).toContain(
      'several pieces',
    );
  });

  it('refuses a file that would grow to much more in memory', () => {
    // A list of numbers of one byte each, which take sixteen and more in memory.
    const attribute = bytesField(5, bytesField(1, 'a'), bytesField(8, new Uint8Array(20_000_001)));
    expect(errorOf(modelBytes(node(attribute))).message).toContain('more than 20000000 parts');
  });
});
