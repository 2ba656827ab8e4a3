// Model files that tests of whole processes write: small ones, ones that take their time, and ones with a flaw.
import { writeFile } from 'node:fs/promises';
import { modelToBytes } from '../../src/core/formats/modelBytes';
import type { Graph, Model } from '../../src/core/ir/graph';
import { normals } from '../../src/shared/base/random';
import { bytesField, initializer, join, modelBytes, varintField } from '../core/formats/onnx/wireBytes';
import { floats, graph, input, model, node } from './build';

/** Writes a model and answers with its path. */
export async function writeModel(file: string, content: Model): Promise<string> {
  await writeFile(file, modelToBytes(content));
  return file;
}

/** Layers of MatMul and Relu with normal weights, `widths` from input to output: weights `w0`, `w1` and so on. */
export function denseModel(widths: readonly number[], seed = 1): Model {
  return model(denseGraph(widths, seed));
}

/** A dense model with an operator in the middle that nobody knows. */
export function unknownOperatorModel(): Model {
  const dense = denseGraph([16, 16, 4], 1);
  const nodes = dense.nodes.map((each) =>
    each.operator === 'Relu' ? { ...each, domain: 'com.example', operator: 'Mystery' } : each,
  );
  const opsets = new Map([
    ['', 13],
    ['com.example', 1],
  ]);
  return { ...model({ ...dense, nodes }), opsets };
}

/** A model whose only weight, 4×4 float32, is stored in another file at `location`. */
export function externalDataBytes(location: string): Uint8Array {
  const external = Object.entries({ location, offset: '0', length: '64' }).map(([key, value]) =>
    bytesField(13, bytesField(1, key), bytesField(2, value)),
  );
  return matMulBytes(initializer('w', 1, [4, 4], ...external, varintField(14, 1)));
}

/** A model whose only weight is declared as 4×4 float32 and has `stored` bytes. */
export function mismatchedBytes(stored: number): Uint8Array {
  return matMulBytes(initializer('w', 1, [4, 4], bytesField(9, new Uint8Array(stored))));
}

function denseGraph(widths: readonly number[], seed: number): Graph {
  const layers = widths.slice(1).map((columns, i) => ({ rows: widths[i] ?? 1, columns, i }));
  const last = layers.length - 1;
  return graph({
    inputs: [input('x', ['batch', widths[0]])],
    outputs: [input('y', ['batch', widths.at(-1)])],
    nodes: layers.flatMap(({ i }) => {
      const from = i === 0 ? 'x' : `h${i - 1}`;
      const multiplied = i === last ? 'y' : `m${i}`;
      const multiply = node('MatMul', [from, `w${i}`], [multiplied], {}, `dense${i}`);
      return i === last ? [multiply] : [multiply, node('Relu', [multiplied], [`h${i}`], {}, `relu${i}`)];
    }),
    initializers: layers.map(({ rows, columns, i }) => {
      const weights = normals(rows * columns, seed + i).map((value) => value / Math.sqrt(rows));
      return floats(`w${i}`, [rows, columns], weights);
    }),
  });
}

function matMulBytes(weight: Uint8Array): Uint8Array {
  const names = [bytesField(1, 'x'), bytesField(1, 'w'), bytesField(2, 'y'), bytesField(3, 'dense')];
  const multiply = bytesField(1, ...names, bytesField(4, 'MatMul'));
  return modelBytes(multiply, bytesField(2, 'graph'), weight, rowOfFour(11, 'x'), rowOfFour(12, 'y'));
}

/** An input or output of the graph, by its field: float32 [1, 4]. */
function rowOfFour(field: number, name: string): Uint8Array {
  const shape = [1, 4].map((size) => bytesField(1, varintField(1, size)));
  const tensorType = join(varintField(1, 1), bytesField(2, ...shape));
  return bytesField(field, bytesField(1, name), bytesField(2, bytesField(1, tensorType)));
}
