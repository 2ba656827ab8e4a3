// A model for each rewrite of the table of changes, of one node over the input "x" in an old opset.
import type { Graph, Model, Node, ValueInfo } from '../../../../src/core/ir/graph';
import { floats, graph, input, int64s, model, node } from '../../../support/build';

export const output = (name: string): ValueInfo => ({ name, type: 'float32' });

export /** A model of one node over "x" at an old opset. */
function single(opset: number, shape: readonly number[], made: Node, more: Partial<Graph> = {}): Model {
  return model(graph({ nodes: [made], inputs: [input('x', shape)], outputs: [output('y')], ...more }), opset);
}

const ofFloats = (value: readonly number[]) => ({ kind: 'floats' as const, value });
export const ofFloat = (value: number) => ({ kind: 'float' as const, value });

/** What changed up to opset 13. */
export const cases: readonly (readonly [what: string, before: Model])[] = [
  ['Clip with both bounds', single(7, [2, 9], node('Clip', ['x'], ['y'], { min: ofFloat(-1), max: 0.5 }))],
  ['Clip with an upper bound', single(10, [2, 9], node('Clip', ['x'], ['y'], { max: 0.5 }))],
  ['Clip without bounds', single(10, [2, 9], node('Clip', ['x'], ['y']))],
  [
    'Clip with the limits of float32',
    single(10, [2, 9], node('Clip', ['x'], ['y'], { min: 0.25, max: ofFloat(3.4028234663852886e38) })),
  ],
  ['Pad with zeros', single(7, [1, 2, 3], node('Pad', ['x'], ['y'], { pads: [0, 1, 2, 0, 0, 1] }))],
  [
    'Pad with a value',
    single(10, [2, 3], node('Pad', ['x'], ['y'], { pads: [1, 0, 0, 2], value: 1.5, mode: 'constant' })),
  ],
  [
    'Pad by reflection',
    single(9, [1, 1, 4, 5], node('Pad', ['x'], ['y'], { pads: [0, 0, 1, 2, 0, 0, 3, 1], mode: 'reflect' })),
  ],
  [
    'Slice with axes',
    single(7, [4, 5, 6], node('Slice', ['x'], ['y'], { starts: [1, -3], ends: [3, 1000], axes: [0, 2] })),
  ],
  ['Slice without axes', single(9, [4, 5], node('Slice', ['x'], ['y'], { starts: [1, 0], ends: [-1, 2] }))],
  ['Squeeze with axes', single(7, [1, 3, 1, 2], node('Squeeze', ['x'], ['y'], { axes: [0, 2] }))],
  ['Squeeze without axes', single(11, [1, 3, 1, 2], node('Squeeze', ['x'], ['y']))],
  ['Unsqueeze', single(7, [3, 2], node('Unsqueeze', ['x'], ['y'], { axes: [0, 3] }))],
  ['Unsqueeze by negative axes', single(12, [3, 2], node('Unsqueeze', ['x'], ['y'], { axes: [-1] }))],
  ['ReduceSum with axes', single(7, [3, 4, 5], node('ReduceSum', ['x'], ['y'], { axes: [1], keepdims: 0 }))],
  ['ReduceSum over everything', single(11, [3, 4], node('ReduceSum', ['x'], ['y']))],
  [
    'Split into given sizes',
    single(7, [2, 6], node('Split', ['x'], ['y', 'z'], { axis: 1, split: [2, 4] }), {
      outputs: [output('y'), output('z')],
    }),
  ],
  [
    'Split into equal parts',
    single(11, [2, 6], node('Split', ['x'], ['y', 'z'], { axis: 1 }), {
      outputs: [output('y'), output('z')],
    }),
  ],
  [
    'TopK',
    single(7, [3, 8], node('TopK', ['x'], ['y', 'i'], { k: 3 }), {
      outputs: [output('y'), { name: 'i', type: 'int64' }],
    }),
  ],
  ['Dropout', single(7, [3, 8], node('Dropout', ['x'], ['y'], { ratio: 0.3 }))],
  ['Dropout with a mask that nobody uses', single(8, [3, 8], node('Dropout', ['x'], ['y', 'mask']))],
  ['Dropout 10 with its ratio', single(10, [3, 8], node('Dropout', ['x'], ['y'], { ratio: 0.25 }))],
  [
    'BatchNormalization with the attribute spatial',
    single(7, [2, 3, 4], node('BatchNormalization', ['x', 's', 'b', 'm', 'v'], ['y'], { spatial: 1 }), {
      initializers: [
        floats('s', [3], [1, 2, 3]),
        floats('b', [3], [0, 1, 2]),
        floats('m', [3], [0.1, 0.2, 0.3]),
        floats('v', [3], [1, 2, 3]),
      ],
    }),
  ],
  [
    'Scatter',
    single(9, [3, 3], node('Scatter', ['x', 'i', 'u'], ['y'], { axis: 1 }), {
      initializers: [int64s('i', [2, 2], [0, 2, 1, 0]), floats('u', [2, 2], [10, 20, 30, 40])],
    }),
  ],
  ...[7, 9].flatMap((opset) =>
    (['nearest', 'linear'] as const).map((mode): readonly [string, Model] => {
      const scales = [1, 1, 2, 1.7];
      const attributes = opset < 9 ? { mode, scales: ofFloats(scales) } : { mode };
      const inputs = opset < 9 ? ['x'] : ['x', 'scales'];
      const initializers = opset < 9 ? [] : [floats('scales', [4], scales)];
      const made = node('Upsample', inputs, ['y'], attributes);
      return [`Upsample ${opset}, ${mode}`, single(opset, [1, 2, 5, 7], made, { initializers })];
    }),
  ),
  ...[
    ['nearest', [1, 1, 2, 3]],
    ['nearest', [1, 1, 1.3, 2.6]],
    ['nearest', [1, 1, 0.5, 0.4]],
    ['nearest', [1, 1, 0.7, 1]],
    ['linear', [1, 1, 1.3, 2.6]],
    ['linear', [1, 1, 0.6, 1.5]],
  ].map(([mode, scales]): readonly [string, Model] => [
    `Resize 10, ${String(mode)} by ${String(scales)}`,
    single(10, [1, 2, 11, 13], node('Resize', ['x', 'scales'], ['y'], { mode: mode as string }), {
      initializers: [floats('scales', [4], scales as number[])],
    }),
  ]),
  ...['Softmax', 'LogSoftmax', 'Hardmax'].flatMap((operator) =>
    [
      [7, undefined],
      [9, 0],
      [9, 1],
      [9, 2],
      [9, 3],
      [11, -1],
      [11, -2],
      [12, -3],
    ].map(([opset, axis]): readonly [string, Model] => [
      `${operator} ${opset} along axis ${axis ?? 'by default'}`,
      single(opset!, [2, 3, 4, 5], node(operator, ['x'], ['y'], axis === undefined ? {} : { axis })),
    ]),
  ),
];

