// The shape rules of everything but convolutions and pools on random attributes.
import * as fc from 'fast-check';
import { describe } from 'vitest';
import { floats, node } from '../../support/build';
import {
  built,
  integers,
  property,
  shapeOfRank,
  single,
  tuple,
  vector,
  zeros,
} from '../../support/shapeProperty';

const size = fc.integer({ min: 1, max: 9 });
const small = fc.integer({ min: 1, max: 3 });

describe('shape rules agree with ONNX Runtime', () => {
  property(
    'slices with any bounds, axes and steps',
    shapeOfRank(1, 4).chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        axes: fc.shuffledSubarray([...shape.keys()], { minLength: 1 }),
        bounds: fc.array(
          fc.record({
            start: fc.integer({ min: -12, max: 12 }),
            end: fc.oneof(fc.integer({ min: -12, max: 12 }), fc.constant(Number.MAX_SAFE_INTEGER)),
            step: fc.constantFrom(1, 1, 2, 3, -1, -2),
          }),
          { minLength: 4, maxLength: 4 },
        ),
        negative: fc.boolean(),
      }),
    ),
    ({ shape, axes, bounds, negative }) => {
      const used = bounds.slice(0, axes.length);
      const stated = axes.map((axis) => (negative ? axis - shape.length : axis));
      return single(node('Slice', ['x', 'starts', 'ends', 'axes', 'steps'], ['y']), {
        x: shape,
        stored: [
          vector(
            'starts',
            used.map(({ start }) => start),
          ),
          vector(
            'ends',
            used.map(({ end }) => end),
          ),
          vector('axes', stated),
          vector(
            'steps',
            used.map(({ step }) => step),
          ),
        ],
      });
    },
  );

  property(
    'padding, of all axes and of some',
    shapeOfRank(1, 4).chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        axes: fc.option(fc.shuffledSubarray([...shape.keys()], { minLength: 1 }), { nil: undefined }),
        pads: fc.array(fc.integer({ min: -1, max: 3 }), { minLength: 8, maxLength: 8 }),
      }),
    ),
    ({ shape, axes, pads }) => {
      const count = 2 * (axes?.length ?? shape.length);
      const inputs = axes ? ['x', 'pads', '', 'axes'] : ['x', 'pads'];
      const stored = [vector('pads', pads.slice(0, count)), ...(axes ? [vector('axes', axes)] : [])];
      return single(node('Pad', inputs, ['y']), { x: shape, stored }, 18);
    },
  );

  property(
    'reshapes with copied and open dimensions',
    shapeOfRank(1, 4).chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        target: fc.shuffledSubarray([...shape, 1, 1], { minLength: shape.length }),
        open: fc.integer({ min: 0, max: 5 }),
        zero: fc.integer({ min: 0, max: 5 }),
      }),
    ),
    ({ shape, target, open, zero }) => {
      const stated = target.map((value, i) =>
        i === open ? -1 : i === zero && shape[i] === value ? 0 : value,
      );
      return single(node('Reshape', ['x', 'shape'], ['y']), { x: shape, stored: [vector('shape', stated)] });
    },
    0.2,
  );

  property(
    'joins and even and uneven splits',
    shapeOfRank(1, 4).chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        axis: fc.integer({ min: -shape.length, max: shape.length - 1 }),
        parts: small,
      }),
    ),
    ({ shape, axis, parts }) => {
      const repeated = Array.from({ length: parts }, () => 'x');
      const pieces = Array.from({ length: parts }, (_, i) => `p${i}`);
      return built(
        [
          node('Concat', ['x', ...repeated], ['joined'], { axis }),
          node('Split', ['joined'], pieces, { axis, num_outputs: parts }),
        ],
        { x: shape },
        18,
      );
    },
    0.5,
  );

  property(
    'gathers of scalars, vectors and matrices',
    shapeOfRank(1, 4).chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        axis: fc.integer({ min: -shape.length, max: shape.length - 1 }),
        indices: shapeOfRank(0, 2),
      }),
    ),
    ({ shape, axis, indices }) =>
      single(node('Gather', ['x', 'i'], ['y'], { axis }), { x: shape, stored: [integers('i', indices)] }),
  );

  property(
    'sums of products in index notation',
    fc
      .record({ a: size, b: size, c: size, batch: small })
      .chain((sizes) => fc.constantFrom(...equations(sizes))),
    ({ equation, shapes }) => {
      const names = shapes.map((_, i) => `w${i}`);
      const nodes = [
        node('Add', ['x', names[0]!], ['x0']),
        node('Einsum', ['x0', ...names.slice(1)], ['y'], { equation }),
      ];
      const stored = shapes.map((shape, i) => zeros(names[i]!, shape));
      return built(nodes, { x: shapes[0]!, stored });
    },
    0.9,
  );

  property(
    'resizing by scales and to sizes',
    fc.record({
      shape: tuple(fc.integer({ min: 1, max: 12 }), 4),
      scales: tuple(fc.constantFrom(0.5, 0.75, 1, 4 / 3, 1.5, 2, 2.5, 3), 2),
      sizes: fc.option(tuple(fc.integer({ min: 1, max: 20 }), 2), { nil: undefined }),
      mode: fc.constantFrom('nearest', 'linear'),
    }),
    ({ shape, scales, sizes, mode }) => {
      const plane = shape.slice(0, 2);
      return sizes
        ? single(node('Resize', ['x', '', '', 'sizes'], ['y'], { mode }), {
            x: shape,
            stored: [vector('sizes', [...plane, ...sizes])],
          })
        : single(node('Resize', ['x', '', 'scales'], ['y'], { mode }), {
            x: shape,
            stored: [floats('scales', [4], [1, 1, ...scales])],
          });
    },
    0.5,
  );

  property(
    'matrix products of vectors, matrices and broadcast stacks',
    fc.record({
      m: size,
      k: size,
      n: size,
      left: fc.constantFrom('vector', 'matrix', 'stack'),
      right: fc.constantFrom('vector', 'matrix', 'stack', 'broadcast'),
      batch: tuple(small, 2),
    }),
    ({ m, k, n, left, right, batch }) => {
      const a = left === 'vector' ? [k] : left === 'matrix' ? [m, k] : [...batch, m, k];
      const stacks = right === 'stack' ? batch : right === 'broadcast' ? [1, 1] : [];
      const b = right === 'vector' ? [k] : [...stacks, k, n];
      return single(node('MatMul', ['x', 'w'], ['y']), { x: a, stored: [zeros('w', b)] });
    },
    0.9,
  );

  property(
    'elementwise operators on shapes that broadcast',
    shapeOfRank(1, 4).chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        other: fc
          .integer({ min: 0, max: shape.length })
          .chain((from) => fc.tuple(...shape.slice(from).map((dimension) => fc.constantFrom(1, dimension)))),
        operator: fc.constantFrom('Add', 'Mul', 'Sub', 'Div', 'Pow', 'Min', 'Max', 'PRelu'),
      }),
    ),
    ({ shape, other, operator }) =>
      single(node(operator, ['x', 'w'], ['y']), { x: shape, stored: [zeros('w', other)] }),
    0.9,
  );

  property(
    'reductions over any axes',
    shapeOfRank(1, 4).chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        axes: fc.shuffledSubarray([...shape.keys()]),
        keepdims: fc.integer({ min: 0, max: 1 }),
        operator: fc.constantFrom('ReduceMean', 'ReduceMax', 'ReduceL2', 'ReduceLogSumExp'),
      }),
    ),
    ({ shape, axes, keepdims, operator }) =>
      single(
        node(operator, axes.length > 0 ? ['x', 'axes'] : ['x'], ['y'], { keepdims }),
        {
          x: shape,
          stored: axes.length > 0 ? [vector('axes', axes)] : [],
        },
        18,
      ),
    0.9,
  );

  property(
    'transposes, squeezes, unsqueezes, expansions and tiles',
    shapeOfRank(1, 4).chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        perm: fc.shuffledSubarray([...shape.keys()], { minLength: shape.length }),
        at: fc.integer({ min: -shape.length - 1, max: shape.length }),
        repeats: tuple(small, shape.length),
      }),
    ),
    ({ shape, perm, at, repeats }) =>
      built(
        [
          node('Transpose', ['x'], ['t'], { perm }),
          node('Unsqueeze', ['t', 'at'], ['u']),
          node('Squeeze', ['u', 'at'], ['s']),
          node('Expand', ['u', 'wide'], ['e']),
          node('Tile', ['s', 'repeats'], ['r']),
          node('Flatten', ['r'], ['f'], { axis: Math.min(shape.length, 2) }),
        ],
        {
          x: shape,
          stored: [
            vector('at', [at]),
            vector('wide', [2, ...shape.map(() => 1), 1]),
            vector('repeats', repeats),
          ],
        },
      ),
    0.9,
  );

  property(
    'recurrent layers of every direction',
    fc.record({
      operator: fc.constantFrom(['LSTM', 4] as const, ['GRU', 3] as const, ['RNN', 1] as const),
      direction: fc.constantFrom('forward', 'reverse', 'bidirectional'),
      steps: small,
      batch: small,
      inputs: small,
      hidden: small,
    }),
    ({ operator: [operator, gates], direction, steps, batch, inputs, hidden }) => {
      const directions = direction === 'bidirectional' ? 2 : 1;
      const outputs = operator === 'LSTM' ? ['y', 'h', 'c'] : ['y', 'h'];
      return single(node(operator, ['x', 'w', 'r'], outputs, { hidden_size: hidden, direction }), {
        x: [steps, batch, inputs],
        stored: [
          zeros('w', [directions, gates * hidden, inputs]),
          zeros('r', [directions, gates * hidden, hidden]),
        ],
      });
    },
    0.9,
  );
});

function equations(sizes: {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly batch: number;
}) {
  const { a, b, c, batch } = sizes;
  return [
    {
      equation: 'ij,jk->ik',
      shapes: [
        [a, b],
        [b, c],
      ],
    },
    {
      equation: 'ij,jk',
      shapes: [
        [a, b],
        [b, c],
      ],
    },
    {
      equation: 'bij,bjk->bik',
      shapes: [
        [batch, a, b],
        [batch, b, c],
      ],
    },
    {
      equation: '...ij,...jk->...ik',
      shapes: [
        [batch, a, b],
        [batch, b, c],
      ],
    },
    {
      equation: 'bhwc,hkc->bhwk',
      shapes: [
        [batch, a, b, c],
        [a, b, c],
      ],
    },
    { equation: 'ij->ji', shapes: [[a, b]] },
    { equation: 'ij->i', shapes: [[a, b]] },
    { equation: 'i,j->ij', shapes: [[a], [b]] },
  ];
}
