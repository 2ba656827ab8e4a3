// The gradients of operators that move elements: views, joins, cuts, padding, repetition and reading by index.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { int64s, node } from '../../../support/build';
import { gradientError, gradientsAt, type GradientCase } from '../../../support/checkGradient';
import { broadcastShapes, smallShape } from '../../../support/gradientArbitraries';

const shapeOfRank = (min: number) =>
  fc.array(fc.integer({ min: 1, max: 4 }), { minLength: min, maxLength: 4 });

async function holds(test: Omit<GradientCase, 'outputs'>, seed: number, outputs = ['y']): Promise<void> {
  expect(await gradientError({ ...test, outputs }, seed)).toBeLessThan(1e-6);
}

describe('the gradient of a view', () => {
  it.each([
    ['Reshape', [2, 3, 4], [0, -1]],
    ['Unsqueeze', [2, 3], [0, -1]],
    ['Squeeze', [1, 3, 1], [0, 2]],
    ['Squeeze', [1, 3, 1], undefined],
    ['Flatten', [2, 3, 4], undefined],
  ] as const)('%s equals central differences', async (operator, x, second) => {
    const tensors = second ? [int64s('second', [second.length], second)] : [];
    await holds(
      { nodes: [node(operator, second ? ['x', 'second'] : ['x'], ['y'])], inputs: { x }, tensors },
      1,
    );
  });

  it('Transpose equals central differences for any permutation', async () => {
    await fc.assert(
      fc.asyncProperty(
        shapeOfRank(1),
        fc.array(fc.nat(), { minLength: 4 }),
        fc.nat(),
        async (x, keys, seed) => {
          const perm = x.map((_, i) => i).toSorted((a, b) => keys[a]! - keys[b]!);
          const attributes = seed % 4 === 0 ? {} : { perm };
          await holds({ nodes: [node('Transpose', ['x'], ['y'], attributes)], inputs: { x } }, seed);
        },
      ),
      { numRuns: 15 },
    );
  });
});

