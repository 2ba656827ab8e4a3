// Each rewrite of the table of changes, run by ONNX Runtime in the old opset and in the new one; and what is refused.
import { describe, expect, it } from 'vitest';
import type { Graph, Model, ModelFunction } from '../../../../src/core/ir/graph';
import { allNodes } from '../../../../src/core/ir/traversal';
import { opsetChanges } from '../../../../src/core/operators/opsets/opsetChanges';
import { raiseOpset, type RaisedOpset } from '../../../../src/core/operators/opsets/raiseOpset';
import { floats, graph, input, model, node } from '../../../support/build';
import { inputsFor, largestDifference, runModel } from '../../../support/runModels';
import { onnxHistory } from './onnxHistory';
import { cases, laterCases, latestCases, ofFloat, output, single } from './opsetCases';

function raised(given: Model, to: RaisedOpset = 13): Model {
  const result = raiseOpset(given, to);
  if ('refused' in result) throw new Error(`refused ${result.refused.join()}`);
  return result.model;
}

async function expectSame(before: Model, after: Model): Promise<void> {
  const feeds = await inputsFor(before, 2);
  expect(feeds).toBeDefined();
  for (const feed of feeds!) {
    expect(largestDifference(await runModel(before, feed), await runModel(after, feed))).toBe(0);
  }
}

const branch = (operator: string): Graph =>
  graph({
    nodes: [node(operator, ['x'], ['a']), node('Unsqueeze', ['a'], ['r'], { axes: [0] })],
    inputs: [],
    outputs: [output('r')],
  });

describe('raising the opset', () => {
  it.each(cases)('keeps what ONNX Runtime computes for %s', async (_, before) => {
    const after = raised(before);
    expect(after.opsets.get('')).toBe(13);
    await expectSame(before, after);
  });

  it('keeps Softmax right where nothing tells its rank', async () => {
    for (const [shape, axis] of [
      [[4, 3, 5], 1],
      [[4, 3, 5], 2],
      [[6], 0],
    ] as const) {
      const nodes = [
        node('Identity', ['x'], ['a']),
        node('Softmax', ['a'], ['b'], { axis }),
        node('Neg', ['b'], ['y']),
      ];
      const before = model(graph({ nodes, inputs: [input('x', shape)], outputs: [output('y')] }), 11);
      const after = raised(before);
      expect([...allNodes(after)].map(({ operator }) => operator)).toContain('Flatten');
      await expectSame(before, after);
    }
  });

  it('needs no Flatten for a Softmax along the last axis', () => {
    const before = single(9, [2, 3], node('Softmax', ['x'], ['y']));
    expect([...allNodes(raised(before))].map(({ operator }) => operator)).toEqual(['Softmax']);
  });

  it('raises the nodes of subgraphs', async () => {
    const nodes = [
      node('ReduceSum', ['x'], ['sum'], { keepdims: 0 }),
      node('Greater', ['sum', 'zero'], ['positive']),
      node('If', ['positive'], ['y'], {
        then_branch: { kind: 'graph', value: branch('Exp') },
        else_branch: { kind: 'graph', value: branch('Neg') },
      }),
    ];
    const initializers = [floats('zero', [], [0])];
    const before = model(
      graph({ nodes, inputs: [input('x', [5])], outputs: [output('y')], initializers }),
      9,
    );
    await expectSame(before, raised(before));
  });

  it('goes only as far as asked', async () => {
    const before = single(7, [4, 5], node('Slice', ['x'], ['y'], { starts: [1], ends: [3], axes: [0] }));
    const after = raised(before, 10);
    expect(after.opsets.get('')).toBe(10);
    await expectSame(before, after);
  });

  it('leaves a model alone that is as new already', () => {
    const before = single(15, [2], node('Relu', ['x'], ['y']));
    expect(raised(before)).toBe(before);
  });

  it('gives the node the name that it had, so that layers keep theirs', () => {
    const before = single(9, [2, 6], node('Split', ['x'], ['y', 'z'], { axis: 1, split: [2, 4] }, 'cut'));
    const names = raised(before).graph.nodes.map(({ name }) => name);
    expect(names).toContain('cut');
    expect(new Set(names).size).toBe(names.length);
  });

  it('does not change the given model', () => {
    const before = single(7, [2, 9], node('Clip', ['x'], ['y'], { min: ofFloat(-1), max: 0.5 }));
    const copy = structuredClone(before.graph.nodes);
    raised(before);
    expect(before.graph.nodes).toEqual(copy);
    expect(before.opsets.get('')).toBe(7);
  });

  it('takes the type of new constants from the values that they work with', () => {
    const half = { name: 'x', type: 'float16' as const, shape: [4] };
    const nodes = [node('Cast', ['x'], ['h'], { to: 10 }), node('Clip', ['x'], ['y'], { min: 0.5 })];
    const before = model(graph({ nodes, inputs: [half], outputs: [{ name: 'y', type: 'float16' }] }), 10);
    const constant = raised(before).graph.nodes.find(({ operator }) => operator === 'Constant');
    expect(constant?.attributes[0]).toMatchObject({ kind: 'tensor', value: { type: 'float16' } });
  });
});

