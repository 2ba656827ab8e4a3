// What is found behind the product of a layer: its bias and its activation, in every way in which files have them.
import { describe, expect, it } from 'vitest';
import { inferShapes } from '../../../../../src/core/analysis/shapes';
import { weightProducts } from '../../../../../src/core/analysis/weightProducts';
import {
  layerTail,
  type LayerTail,
} from '../../../../../src/core/compression/quantization/rounding/layerTail';
import type { Model, Node } from '../../../../../src/core/ir/graph';
import { tensorNumbers } from '../../../../../src/core/ir/numbers';
import { floats, graph, input, model, node } from '../../../../support/build';

/** A matrix product of [2, 3] and w [3, 4], and what follows it. */
function product(nodes: readonly Node[], output = 'y', opset = 17): Model {
  return model(
    graph({
      nodes,
      inputs: [input('x', [2, 3])],
      outputs: [input(output, [2, 4])],
      initializers: [
        floats('w', [3, 4], new Float32Array(12).fill(1)),
        floats('b', [4], [1, 2, 3, 4]),
        floats('slope', [4], [1, 2, 3, 4]),
      ],
    }),
    opset,
  );
}

async function tailOf(of: Model): Promise<LayerTail> {
  const { tensor } = { tensor: of.graph.initializers.find(({ name }) => name === 'w')! };
  const found = weightProducts(of, await inferShapes(of), new Set([tensor])).get(tensor)!;
  if (typeof found === 'string') throw new Error(found);
  return layerTail(of, found.uses, found.matrix);
}

const operators = ({ nodes }: LayerTail): string[] =>
  nodes.map(({ operator }) => operator).filter((operator) => operator !== 'Constant');

const multiply = node('MatMul', ['x', 'w'], ['p']);

describe('the tail of a layer', () => {
  it('is the bias of its own node and the activation after it', async () => {
    const tail = await tailOf(product([node('Gemm', ['x', 'w', 'b'], ['p']), node('Relu', ['p'], ['y'])]));
    expect([...tail.bias!]).toEqual([1, 2, 3, 4]);
    expect(operators(tail)).toEqual(['Relu']);
    expect(tail.output).not.toBe(tail.input);
  });

  it('is what is added after a matrix product, and the activation after that', async () => {
    const nodes = [multiply, node('Add', ['b', 'p'], ['s']), node('Sigmoid', ['s'], ['y'])];
    const tail = await tailOf(product(nodes));
    expect(tail.bias).toBeUndefined();
    expect(operators(tail)).toEqual(['Add', 'Sigmoid']);
    expect([...tensorNumbers(tail.constants[0]!.tensor)]).toEqual([1, 2, 3, 4]);
    expect(tail.constants[0]!.isPerOutput).toBe(true);
  });

  it('is of an operator set that has gradients', async () => {
    const clip = node('Clip', ['p'], ['y'], {
      min: { kind: 'float', value: 0 },
      max: { kind: 'float', value: 6 },
    });
    const tail = await tailOf(product([multiply, clip], 'y', 9));
    expect(operators(tail)).toEqual(['Clip']);
    expect(tail.opset).toBe(17);
    expect(tail.nodes.at(-1)!.inputs).toHaveLength(3);
  });

  it.each<[string, readonly Node[], string]>([
    ['the product is an output', [multiply, node('Relu', ['p'], ['y'])], 'p'],
    ['two nodes read it', [multiply, node('Relu', ['p'], ['r']), node('Add', ['r', 'p'], ['y'])], 'y'],
    ['the function looks at several elements', [multiply, node('Softmax', ['p'], ['y'])], 'y'],
    ['it has a number for each channel', [multiply, node('PRelu', ['p', 'slope'], ['y'])], 'y'],
    [
      'the node scales its product',
      [node('Gemm', ['x', 'w', 'b'], ['p'], { alpha: 0.5 }), node('Relu', ['p'], ['y'])],
      'y',
    ],
  ])('is nothing where %s', async (_, nodes, output) => {
    const tail = await tailOf(product(nodes, output));
    expect(tail).toMatchObject({ bias: undefined, nodes: [] });
    expect(tail.output).toBe(tail.input);
  });
});
