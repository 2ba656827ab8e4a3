// What is written for a weight, read by ONNX Runtime: every value is the one that its grid has, to the last bit.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signedLevels, type Scheme } from '../../../../../src/core/compression/quantization/grids/affineGrid';
import {
  channelLayout,
  groupLayout,
  tensorLayout,
  type GridLayout,
} from '../../../../../src/core/compression/quantization/grids/gridLayout';
import { onGrid } from '../../../../../src/core/compression/quantization/grids/onGrid';
import type { WeightGrid } from '../../../../../src/core/compression/quantization/grids/weightGrid';
import { writePlan } from '../../../../../src/core/compression/quantization/writePlan';
import { weightsOf } from '../../../../../src/core/compression/weights';
import { modelToBytes } from '../../../../../src/core/formats/modelBytes';
import type { ElementType } from '../../../../../src/core/ir/elementType';
import type { Model } from '../../../../../src/core/ir/graph';
import { encodeNumbers, tensorNumbers } from '../../../../../src/core/ir/numbers';
import { Tensor } from '../../../../../src/core/ir/tensor';
import { onnxRuntime } from '../../../../../src/core/runtime/onnxRuntime';
import { normals } from '../../../../../src/shared/base/random';
import { graph, input, model, node } from '../../../../support/build';

const floatTypes = ['float32', 'float16', 'float64', 'bfloat16'] as const;
const castCodes = { float32: 1, float16: 10, float64: 11, bfloat16: 16 } as const;

interface Case {
  readonly shape: readonly number[];
  readonly type: (typeof floatTypes)[number];
  readonly layout: GridLayout;
  readonly bits: number;
  readonly scheme: Scheme;
  readonly seed: number;
}

const cases: fc.Arbitrary<Case> = fc
  .record({
    shape: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 2, maxLength: 4 }),
    type: fc.constantFrom(...floatTypes),
    bits: fc.integer({ min: 2, max: 8 }),
    scheme: fc.constantFrom('symmetric' as const, 'asymmetric' as const),
    sharing: fc.constantFrom('tensor', 'channel', 'first', 'last'),
    axis: fc.nat(3),
    groupSize: fc.integer({ min: 2, max: 9 }),
    seed: fc.nat(1000),
  })
  .map(({ sharing, axis, groupSize, ...rest }) => {
    const { shape } = rest;
    if (sharing === 'tensor') return { ...rest, layout: tensorLayout(shape) };
    if (sharing === 'channel') return { ...rest, layout: channelLayout(shape, axis % shape.length) };
    const outputAxis = sharing === 'first' ? 0 : shape.length - 1;
    return { ...rest, layout: groupLayout(shape, outputAxis, groupSize)! };
  });

/** Scales and zero points of all sizes, values within and beyond the range. */
function weightOf({ shape, type, layout, bits, scheme, seed }: Case): {
  readonly tensor: Tensor;
  readonly grid: WeightGrid;
} {
  const elements = shape.reduce((product, size) => product * size, 1);
  const levels = signedLevels(bits, scheme);
  const scales = Float32Array.from(normals(layout.count, seed), (value) => Math.abs(value) / 10 + 1e-3);
  const span = levels.highest - levels.lowest + 1;
  const zeroPoints = Int8Array.from(normals(layout.count, seed + 1), (value) =>
    scheme === 'symmetric' ? 0 : levels.lowest + (Math.floor(Math.abs(value) * 50) % span),
  );
  const values = encodeNumbers(type, normals(elements, seed + 2));
  return {
    tensor: Tensor.fromBytes('w', type, shape, values),
    grid: { kind: 'uniform', bits, ...levels, layout, scales, zeroPoints },
  };
}

/** y = w, so that what comes out is what a layer would get. */
function passing(tensor: Tensor, opset = 13): Model {
  const { type, shape } = tensor;
  const outputs = [{ name: 'y', type: 'float32' as const, shape }];
  const cast = node('Cast', ['w'], ['y'], { to: castCodes.float32 });
  const as: ElementType = type;
  return model(
    graph({
      nodes: as === 'float32' ? [node('Identity', ['w'], ['y'])] : [cast],
      inputs: [],
      outputs,
      initializers: [tensor],
    }),
    opset,
  );
}

async function writtenValues(before: Model, tensor: Tensor, grid: WeightGrid): Promise<Uint32Array> {
  const plan = { model: before, weights: new Map([[tensor, grid]]), activations: new Map() };
  const session = await (await onnxRuntime()).load(modelToBytes(writePlan(plan).model), { threads: 1 });
  try {
    const { data } = (await session.run({}))['y']!;
    return new Uint32Array((data as Float32Array).slice().buffer);
  } finally {
    await session.dispose();
  }
}

function expectedValues(tensor: Tensor, grid: WeightGrid): Uint32Array {
  const values = Float32Array.from(tensorNumbers(onGrid(tensor, grid)));
  return new Uint32Array(values.buffer);
}