const twice = (operator: string): ModelFunction => ({
  domain: 'local',
  name: 'Twice',
  nodes: [node(operator, ['a'], ['b'])],
});

describe('raising the opset to 17', () => {
  it.each([...cases, ...laterCases])('keeps what %s computes', async (_, before) => {
    await expectSame(before, raised(before, 17));
  });

  it('leaves out statistics of BatchNormalization that nothing uses', async () => {
    await expectSame(normalizing(['y'], ['y']), raised(normalizing(['y', 'm', 'v', 'sm', 'sv'], ['y']), 17));
  });
});

describe('raising the opset to 21', () => {
  it.each([...cases, ...laterCases, ...latestCases])('keeps what %s computes', async (_, before) => {
    const after = raised(before, 21);
    expect(after.opsets.get('')).toBe(21);
    expect(after.irVersion).toBe(10);
    await expectSame(before, after);
  });

  it('keeps the means of AveragePool to the rounding of another kernel', async () => {
    for (const attributes of [
      { pads: [1, 1, 1, 1], ceil_mode: 1 },
      { pads: [1, 0, 0, 1], count_include_pad: 1, ceil_mode: 1 },
      { auto_pad: 'SAME_UPPER' },
      { auto_pad: 'SAME_LOWER', count_include_pad: 1 },
      { auto_pad: 'VALID', ceil_mode: 1 },
    ]) {
      const pool = node('AveragePool', ['x'], ['y'], {
        ...attributes,
        kernel_shape: [3, 3],
        strides: [2, 2],
      });
      const before = single(11, [1, 2, 8, 9], pool);
      const [feeds] = (await inputsFor(before, 1))!;
      const after = await runModel(raised(before, 21), feeds!);
      expect(largestDifference(await runModel(before, feeds!), after)).toBeLessThan(1e-6);
    }
  });

  it('leaves no initializer an input that a caller may replace', async () => {
    const made = node('Add', ['x', 'a'], ['y']);
    const more = { initializers: [floats('a', [3], [1, 2, 3])], inputs: [input('x', [3]), input('a', [3])] };
    const before = { ...single(9, [3], made, more), irVersion: 3 };
    const after = raised(before, 21);
    expect(after.graph.inputs.map(({ name }) => name)).toEqual(['x']);
    await expectSame(before, after);
    expect(raised(before, 17).irVersion).toBe(3);
    const replaceable = { ...before, irVersion: 4 };
    expect(raised(replaceable, 21).graph.inputs.map(({ name }) => name)).toEqual(['x', 'a']);
  });

  it('lowers no version of the IR', () => {
    const before = { ...single(13, [2], node('Relu', ['x'], ['y'])), irVersion: 11 };
    expect(raised(before, 21).irVersion).toBe(11);
  });
});

/** At opset 9, as ONNX Runtime does not run it with more outputs than one. */
function normalizing(made: readonly string[], outputs: readonly string[]): Model {
  const inputs = ['x', 'scale', 'shift', 'mean', 'variance'];
  const initializers = inputs.slice(1).map((name, i) => floats(name, [3], [1 + i, 2, 0.5]));
  return single(9, [2, 3, 4], node('BatchNormalization', inputs, made), {
    initializers,
    outputs: outputs.map(output),
  });
}

