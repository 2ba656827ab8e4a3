// Walks over graphs, on any graph.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Graph } from '../../../src/core/ir/graph';
import { float32Tensor, tensorNumbers } from '../../../src/core/ir/numbers';
import {
  allNodes,
  constantTensor,
  graphsWithin,
  mapGraphs,
  nodeLabels,
  replaceTensors,
  storedTensors,
  subgraphs,
} from '../../../src/core/ir/traversal';
import { anyGraph, anyModel, plain } from '../../support/anyModel';
import { floats, graph, model, node } from '../../support/build';

/** Everything in a value that is a graph, found without knowing what graphs are made of. */
function graphsByShape(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inner = Object.values(value).reduce<number>((sum, part) => sum + graphsByShape(part), 0);
  return inner + ('initializers' in value ? 1 : 0);
}

describe('walks over graphs', () => {
  it('meet every graph once, the outer one first', () => {
    fc.assert(
      fc.property(anyGraph, (outer) => {
        const met = [...graphsWithin(outer)];
        expect(met[0]).toBe(outer);
        expect(met).toHaveLength(graphsByShape(outer));
        expect(new Set(met).size).toBe(met.length);
      }),
    );
  });

  it('meet every node, those of functions too', () => {
    fc.assert(
      fc.property(anyModel, anyGraph, (base, body) => {
        const whole = { ...base, functions: [{ domain: 'd', name: 'f', nodes: body.nodes }] };
        const expected = [...graphsWithin(base.graph), ...graphsWithin(body)].flatMap(({ nodes }) => nodes);
        expect(new Set(allNodes(whole))).toEqual(new Set(expected));
        expect([...allNodes(whole)]).toHaveLength(expected.length);
      }),
    );
  });

  it('give every node of a graph a label of its own, and always the same', () => {
    fc.assert(
      fc.property(anyGraph, ({ nodes, ...rest }) => {
        const many = { ...rest, nodes: [...nodes, ...nodes.map((copy) => ({ ...copy }))] };
        const labels = nodeLabels(many);
        expect([...labels.keys()]).toEqual(many.nodes);
        expect(new Set(labels.values()).size).toBe(many.nodes.length);
        expect([...nodeLabels(many).values()]).toEqual([...labels.values()]);
      }),
    );
  });

  it('label nodes by their names, or by what they make', () => {
    const nodes = [
      node('Relu', ['x'], ['a'], {}, 'act'),
      node('Relu', ['x'], ['', 'b']),
      node('Relu', ['x'], ['c'], {}, 'act'),
      node('Relu', ['x'], ['d'], {}, 'act#2'),
      node('Relu', ['x'], []),
    ];
    const labels = nodeLabels(graph({ nodes, inputs: [], outputs: [] }));
    expect([...labels.values()]).toEqual(['act', 'Relu:b', 'act#2', 'act#2#2', 'Relu:']);
  });

  it('label a hundred thousand nodes of one name without delay', () => {
    const nodes = Array.from({ length: 100_000 }, () => node('Relu', ['x'], [], {}, 'same'));
    const labels = [...nodeLabels(graph({ nodes, inputs: [], outputs: [] })).values()];
    expect(labels.at(-1)).toBe('same#100000');
  });
});

const rename = (each: Graph): Graph => ({ ...each, name: `${each.name}!` });

const namesWithin = (all: Graph): string[] => [...graphsWithin(all)].map(({ name }) => name);

describe('mapGraphs', () => {
  it('returns the very graph when nothing changes', () => {
    fc.assert(fc.property(anyGraph, (outer) => mapGraphs(outer, (each) => each) === outer));
  });

  it('changes every graph once, and leaves the given ones alone', () => {
    fc.assert(
      fc.property(anyGraph, (outer) => {
        const before = JSON.stringify(plain(outer));
        const renamed = mapGraphs(outer, rename);
        expect(namesWithin(renamed)).toEqual(namesWithin(outer).map((name) => `${name}!`));
        expect(JSON.stringify(plain(outer))).toBe(before);
      }),
    );
  });

  it('shares nodes whose subgraphs stay', () => {
    const inner = graph({ nodes: [], inputs: [], outputs: [] });
    const nodes = [
      node('If', ['c'], ['y'], { then_branch: { kind: 'graph', value: inner } }),
      node('Relu', ['y'], ['z']),
    ];
    const outer = graph({ nodes, inputs: [], outputs: [] });
    const mapped = mapGraphs(outer, (each) => (each.nodes.length === 0 ? { ...each, name: 'new' } : each));
    expect(mapped.nodes[1]).toBe(nodes[1]);
    expect([...subgraphs(mapped.nodes[0]!)].map(({ name }) => name)).toEqual(['new']);
  });
});

describe('stored tensors', () => {
  const constants = graph({
    inputs: [],
    outputs: [],
    initializers: [floats('w', [2], [1, 2])],
    nodes: [
      node('Constant', [], ['tensor'], { value: { kind: 'tensor', value: floats('', [1], [3]) } }),
      node('Constant', [], ['float'], { value_float: { kind: 'float', value: 1.5 } }),
      node('Constant', [], ['ints'], { value_ints: [7, -(2 ** 53), 2 ** 63] }),
      { ...node('Constant', [], ['other'], { value_int: 1 }), domain: 'custom' },
      node('Constant', [], ['text'], { value_string: 'x' }),
    ],
  });

  it('are initializers and constants, by the name of their value', () => {
    const found = [...storedTensors(constants)].map(([name, tensor]) => [
      name,
      tensor.type,
      tensor.shape,
      [...tensorNumbers(tensor)],
    ]);
    expect(found).toEqual([
      ['w', 'float32', [2], [1, 2]],
      ['tensor', 'float32', [1], [3]],
      ['float', 'float32', [], [1.5]],
      // The largest 64-bit integer is 2^63 as a number, and does not become the smallest one.
      ['ints', 'int64', [3], [7, -(2 ** 53), 2 ** 63]],
    ]);
  });

  it('are the same object at every call', () => {
    for (const each of constants.nodes) expect(constantTensor(each)).toBe(constantTensor(each));
  });

  it('are exchanged by name, and the given graph stays as it is', () => {
    const names = ['w', 'tensor', 'ints'];
    const replacements = new Map(names.map((name) => [name, float32Tensor(name, [1], Float32Array.of(9))]));
    const replaced = storedTensors(replaceTensors(constants, replacements));
    for (const name of names) expect(replaced.get(name)).toBe(replacements.get(name));
    expect([...tensorNumbers(replaced.get('float')!)]).toEqual([1.5]);
    expect([...tensorNumbers(storedTensors(constants).get('w')!)]).toEqual([1, 2]);
    expect([...allNodes(model(replaceTensors(constants, new Map())))]).toEqual(constants.nodes);
  });
});
