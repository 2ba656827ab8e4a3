// Properties of shape rules: random cases of a small model, with ONNX Runtime as the judge. A case that it refuses says
// nothing about a rule; so every property also demands that a part of its cases ran.
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Model, Node } from '../../src/core/ir/graph';
import type { Tensor } from '../../src/core/ir/tensor';
import { floats, graph, input, int64s, model } from './build';
import { compareWithRuntime } from './shapeOracle';

export interface Inputs {
  readonly x: readonly number[];
  readonly stored?: readonly Tensor[];
}

export function single(only: Node, inputs: Inputs, opset = 13): Model {
  return built([only], inputs, opset);
}

export function built(nodes: readonly Node[], { x, stored = [] }: Inputs, opset = 13): Model {
  const last = nodes.at(-1)!;
  return model(
    graph({
      nodes,
      inputs: [input('x', x)],
      outputs: last.outputs.map((name) => ({ name, type: 'float32' })),
      initializers: stored,
    }),
    opset,
  );
}

export function property<T>(
  title: string,
  cases: fc.Arbitrary<T>,
  build: (value: T) => Model,
  leastAccepted = 0.4,
): void {
  it(title, async () => {
    const runs = 120;
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(cases, async (value) => {
        const comparison = await compareWithRuntime(build(value));
        if (!comparison) return;
        accepted++;
        expect(comparison.unknown).toEqual([]);
      }),
      { numRuns: runs },
    );
    expect(accepted / runs).toBeGreaterThan(leastAccepted);
  });
}

export function shapeOfRank(min: number, max: number): fc.Arbitrary<readonly number[]> {
  return fc.array(fc.integer({ min: 1, max: 6 }), { minLength: min, maxLength: max });
}

export function tuple<T>(element: fc.Arbitrary<T>, length: number): fc.Arbitrary<readonly T[]> {
  return fc.array(element, { minLength: length, maxLength: length });
}

export function zeros(name: string, shape: readonly number[]): Tensor {
  return floats(name, shape, new Float32Array(shape.reduce((product, dimension) => product * dimension, 1)));
}

export function integers(name: string, shape: readonly number[]): Tensor {
  const count = shape.reduce((product, dimension) => product * dimension, 1);
  return int64s(
    name,
    shape,
    Array.from({ length: count }, () => 0),
  );
}

export function vector(name: string, values: readonly number[]): Tensor {
  return int64s(name, [values.length], values);
}
