// Which layer a stored tensor belongs to, what it is to it, and what counts as a parameter.
import { describe, expect, it } from 'vitest';
import type { Graph, Model, Node } from '../../../src/core/ir/graph';
import { Tensor } from '../../../src/core/ir/tensor';
import { layersOf, type Layer, type LayerTensor } from '../../../src/core/operators/layers';
import { floats, graph, input, int64s, model, node } from '../../support/build';

describe('roles and output axes', () => {
  it.each<[Node, readonly (readonly number[])[], readonly string[]]>([
    [node('Conv', ['x', 'w0', 'w1'], ['y']), [[4, 3, 3, 3], [4]], ['weight 0', 'bias']],
    [node('ConvTranspose', ['x', 'w0', 'w1'], ['y']), [[3, 4, 3, 3], [4]], ['weight 1', 'bias']],
    [node('Gemm', ['x', 'w0', 'w1'], ['y']), [[3, 4], [4]], ['weight 1', 'bias']],
    [node('Gemm', ['x', 'w0', 'w1'], ['y'], { transB: 1 }), [[4, 3], [4]], ['weight 0', 'bias']],
    [node('MatMul', ['x', 'w0'], ['y']), [[2, 3, 4]], ['weight 2']],
    [node('MatMul', ['w0', 'x'], ['y']), [[2, 3, 4]], ['weight 1']],
    [node('MatMul', ['x', 'w0'], ['y']), [[3]], ['weight']],
    [
      node('LSTM', ['x', 'w0', 'w1', 'w2'], ['y'], { hidden_size: 2 }),
      [
        [1, 8, 3],
        [1, 8, 2],
        [1, 16],
      ],
      ['weight 1', 'weight 1', 'bias'],
    ],
    [node('Gather', ['w0', 'x'], ['y']), [[9, 4]], ['weight 0']],
    [
      node('BatchNormalization', ['x', 'w0', 'w1', 'w2', 'w3'], ['y']),
      [[4], [4], [4], [4]],
      ['normalization', 'normalization', 'normalization', 'normalization'],
    ],
    [node('PRelu', ['x', 'w0'], ['y']), [[4, 1, 1]], ['normalization']],
    [node('Add', ['x', 'w0'], ['y']), [[4]], ['bias']],
    [node('Mul', ['w0', 'x'], ['y']), [[4]], ['normalization']],
    [node('Add', ['x', 'w0'], ['y']), [[]], ['constant']],
    [node('Concat', ['x', 'w0'], ['y'], { axis: 0 }), [[4]], ['constant']],
    [
      { ...node('Attention', ['x', 'w0', 'w1'], ['y']), domain: 'com.microsoft' },
      [[4, 12], [12]],
      ['weight 1', 'bias'],
    ],
    [{ ...node('Anything', ['x', 'w0'], ['y']), domain: 'com.example' }, [[4, 4]], ['constant']],
  ])('$operator %#', (operator, shapes, expected) => {
    const layer = only(
      layersOf(
        single(
          [operator],
          shapes.map((shape, i) => zeros(`w${i}`, shape)),
        ),
      ),
    );
    expect(layer.tensors.map(described)).toEqual(expected);
    expect(layer.tensors.map(({ parameters, tensor }) => parameters - tensor.elements)).toEqual(
      shapes.map(() => 0),
    );
  });
});

