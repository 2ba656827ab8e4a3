// Nodes in the order of their dependencies, whatever the order of the file.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeOrder } from '../../../src/core/analysis/nodeOrder';
import type { Node } from '../../../src/core/ir/graph';
import { graph, node } from '../../support/build';

describe('the order of nodes', () => {
  it('puts each after those that make its inputs, whatever the order of the file', () => {
    const sources = fc.array(fc.nat(), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(sources, { minLength: 1, maxLength: 20 }), fc.nat(), (links, seed) => {
        // Each node uses values of earlier ones or the input of the graph.
        const nodes = links.map((from, i) =>
          node(
            'Sum',
            from.map((n) => `v${n % (i + 1)}`),
            [`v${i + 1}`],
          ),
        );
        const shuffled = nodes.toSorted((a, b) => hash(a, seed) - hash(b, seed));
        const ordered = nodeOrder(graph({ nodes: shuffled, inputs: [{ name: 'v0' }], outputs: [] }));
        expect(new Set(ordered)).toEqual(new Set(nodes));
        const made = new Set(['v0']);
        for (const { inputs, outputs } of ordered) {
          expect(inputs.filter((name) => !made.has(name))).toEqual([]);
          for (const name of outputs) made.add(name);
        }
      }),
    );
  });

  it('leaves an ordered file as it is', () => {
    const nodes = [node('Relu', ['x'], ['a']), node('Relu', ['x'], ['b']), node('Add', ['a', 'b'], ['c'])];
    expect(nodeOrder(graph({ nodes, inputs: [{ name: 'x' }], outputs: [] }))).toEqual(nodes);
  });

  it('heeds what a graph inside a node sees of the graph around it', () => {
    const inner = graph({ nodes: [node('Relu', ['late'], ['r'])], inputs: [], outputs: [{ name: 'r' }] });
    const branch = node('If', ['c'], ['y'], { then_branch: { kind: 'graph', value: inner } });
    const late = node('Relu', ['x'], ['late']);
    const nodes = [branch, late];
    expect(nodeOrder(graph({ nodes, inputs: [{ name: 'x' }, { name: 'c' }], outputs: [] }))).toEqual([
      late,
      branch,
    ]);
  });

  it('ends on cycles and on very long chains', () => {
    const cycle = [node('Relu', ['b'], ['a']), node('Relu', ['a'], ['b'])];
    expect(nodeOrder(graph({ nodes: cycle, inputs: [], outputs: [] }))).toHaveLength(2);
    const chain = Array.from({ length: 50_000 }, (_, i) =>
      node('Relu', [`v${i}`], [`v${i + 1}`]),
    ).toReversed();
    const ordered = nodeOrder(graph({ nodes: chain, inputs: [{ name: 'v0' }], outputs: [] }));
    expect(ordered[0]?.inputs).toEqual(['v0']);
  });
});

/** A number that shuffles nodes, the same for the same seed. */
function hash({ outputs }: Node, seed: number): number {
  const index = Number(outputs[0]!.slice(1));
  return Math.imul(index + 1, 2654435761 ^ seed) >>> 0;
}