describe('weights as they are written', () => {
  it('are on their uniform grids, whatever their shape, bits, layout and type', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (given) => {
        const { tensor, grid } = weightOf(given);
        expect(await writtenValues(passing(tensor), tensor, grid)).toEqual(expectedValues(tensor, grid));
      }),
      { numRuns: 150 },
    );
  });

  it('are halves that are cast back, whatever their shape and type', async () => {
    await fc.assert(
      fc.asyncProperty(cases, fc.constantFrom('float16', 'bfloat16'), async (given, type) => {
        const { tensor } = weightOf(given);
        if (tensor.type === type) return;
        const grid = { kind: 'half' as const, type };
        expect(await writtenValues(passing(tensor), tensor, grid)).toEqual(expectedValues(tensor, grid));
      }),
      { numRuns: 60 },
    );
  });

  it('are the same with the operator of ONNX Runtime, which has no groups', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (given) => {
        if (given.layout.groupSize !== undefined || given.type === 'bfloat16') return;
        const { tensor, grid } = weightOf(given);
        const plain = passing(tensor, 9);
        // No version of ONNX defines this operator, so that the opset stays; no output needs it.
        const dead = node('Affine', ['w'], ['unused']);
        const before = { ...plain, graph: { ...plain.graph, nodes: [...plain.graph.nodes, dead] } };
        const written = writePlan({
          model: before,
          weights: new Map([[tensor, grid]]),
          activations: new Map(),
        });
        expect(written.model.opsets.get('')).toBe(9);
        const lively = {
          ...written.model.graph,
          nodes: written.model.graph.nodes.filter((each) => each.operator !== 'Affine'),
        };
        const session = await (
          await onnxRuntime()
        ).load(modelToBytes({ ...written.model, graph: lively }), { threads: 1 });
        const { data } = (await session.run({}))['y']!;
        await session.dispose();
        expect(new Uint32Array((data as Float32Array).slice().buffer)).toEqual(expectedValues(tensor, grid));
      }),
      { numRuns: 60 },
    );
  });

  it('take two integers of up to four bits in a byte, and are read back as one weight', () => {
    fc.assert(
      fc.property(cases, (given) => {
        const { tensor, grid } = weightOf(given);
        const { shape, type } = given;
        // A layer that has the weight's last axis as its outputs.
        const before = model(
          graph({
            nodes: [node('MatMul', ['x', 'w'], ['y'], {}, 'fc')],
            inputs: [{ name: 'x', type, shape: [2, shape.at(-2)!] }],
            outputs: [{ name: 'y', type }],
            initializers: [tensor],
          }),
        );
        const plan = { model: before, weights: new Map([[tensor, grid]]), activations: new Map() };
        const [weight, ...others] = weightsOf(writePlan(plan).model);
        expect(others).toEqual([]);
        expect(weight!.layer).toBe('fc');
        expect(weight!.parameters).toBe(tensor.elements);
        const packed = given.bits <= 4;
        expect(weight!.tensor.type).toBe(packed ? 'int4' : 'int8');
        expect(weight!.tensor.bytes()).toHaveLength(
          packed ? Math.ceil(tensor.elements / 2) : tensor.elements,
        );
      }),
    );
  });

  it('can be read in parts of any length', () => {
    fc.assert(
      fc.property(cases, fc.nat(), fc.nat(), (given, from, length) => {
        const { tensor, grid } = weightOf(given);
        const half = {
          kind: 'half' as const,
          type: given.type === 'bfloat16' ? 'float16' : 'bfloat16',
        } as const;
        for (const each of [grid, half]) {
          const plan = { model: passing(tensor), weights: new Map([[tensor, each]]), activations: new Map() };
          const stored = writePlan(plan).model.graph.initializers.find(({ name }) =>
            /_(quantized|b?float16)$/.test(name),
          );
          const whole = stored!.bytes();
          const start = from % whole.length;
          const end = Math.min(whole.length, start + (length % whole.length));
          expect(stored!.bytes(start, end - start)).toEqual(whole.subarray(start, end));
        }
      }),
    );
  });

  it('may be transposed by a node that leaves the permutation to its default', async () => {
    for (const bits of [4, 8]) {
      const tensor = Tensor.fromBytes('w', 'float32', [40, 24], encodeNumbers('float32', normals(960, 3)));
      const levels = signedLevels(bits, 'symmetric');
      const layout = channelLayout([40, 24], 0);
      const scales = new Float32Array(40).fill(0.2);
      const grid = {
        kind: 'uniform' as const,
        bits,
        ...levels,
        layout,
        scales,
        zeroPoints: new Int8Array(40),
      };
      const before = model(
        graph({
          nodes: [
            node('Identity', ['w'], ['same']),
            node('Transpose', ['same'], ['wt']),
            node('MatMul', ['x', 'wt'], ['y']),
          ],
          inputs: [input('x', [2, 24])],
          outputs: [input('y', [2, 40])],
          initializers: [tensor],
        }),
      );
      const plan = { model: before, weights: new Map([[tensor, grid]]), activations: new Map() };
      const { model: after, notes } = writePlan(plan);
      expect(after.graph.nodes.find(({ operator }) => operator === 'Transpose')?.attributes).toEqual([
        { name: 'perm', kind: 'ints', value: [1, 0] },
      ]);
      expect(notes.some(({ code }) => code === 'ACTIVATIONS_ROUNDED')).toBe(true);
      const session = await (
        await onnxRuntime()
      ).load(modelToBytes(after), {
        threads: 1,
        config: { 'session.qdq_matmulnbits_accuracy_level': '1' },
      });
      const x = Float32Array.from(normals(48, 4));
      const { y } = await session.run({ x: { type: 'float32', shape: [2, 24], data: x } });
      await session.dispose();
      const values = tensorNumbers(onGrid(tensor, grid));
      const expected = Array.from({ length: 80 }, (_, i) => {
        let sum = 0;
        for (let k = 0; k < 24; k++) sum += x[Math.floor(i / 40) * 24 + k]! * values[(i % 40) * 24 + k]!;
        return sum;
      });
      for (const [i, value] of expected.entries())
        expect(Number((y!.data as Float32Array)[i])).toBeCloseTo(value, 4);
    }
  });
});