describe('what cannot be raised with certainty', () => {
  const refusals: readonly (readonly [why: string, before: Model, refused: string])[] = [
    ['an operator that is not known', single(9, [2], node('ImageScaler', ['x'], ['y'])), 'ImageScaler'],
    ['an operator that its opset does not have', single(9, [2], node('Celu', ['x'], ['y'])), 'Celu'],
    ['a name that every object has', single(9, [2], node('constructor', ['x'], ['y'])), 'constructor'],
    ['an opset before 7', single(6, [2], node('Relu', ['x'], ['y'])), 'Relu'],
    ['one-hot of negative indices', single(9, [2], node('OneHot', ['x', 'd', 'v'], ['y'])), 'OneHot'],
    ['a scan over batches', single(8, [2], node('Scan', ['', 'x'], ['y'])), 'Scan'],
    [
      'a Dropout whose mask is used',
      single(7, [2], node('Dropout', ['x'], ['y', 'm']), { outputs: [output('y'), output('m')] }),
      'Dropout',
    ],
    [
      'statistics for each activation',
      single(7, [2, 3], node('BatchNormalization', ['x', 's', 'b', 'm', 'v'], ['y'], { spatial: 0 })),
      'BatchNormalization',
    ],
    [
      'a nearest Resize of unknown scales',
      single(10, [1, 1, 2, 2], node('Resize', ['x', 's'], ['y'])),
      'Resize',
    ],
    [
      'a nearest Resize that enlarges and shrinks',
      single(10, [1, 1, 2, 2], node('Resize', ['x', 's'], ['y']), {
        initializers: [floats('s', [4], [1, 1, 2, 0.5])],
      }),
      'Resize',
    ],
    [
      'coordinates that were removed',
      single(
        11,
        [1, 1, 2, 2],
        node('Resize', ['x', '', 's'], ['y'], { coordinate_transformation_mode: 'tf_half_pixel_for_nn' }),
      ),
      'Resize',
    ],
    [
      'a ConvTranspose with a given output',
      single(7, [1, 1, 2, 2], node('ConvTranspose', ['x', 'w'], ['y'], { output_shape: [5, 5] })),
      'ConvTranspose',
    ],
    [
      'bounds of an unknown type',
      model(
        graph({
          nodes: [
            node('Cast', ['x'], ['h'], { to: 10 }),
            node('Neg', ['h'], ['n']),
            node('Clip', ['n'], ['c'], { min: 0.5 }),
            node('Cast', ['c'], ['y'], { to: 1 }),
          ],
          inputs: [input('x', [2])],
          outputs: [output('y')],
        }),
        10,
      ),
      'Clip',
    ],
  ];

  it('refuses statistics of BatchNormalization that something uses', () => {
    const used = normalizing(['y', 'm'], ['y', 'm']);
    expect(raiseOpset(used, 13)).toHaveProperty('model');
    expect(raiseOpset(used, 17)).toEqual({ refused: ['BatchNormalization'] });
  });

  it('refuses an operator that came with a later version than the one asked for', () => {
    const early = single(11, [2, 3], node('HardSwish', ['x'], ['y']));
    expect(raiseOpset(early, 13)).toEqual({ refused: ['HardSwish'] });
  });

  it('refuses a GroupNormalization whose scales are those of groups', () => {
    const groups = single(
      18,
      [1, 4, 3],
      node('GroupNormalization', ['x', 's', 'b'], ['y'], { num_groups: 2 }),
    );
    expect(raiseOpset(groups, 21)).toEqual({ refused: ['GroupNormalization'] });
  });

  it.each(refusals)('%s is refused by name', (_, before, refused) => {
    expect(raiseOpset(before, 13)).toEqual({ refused: [refused] });
  });

  it('refuses operators of functions that changed, because functions keep their own opset', () => {
    const call = { ...node('Twice', ['x'], ['y']), domain: 'local' };
    const base = model(graph({ nodes: [call], inputs: [input('x', [2])], outputs: [output('y')] }), 12);
    expect(raiseOpset({ ...base, functions: [twice('Relu')] }, 13)).toEqual({ refused: ['Relu'] });
    expect(raiseOpset({ ...base, functions: [twice('Sin')] }, 13)).toHaveProperty('model');
  });
});

describe('the table of changes', () => {
  it('has every standard operator up to opset 21, and every version that changed it after 7', () => {
    const stated = Object.fromEntries(
      Object.entries(opsetChanges).map(([name, changes]) => [name, Object.keys(changes).map(Number)]),
    );
    const changed = Object.fromEntries(
      Object.entries(onnxHistory).map(([name, versions]) => [
        name,
        versions.filter((version) => version > 7),
      ]),
    );
    expect(stated).toEqual(changed);
  });

  it('says "introduced" at the first version of an operator and nowhere else', () => {
    for (const [name, changes] of Object.entries(opsetChanges)) {
      for (const [version, change] of Object.entries(changes)) {
        expect([name, change === 'introduced']).toEqual([name, Number(version) === onnxHistory[name]?.[0]]);
      }
    }
  });
});