describe('weights behind nodes that pass them on', () => {
  const product = node('MatMul', ['x', 'last'], ['y'], {}, 'product');

  it.each<[string, readonly Node[], readonly number[], number | undefined]>([
    ['transposed', [node('Transpose', ['w'], ['last'], { perm: [1, 0] })], [4, 3], 0],
    ['reversed', [node('Transpose', ['w'], ['last'])], [4, 3], 0],
    ['cast', [node('Cast', ['w'], ['last'], { to: 1 })], [3, 4], 1],
    ['reshaped with its channels kept', [node('Reshape', ['w', 'shape'], ['last'])], [3, 2, 2, 4], 3],
    ['reshaped with its channels split', [node('Reshape', ['w', 'shape'], ['last'])], [12, 2, 2], undefined],
    ['squeezed', [node('Squeeze', ['w', 'zero'], ['last'])], [1, 3, 4], 2],
    [
      'unsqueezed, then transposed',
      [
        node('Unsqueeze', ['w', 'zero'], ['wide']),
        node('Transpose', ['wide'], ['last'], { perm: [0, 2, 1] }),
      ],
      [4, 3],
      0,
    ],
    [
      'put together from slices',
      [
        node('Slice', ['w', 'zero', 'one', 'one'], ['left']),
        node('Slice', ['w', 'one', 'two', 'one'], ['right']),
        node('Concat', ['right', 'left'], ['last'], { axis: 1 }),
      ],
      [3, 4],
      1,
    ],
    ['copied twice', [node('Identity', ['w'], ['copy']), node('Identity', ['copy'], ['last'])], [3, 4], 1],
  ])('a weight that is %s', (_, before, shape, axis) => {
    const stored = [
      zeros('w', shape),
      int64s('shape', [2], [12, 4]),
      int64s('zero', [1], [0]),
      int64s('one', [1], [1]),
      int64s('two', [1], [2]),
    ];
    const layers = layersOf(single([...before, product], stored));
    const weight = layers.find(({ label }) => label === 'product')!.tensors[0]!;
    expect(weight).toMatchObject({ value: 'w', role: 'weight', parameters: zeros('w', shape).elements });
    expect(weight.outputAxis).toBe(axis);
    expect(holders(layers, 'w')).toEqual(['product']);
  });

  it('does not look through what is computed', () => {
    const nodes = [node('Mul', ['w', 'x'], ['last']), product];
    expect(holders(layersOf(single(nodes, [zeros('w', [3, 4])])), 'w')).toEqual(['Mul:last']);
  });

  it('leaves a tensor that nobody else uses to the node that passes it on', () => {
    const layers = layersOf(single([node('Identity', ['w'], ['y'])], [zeros('w', [3])]));
    expect(holders(layers, 'w')).toEqual(['Identity:y']);
  });
});

describe('quantized weights', () => {
  it.each(['', 'com.microsoft'])(
    'are one tensor of their layer, with scale and zero point (%s)',
    (domain) => {
      const dequantize = { ...node('DequantizeLinear', ['q', 's', 'z'], ['w'], { axis: 0 }), domain };
      const nodes = [dequantize, node('Conv', ['x', 'w'], ['y'], {}, 'conv')];
      const stored = [bytes('q', [4, 3, 3, 3]), zeros('s', [4]), bytes('z', [4])];
      const layers = layersOf(single(nodes, stored));
      expect(layers.map(({ label, tensors }) => [label, tensors.length])).toEqual([
        ['DequantizeLinear:w', 0],
        ['conv', 3],
      ]);
      const [weight, scale, zeroPoint] = layers[1]!.tensors;
      expect(weight).toMatchObject({ value: 'q', role: 'weight', outputAxis: 0, parameters: 108 });
      expect(weight!.dequantize).toEqual({
        node: dequantize,
        scale: stored[1],
        zeroPoint: stored[2],
        axis: 0,
      });
      expect(scale).toMatchObject({ value: 's', role: 'constant', parameters: 4 });
      expect(zeroPoint).toMatchObject({ value: 'z', role: 'constant', parameters: 0 });
    },
  );

  it('have no axis of scales where there is one scale', () => {
    const nodes = [
      node('DequantizeLinear', ['q', 's'], ['w']),
      node('MatMul', ['x', 'w'], ['y'], {}, 'product'),
    ];
    const layers = layersOf(single(nodes, [bytes('q', [3, 4]), zeros('s', [])]));
    expect(layers[1]!.tensors[0]!.dequantize).not.toHaveProperty('axis');
    expect(layers[1]!.tensors[0]!.dequantize).not.toHaveProperty('zeroPoint');
  });

  it('are those of the operators that take integers', () => {
    const inputs = ['x', 'xs', 'xz', 'q', 's', 'z', 'ys', 'yz', 'b'];
    const stored = [
      bytes('q', [4, 3, 1, 1], 'uint8'),
      zeros('s', [4]),
      bytes('z', [4], 'uint8'),
      bytes('b', [4], 'int32'),
    ];
    const layer = only(layersOf(single([node('QLinearConv', inputs, ['y'])], stored)));
    const byName = new Map(layer.tensors.map((tensor) => [tensor.value, tensor]));
    expect(byName.get('q')).toMatchObject({ role: 'weight', parameters: 12, dequantize: { axis: 0 } });
    expect(byName.get('b')).toMatchObject({ role: 'bias', parameters: 4 });
    expect(byName.get('z')).toMatchObject({ role: 'constant', parameters: 0 });
  });

  it('count each weight where several share a byte', () => {
    const packed = {
      ...node('MatMulNBits', ['x', 'q', 's'], ['y'], { K: 32, N: 5, bits: 4, block_size: 16 }),
      domain: 'com.microsoft',
    };
    const layer = only(layersOf(single([packed], [bytes('q', [5, 2, 8], 'uint8'), zeros('s', [10])])));
    expect(layer.tensors[0]).toMatchObject({ role: 'weight', parameters: 160 });
  });

  it('may be quantized while running', () => {
    const nodes = [
      node('QuantizeLinear', ['w', 's', 'z'], ['q']),
      node('DequantizeLinear', ['q', 's', 'z'], ['d']),
      node('MatMul', ['x', 'd'], ['y'], {}, 'product'),
    ];
    const layers = layersOf(single(nodes, [zeros('w', [3, 4]), zeros('s', []), bytes('z', [])]));
    const weight = layers[2]!.tensors[0]!;
    expect(weight).toMatchObject({ value: 'w', role: 'weight', parameters: 12 });
    expect(weight).not.toHaveProperty('dequantize');
  });

  it('leave integers that are shapes and indices out of the parameters', () => {
    const nodes = [node('Reshape', ['x', 'shape'], ['r']), node('Gather', ['table', 'x'], ['y'])];
    const layers = layersOf(single(nodes, [int64s('shape', [2], [1, -1]), int64s('table', [3], [1, 2, 3])]));
    expect(layers.flatMap(({ tensors }) => tensors.map(described))).toEqual(['constant', 'constant']);
    expect(total(layers)).toBe(0);
  });
});