/** What changed after opset 13. */
export const laterCases: readonly (readonly [what: string, before: Model])[] = [
  [
    'RoiAlign, whose coordinates were not moved',
    single(
      10,
      [1, 1, 6, 6],
      node('RoiAlign', ['x', 'rois', 'batch'], ['y'], {
        output_height: 2,
        output_width: 3,
        sampling_ratio: 2,
        spatial_scale: ofFloat(1),
      }),
      { initializers: [floats('rois', [1, 4], [0.5, 1, 4.5, 5]), int64s('batch', [1], [0])] },
    ),
  ],
  ['LSTM', single(7, [3, 1, 2], node('LSTM', ['x', 'w', 'r'], ['', 'y'], { hidden_size: 2 }), recurrent(8))],
  ['GRU', single(13, [3, 1, 2], node('GRU', ['x', 'w', 'r'], ['', 'y'], { hidden_size: 2 }), recurrent(6))],
  [
    'Reshape',
    single(13, [2, 3], node('Reshape', ['x', 's'], ['y']), { initializers: [int64s('s', [2], [0, -1])] }),
  ],
  ['PRelu', single(9, [2, 3], node('PRelu', ['x', 'a'], ['y']), { initializers: [floats('a', [1], [0.1])] })],
];

/** What changed after opset 17. */
export const latestCases: readonly (readonly [what: string, before: Model])[] = [
  ...[
    'ReduceL1',
    'ReduceL2',
    'ReduceLogSum',
    'ReduceLogSumExp',
    'ReduceMax',
    'ReduceMean',
    'ReduceMin',
    'ReduceProd',
    'ReduceSumSquare',
  ].flatMap((operator): readonly (readonly [string, Model])[] => {
    const over = (axes: Readonly<Record<string, number[]>>): Model =>
      single(11, [3, 4, 5], node('Abs', ['x'], ['a']), {
        nodes: [node('Abs', ['x'], ['a']), node(operator, ['a'], ['y'], { ...axes, keepdims: 0 })],
      });
    return [
      [`${operator} with axes`, over({ axes: [0, -1] })],
      [`${operator} over everything`, over({})],
    ];
  }),
  [
    'Split 13 into equal parts',
    single(13, [2, 6], node('Split', ['x'], ['y', 'z'], { axis: 1 }), {
      outputs: [output('y'), output('z')],
    }),
  ],
  [
    'Split 13 into given sizes',
    single(13, [2, 6], node('Split', ['x', 's'], ['y', 'z'], { axis: 1 }), {
      outputs: [output('y'), output('z')],
      initializers: [int64s('s', [2], [1, 5])],
    }),
  ],
  ['DFT along the axis that was the default', single(17, [2, 8, 3, 1], node('DFT', ['x'], ['y']))],
  ['DFT along an axis', single(17, [2, 4, 8, 1], node('DFT', ['x'], ['y'], { axis: 2 }))],
  [
    'DFT of a given length',
    single(17, [2, 8, 1], node('DFT', ['x', 'n'], ['y'], { axis: 1 }), {
      initializers: [int64s('n', [], [5])],
    }),
  ],
  ...[{}, { mode: 'bilinear' }, { mode: 'bicubic' }, { mode: 'nearest' }].map(
    (mode): readonly [string, Model] => [
      `GridSample ${mode.mode ?? 'by default'}`,
      single(16, [1, 1, 5, 6], node('GridSample', ['x', 'g'], ['y'], mode), {
        initializers: [floats('g', [1, 2, 2, 2], [-0.9, -0.2, 0.3, 0.7, 0.1, 0.15, 0.95, -0.6])],
      }),
    ],
  ),
  [
    'Pad 13',
    single(13, [2, 3], node('Pad', ['x', 'p', 'v'], ['y']), {
      initializers: [int64s('p', [4], [1, 0, 0, 2]), floats('v', [], [1.5])],
    }),
  ],
  [
    'Resize 13',
    single(13, [1, 2, 5, 7], node('Resize', ['x', '', 's'], ['y'], { mode: 'linear' }), {
      initializers: [floats('s', [4], [1, 1, 1.6, 0.7])],
    }),
  ],
  ['Flatten', single(13, [2, 3, 4], node('Flatten', ['x'], ['y'], { axis: 2 }))],
  ['Transpose', single(13, [2, 3, 4], node('Transpose', ['x'], ['y'], { perm: [2, 0, 1] }))],
];

function recurrent(rows: number): Partial<Graph> {
  const weights = (seed: number) => Array.from({ length: 2 * rows }, (_, i) => Math.sin(seed + i));
  return { initializers: [floats('w', [1, rows, 2], weights(1)), floats('r', [1, rows, 2], weights(2))] };
}