describe('the gradient of a join or a cut', () => {
  it('Concat equals central differences along any axis', async () => {
    await fc.assert(
      fc.asyncProperty(
        shapeOfRank(1),
        fc.nat(),
        fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }),
        fc.nat(),
        async (shape, place, parts, seed) => {
          const axis = place % shape.length;
          const inputs = Object.fromEntries(parts.map((part, i) => [`x${i}`, shape.with(axis, part)]));
          const stated = seed % 2 === 0 ? axis : axis - shape.length;
          await holds(
            { nodes: [node('Concat', Object.keys(inputs), ['y'], { axis: stated })], inputs },
            seed,
          );
        },
      ),
      { numRuns: 15 },
    );
  });

  it.each([[['a', 'b', 'c']], [['b']]])(
    'Split equals central differences where %j is used',
    async (outputs) => {
      await holds(
        {
          nodes: [node('Split', ['x', 'sizes'], ['a', 'b', 'c'], { axis: -1 })],
          inputs: { x: [2, 6] },
          tensors: [int64s('sizes', [3], [1, 3, 2])],
        },
        2,
        outputs,
      );
      await holds(
        { nodes: [node('Split', ['x'], ['a', 'b', 'c'])], inputs: { x: [6, 2] }, opset: 12 },
        3,
        outputs,
      );
    },
  );

  it('Slice equals central differences for any start, end and step of either sign', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            size: fc.integer({ min: 1, max: 7 }),
            start: fc.integer({ min: -9, max: 9 }),
            end: fc.integer({ min: -9, max: 9 }),
            step: fc.constantFrom(1, 2, 3, -1, -2, -3),
          }),
          { minLength: 1, maxLength: 3 },
        ),
        fc.nat(),
        async (cuts, seed) => {
          const count = cuts.length;
          const empty = cuts.some(({ size, start, end, step }) => {
            const at = (value: number, low: number, high: number): number =>
              Math.min(Math.max(value < 0 ? value + size : value, low), high);
            return step > 0
              ? at(end, 0, size) <= at(start, 0, size)
              : at(end, -1, size - 1) >= at(start, 0, size - 1);
          });
          fc.pre(!empty);
          const list = (name: string, values: readonly number[]) => int64s(name, [count], values);
          await holds(
            {
              nodes: [node('Slice', ['x', 'starts', 'ends', 'axes', 'steps'], ['y'])],
              inputs: { x: cuts.map(({ size }) => size) },
              tensors: [
                list(
                  'starts',
                  cuts.map(({ start }) => start),
                ),
                list(
                  'ends',
                  cuts.map(({ end }) => end),
                ),
                list(
                  'axes',
                  cuts.map((_, i) => i),
                ),
                list(
                  'steps',
                  cuts.map(({ step }) => step),
                ),
              ],
            },
            seed,
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  it.each(['constant', 'reflect', 'edge'])('Pad equals central differences: %s', async (mode) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            size: fc.integer({ min: 3, max: 5 }),
            before: fc.integer({ min: mode === 'constant' ? -1 : 0, max: 2 }),
            after: fc.integer({ min: mode === 'constant' ? -1 : 0, max: 2 }),
          }),
          { minLength: 1, maxLength: 3 },
        ),
        fc.nat(),
        async (axes, seed) => {
          const pads = [...axes.map(({ before }) => before), ...axes.map(({ after }) => after)];
          const filled = mode === 'constant' && seed % 2 === 0;
          await holds(
            {
              nodes: [node('Pad', ['x', 'pads', ...(filled ? ['fill'] : [])], ['y'], { mode })],
              inputs: { x: axes.map(({ size }) => size), ...(filled && { fill: [] as readonly number[] }) },
              tensors: [int64s('pads', [pads.length], pads)],
            },
            seed,
          );
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe('the gradient of a repetition', () => {
  it('Expand equals central differences', async () => {
    await fc.assert(
      fc.asyncProperty(broadcastShapes(2), fc.nat(), async ([x, to], seed) => {
        await holds(
          {
            nodes: [node('Expand', ['x', 'to'], ['y'])],
            inputs: { x: x! },
            tensors: [int64s('to', [to!.length], to!)],
          },
          seed,
        );
      }),
      { numRuns: 15 },
    );
  });

  it('Tile equals central differences', async () => {
    await fc.assert(
      fc.asyncProperty(shapeOfRank(1), fc.nat(), async (x, seed) => {
        const repeats = x.map((_, i) => 1 + (((seed >> (2 * i)) & 3) % 3));
        await holds(
          {
            nodes: [node('Tile', ['x', 'repeats'], ['y'])],
            inputs: { x },
            tensors: [int64s('repeats', [x.length], repeats)],
          },
          seed,
        );
      }),
      { numRuns: 15 },
    );
  });
});

describe('the gradient of a rearrangement of blocks', () => {
  it.each([
    ['DepthToSpace', [2, 8, 2, 3], { blocksize: 2, mode: 'DCR' }],
    ['DepthToSpace', [2, 8, 2, 3], { blocksize: 2, mode: 'CRD' }],
    ['SpaceToDepth', [2, 2, 4, 6], { blocksize: 2 }],
  ] as const)('%s equals central differences', async (operator, x, attributes) => {
    await holds({ nodes: [node(operator, ['x'], ['y'], attributes)], inputs: { x } }, 4);
  });
});

describe('the gradient of reading by index', () => {
  it('Gather equals central differences, with repeated and negative indices', async () => {
    await fc.assert(
      fc.asyncProperty(
        shapeOfRank(1),
        fc.nat(),
        smallShape.map((shape) => shape.slice(0, 2)),
        fc.infiniteStream(fc.nat()),
        fc.nat(),
        async (x, place, shape, source, seed) => {
          const axis = place % x.length;
          const length = shape.reduce((product, size) => product * size, 1);
          const indices = Array.from({ length }, () => (source.next().value % (2 * x[axis]!)) - x[axis]!);
          await holds(
            {
              nodes: [node('Gather', ['x', 'indices'], ['y'], { axis })],
              inputs: { x },
              tensors: [int64s('indices', shape, indices)],
            },
            seed,
          );
        },
      ),
      { numRuns: 20 },
    );
  });

  it('Gather counts every use of a row of a large table', async () => {
    const count = 4096;
    const indices = Array.from({ length: count }, (_, i) => i % 3);
    const found = await gradientsAt(
      {
        nodes: [node('Gather', ['x', 'indices'], ['y'])],
        inputs: { x: [3, 64] },
        tensors: [int64s('indices', [count], indices)],
        outputs: ['y'],
      },
      { x: Array.from({ length: 192 }, (_, i) => i) },
    );
    expect(found['x']).toEqual(Array.from({ length: 192 }, (_, i) => (i < 64 ? 1366 : 1365)));
  });

  it('GatherElements equals central differences', async () => {
    await holds(
      {
        nodes: [node('GatherElements', ['x', 'indices'], ['y'], { axis: 1 })],
        inputs: { x: [3, 4] },
        tensors: [int64s('indices', [2, 5], [0, 0, 3, -1, 2, 1, 1, 1, -4, 0])],
      },
      6,
    );
  });
});