describe('tensors that several nodes use', () => {
  it('are the first one’s', () => {
    const nodes = [
      node('MatMul', ['x', 'w'], ['h'], {}, 'first'),
      node('MatMul', ['h', 'w'], ['y'], {}, 'second'),
    ];
    const layers = layersOf(single(nodes, [zeros('w', [3, 3])]));
    expect(holders(layers, 'w')).toEqual(['first']);
    expect(total(layers)).toBe(9);
  });

  it('are rather a weight than anything else, whoever is first', () => {
    const nodes = [
      node('Add', ['x', 'w'], ['h'], {}, 'first'),
      node('MatMul', ['h', 'w'], ['y'], {}, 'second'),
    ];
    expect(holders(layersOf(single(nodes, [zeros('w', [3, 3])])), 'w')).toEqual(['second']);
  });

  it('are in a layer of their own where no node uses them', () => {
    const layers = layersOf(
      single([node('Relu', ['x'], ['y'])], [zeros('w', [3, 3]), int64s('i', [1], [1])]),
    );
    expect(layers.map(({ label }) => label)).toEqual(['Relu:y', 'unused']);
    expect(layers[1]!.tensors.map(({ value, parameters }) => [value, parameters])).toEqual([
      ['w', 9],
      ['i', 0],
    ]);
  });
});

describe('subgraphs and functions', () => {
  it('label a node by what is around it', () => {
    expect(layersOf(nested()).map(({ label }) => label)).toEqual([
      'choice',
      'choice/then_branch/a',
      'choice/then_branch/b',
      'choice/else_branch/a',
      'choice/else_branch/b',
    ]);
  });

  it('find what is stored around them, and tell which graph stores it', () => {
    const whole = nested();
    const layers = layersOf(whole);
    const [outer] = layers[1]!.tensors;
    expect(outer).toMatchObject({ value: 'outer', role: 'weight', storedIn: whole.graph });
    expect(layers[1]!.graph.name).toBe('yes');
    expect(layers[2]!.tensors[0]!.storedIn.name).toBe('yes');
    expect(layers[4]!.tensors[0]!.storedIn.name).toBe('no');
    expect(total(layers)).toBe(12 + 4 + 4);
  });

  it('count constants of functions', () => {
    const constant = node('Constant', [], ['w'], { value: { kind: 'tensor', value: zeros('', [3, 4]) } });
    const fn = { domain: 'local', name: 'Linear', nodes: [constant, node('MatMul', ['in', 'w'], ['out'])] };
    const call = { ...node('Linear', ['x'], ['y'], {}, 'call'), domain: 'local' };
    const layers = layersOf({ ...single([call], []), functions: [fn] });
    expect(holders(layers, 'w')).toEqual(['local.Linear/MatMul:out']);
    expect(total(layers)).toBe(12);
  });

  it('label nodes uniquely, whatever they are called', () => {
    const twins = [
      node('Relu', ['x'], ['a'], {}, 'choice/then_branch/a'),
      node('Relu', ['a'], ['b'], {}, 'choice/then_branch/a'),
    ];
    const whole = nested();
    const layers = layersOf({ ...whole, graph: { ...whole.graph, nodes: [...twins, ...whole.graph.nodes] } });
    expect(new Set(layers.map(({ label }) => label)).size).toBe(layers.length);
  });
});

