// Every real file comes back as it was: the same bytes, or where a producer writes them its own way, the same message.
import { readdirSync, readFileSync } from 'node:fs';
import { createRegistry, equals, fromBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { encodeOnnx, writeOnnx } from '../../../../src/core/formats/onnx/writeOnnx';
import { ModelProtoSchema, type ModelProto } from '../../../../src/core/formats/onnx/onnx_pb';
import { openModel } from '../../../../src/core/formats/openModel';
import { isFloat } from '../../../../src/core/ir/elementType';
import type { Graph, Model } from '../../../../src/core/ir/graph';
import { graphsWithin, mapGraphs, storedTensors } from '../../../../src/core/ir/traversal';
import { hasShared, sharedFile, sharedFolder } from '../../../support/sharedFiles';

const files =
  sharedFolder === undefined
    ? []
    : readdirSync(sharedFile('models/onnx'), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.onnx'))
        .toSorted();

/** Written by a producer that packs lists of numbers, which the specification does not: equal, but not in bytes. */
const packed = new Set(['ort_starry-night-fp16.onnx']);

/** The main file of a model as it would be written under its own path. */
function written(model: Model, path: string): Uint8Array {
  return Buffer.concat([...writeOnnx(model, path).at(-1)!.chunks]);
}

function renew(graph: Graph): Graph {
  return {
    ...graph,
    nodes: graph.nodes.map((node) => ({
      ...node,
      inputs: [...node.inputs],
      attributes: node.attributes.map((attribute) => ({ ...attribute })),
    })),
    inputs: graph.inputs.map((value) => ({ ...value })),
    initializers: [...graph.initializers],
  };
}

/** The same model in new objects, so that the writer has to put every message together again. */
function rebuilt(model: Model): Model {
  return {
    ...model,
    opsets: new Map(model.opsets),
    graph: mapGraphs(model.graph, renew),
    functions: model.functions.map((fn) => ({ ...fn, nodes: fn.nodes.map((node) => ({ ...node })) })),
  };
}

function isExternal(model: Model): boolean {
  return model.graph.initializers.some((tensor) => {
    const { proto } = tensor.origin as { proto: { externalData: readonly unknown[] } };
    return proto.externalData.length > 0;
  });
}

function decode(bytes: Uint8Array): ModelProto {
  return fromBinary(ModelProtoSchema, bytes);
}

/** Equal in every field, unknown ones included. */
function areEqual(a: ModelProto, b: ModelProto): boolean {
  return equals(ModelProtoSchema, a, b, { registry: createRegistry(), unknown: true });
}

describe.runIf(hasShared)('real ONNX files', () => {
  it('are there', () => {
    expect(files.length).toBeGreaterThan(25);
  });

  it.each(files)('%s is written back as it was', (name) => {
    const path = sharedFile(`models/onnx/${name}`);
    const original = readFileSync(path);
    const model = openModel(path);
    for (const version of [model, rebuilt(model)]) {
      if (isExternal(model)) continue;
      const copy = written(version, path);
      expect(areEqual(decode(copy), decode(original))).toBe(true);
      if (!packed.has(name)) expect(Buffer.compare(copy, original)).toBe(0);
      expect(Buffer.compare(encodeOnnx(version), copy)).toBe(0);
    }
  });

  it.each(['external_conv_qdq/conv_qdq_external_ini.onnx', 'external_resnet_fp32/model.onnx'])(
    '%s is written back with the same tensors, but for where they are',
    (name) => {
      const path = sharedFile(`models/onnx/${name}`);
      const model = openModel(path);
      expect(isExternal(model)).toBe(true);
      const files = writeOnnx(model, path);
      expect(files).toHaveLength(2);
      const data = Buffer.concat([...files[0]!.chunks]);
      const before = decode(readFileSync(path));
      const after = decode(Buffer.concat([...files[1]!.chunks]));
      const tensors = new Map(model.graph.initializers.map((tensor) => [tensor.name, tensor]));
      for (const [i, tensor] of after.graph!.initializer.entries()) {
        const entries = new Map(tensor.externalData.map(({ key, value }) => [key, value]));
        if (entries.size > 0) {
          expect(entries.get('location')).toBe(`${path.split('/').at(-1)}.data`);
          const offset = Number(entries.get('offset'));
          const content = data.subarray(offset, offset + Number(entries.get('length')));
          expect(Buffer.compare(content, tensors.get(tensor.name)!.bytes())).toBe(0);
        }
        tensor.externalData = before.graph!.initializer[i]!.externalData;
      }
      expect(areEqual(after, before)).toBe(true);
    },
  );

  it('have the elements that an independent count found', () => {
    const expected = readFileSync(sharedFile('models/expected-onnx-elements.tsv'), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split('\t').slice(0, 2).join(' '));
    const counted = expected.map((line) => {
      const name = line.split(' ')[0]!;
      let floats = 0;
      for (const graph of graphsWithin(openModel(sharedFile(`models/${name}`)).graph)) {
        for (const tensor of storedTensors(graph).values())
          if (isFloat(tensor.type)) floats += tensor.elements;
      }
      return `${name} ${floats}`;
    });
    expect(counted).toEqual(expected);
  });
});
