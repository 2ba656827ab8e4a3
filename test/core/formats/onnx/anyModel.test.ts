// Writing and reading are inverse for any model, as it is and after changes.
import { readdirSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { modelToBytes } from '../../../../src/core/formats/modelBytes';
import { openModel } from '../../../../src/core/formats/openModel';
import { saveModel } from '../../../../src/core/formats/saveModel';
import type { Graph, Model } from '../../../../src/core/ir/graph';
import { anyModel, plain } from '../../../support/anyModel';
import { useTempFolder } from '../../../support/tempFolder';

const temp = useTempFolder();

let files = 0;

async function saved(model: Model): Promise<Model> {
  const file = temp.file(`${files++}.onnx`);
  await saveModel(model, file, { jobId: 'job' });
  expect(Buffer.compare(readFileSync(file), modelToBytes(model))).toBe(0);
  return openModel(file);
}

describe('any model', () => {
  it('is the same after it was written and read', async () => {
    await fc.assert(
      fc.asyncProperty(anyModel, async (model) => {
        const copy = await saved(model);
        expect(plain(copy)).toEqual(plain(model));
        expect(Buffer.compare(modelToBytes(copy), modelToBytes(model))).toBe(0);
      }),
      { numRuns: 150 },
    );
    expect(readdirSync(temp.path).every((file) => file.endsWith('.onnx'))).toBe(true);
  });

  it('has the changes that were made after it was read, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(anyModel, anyModel, fc.nat(), async (model, other, choice) => {
        const read = await saved(model);
        const changed = changes[choice % changes.length]!(read, other);
        expect(plain(await saved(changed))).toEqual(plain(changed));
      }),
      { numRuns: 150 },
    );
  });

  it('keeps the largest integers when others in their list change', async () => {
    const largest = 2 ** 63;
    const node = { name: '', domain: '', operator: 'Slice', inputs: [], outputs: ['y'] };
    const withEnds = (ends: readonly number[]): Graph => ({
      ...emptyGraph,
      nodes: [{ ...node, attributes: [{ name: 'ends', kind: 'ints', value: ends }] }],
    });
    const copy = await saved({ ...emptyModel, graph: withEnds([largest, 5]) });
    expect(copy.graph.nodes[0]!.attributes[0]).toMatchObject({ value: [largest, 5] });
    const again = await saved({ ...copy, graph: withEnds([largest, 6]) });
    expect(again.graph.nodes[0]!.attributes[0]).toMatchObject({ value: [largest, 6] });
  });
});

const emptyGraph: Graph = { name: 'g', nodes: [], inputs: [], outputs: [], initializers: [], values: [] };

const emptyModel: Model = {
  format: 'onnx',
  graph: emptyGraph,
  functions: [],
  opsets: new Map(),
  irVersion: 8,
  notes: [],
};

const changeGraph = (model: Model, graph: Partial<Graph>): Model => ({
  ...model,
  graph: { ...model.graph, ...graph },
});

/** Ways to change a model that was read, with parts of another. */
const changes: readonly ((model: Model, other: Model) => Model)[] = [
  (model, other) => changeGraph(model, { nodes: other.graph.nodes }),
  (model, other) =>
    changeGraph(model, { initializers: [...other.graph.initializers, ...model.graph.initializers] }),
  (model, other) => changeGraph(model, { inputs: other.graph.inputs, name: other.graph.name }),
  (model) =>
    changeGraph(model, {
      nodes: model.graph.nodes.map((node) => ({
        ...node,
        name: `${node.name}!`,
        domain: 'changed',
        inputs: ['in'],
      })),
    }),
  (model) =>
    changeGraph(model, {
      nodes: model.graph.nodes.map((node) => ({
        ...node,
        attributes: node.attributes.map((attribute) =>
          attribute.kind === 'ints' ? { ...attribute, value: [1, 2, 3] } : attribute,
        ),
      })),
    }),
  (model) =>
    changeGraph(model, {
      values: model.graph.values.map((value) => ({ ...value, type: 'float16', shape: [1, 'n', undefined] })),
      outputs: model.graph.outputs.map((value) => ({ ...value, name: 'renamed' })),
    }),
  (model) =>
    changeGraph(model, {
      values: model.graph.values.map((value) => ({ name: value.name, origin: value.origin })),
    }),
  (model) => ({ ...model, irVersion: 13, opsets: new Map([['new', 3], ...model.opsets, ['', 22]]) }),
  (model) => ({ ...model, opsets: new Map(), producer: 'someone else' }),
];