describe('constants', () => {
  it.each([
    ['a number', { value_float: { kind: 'float', value: 2 } }, 1],
    ['numbers', { value_floats: { kind: 'floats', value: [1, 2, 3] } }, 3],
    ['whole numbers', { value_ints: { kind: 'ints', value: [1, 2, 3] } }, 0],
    ['a tensor', { value: { kind: 'tensor', value: zeros('', [2, 2]) } }, 4],
  ] as const)('count as stored tensors: %s', (_, attributes, parameters) => {
    const nodes = [node('Constant', [], ['c'], attributes), node('Where', ['x', 'c', 'x'], ['y'])];
    const layers = layersOf(single(nodes, []));
    expect(holders(layers, 'c')).toEqual(['Where:y']);
    expect(total(layers)).toBe(parameters);
  });
});

it('ends on graphs with a cycle', () => {
  const nodes = [
    node('Identity', ['a'], ['b']),
    node('Identity', ['b'], ['a']),
    node('MatMul', ['x', 'a'], ['y']),
  ];
  expect(layersOf(single(nodes, [])).flatMap(({ tensors }) => tensors)).toEqual([]);
});

it('follows very long chains, whatever the order of the file', () => {
  const chain = Array.from({ length: 20_000 }, (_, i) => node('Identity', [`v${i}`], [`v${i + 1}`]));
  const product = node('MatMul', ['x', 'v20000'], ['y'], {}, 'product');
  const layers = layersOf(single([product, ...chain.toReversed()], [zeros('v0', [3, 4])]));
  expect(layers[0]!.tensors.map(described)).toEqual(['weight 1']);
});

function described({ role, outputAxis }: LayerTensor): string {
  return outputAxis === undefined ? role : `${role} ${outputAxis}`;
}

/** Labels of the layers that hold a stored tensor. */
function holders(layers: readonly Layer[], value: string): readonly string[] {
  return layers
    .filter(({ tensors }) => tensors.some((tensor) => tensor.value === value))
    .map(({ label }) => label);
}

function total(layers: readonly Layer[]): number {
  return sum(layers.flatMap(({ tensors }) => tensors.map(({ parameters }) => parameters)));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

function only(layers: readonly Layer[]): Layer {
  expect(layers).toHaveLength(1);
  return layers[0]!;
}

function zeros(name: string, shape: readonly number[]): Tensor {
  return floats(name, shape, new Float32Array(shape.reduce((product, size) => product * size, 1)));
}

function single(nodes: readonly Node[], initializers: readonly Tensor[]): Model {
  return model(
    graph({ nodes, inputs: [input('x', [2, 3])], outputs: [{ name: 'y', type: 'float32' }], initializers }),
  );
}

function bytes(name: string, shape: readonly number[], type: 'int8' | 'uint8' | 'int32' = 'int8'): Tensor {
  return Tensor.fromBytes(
    name,
    type,
    shape,
    new Uint8Array(zeros(name, shape).elements * (type === 'int32' ? 4 : 1)),
  );
}

/** A graph that uses a tensor of its own and one from around it. */
function branch(name: string): Graph {
  return graph({
    name,
    nodes: [node('MatMul', ['x', 'outer'], ['h'], {}, 'a'), node('Add', ['h', 'inner'], ['o'], {}, 'b')],
    inputs: [],
    outputs: [{ name: 'o' }],
    initializers: [zeros('inner', [4])],
  });
}

function nested(): Model {
  return single(
    [
      node(
        'If',
        ['c'],
        ['y'],
        {
          then_branch: { kind: 'graph', value: branch('yes') },
          else_branch: { kind: 'graph', value: branch('no') },
        },
        'choice',
      ),
    ],
    [zeros('outer', [3, 4])],
  );
}
