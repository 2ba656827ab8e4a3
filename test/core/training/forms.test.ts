// Forms of weights and values: a network that runs with what forms make is trained like one that has the same nodes in
// its own graph.
import { describe, expect, it } from 'vitest';
import { modelToBytes } from '../../../src/core/formats/modelBytes';
import type { Model } from '../../../src/core/ir/graph';
import { replaceTensors } from '../../../src/core/ir/traversal';
import { expressions } from '../../../src/core/operators/expressions';
import { onnxRuntime } from '../../../src/core/runtime/onnxRuntime';
import type { Forms, ValueForm, WeightForm } from '../../../src/core/training/forms';
import type { Trainer } from '../../../src/core/training/trainer';
import { floats, node } from '../../support/build';
import { classes, content, denseNetwork, randomBatch, steps, trainerFor } from './support/trainNetwork';

const sample = [6];
const targets = classes(3);
const model = denseNetwork([6, 8, 3]);
const batches = [1, 2, 3, 4].map((seed) => randomBatch(8, sample, targets, seed));
const factors = Array.from({ length: 8 }, (_, i) => 0.5 + i / 10);
const none = { key: 'test', weights: new Map<never, never>(), values: new Map<never, never>() };
const options = { batch: 8, optimizer: 'adam', clipNorm: 1 } as const;

const product = (values: ArrayLike<number>, own: ArrayLike<number>): Float32Array =>
  Float32Array.from(values, (value, i) => value * own[i % own.length]!);

/** The input times numbers of its own along the last axis. */
const scaled = (): WeightForm => ({
  own: { factors: floats('factors', [8], factors) },
  fed: {},
  write: ({ build, value, input, own }) => {
    build.nodeNamed('Mul', [input, own['factors']], [value]);
    const e = expressions(build);
    return {
      input: (gradient) => e.multiply(gradient, own['factors']!),
      own: (gradient) => ({
        factors: build.reduce('ReduceSum', e.multiply(gradient, input), [0], { keep: false }),
      }),
    };
  },
  visible: (numbers, own) => product(numbers, own['factors']!),
});

/** Numbers of its own at fixed places. */
const gathered = (places: readonly number[], shape: readonly number[]): WeightForm => ({
  isFixed: true,
  own: { values: floats('values', [3], [-0.5, 0, 0.7]) },
  fed: { places: { type: 'int32', shape, data: Int32Array.from(places) } },
  write: ({ build, value, own, fed }) => {
    build.nodeNamed('Gather', [own['values'], fed['places']], [value], { axis: 0 });
    const flat = (name: string): string => build.reshape(name, [places.length]);
    return {
      own: (gradient) => ({
        values: build.node(
          'ScatterElements',
          [build.floats([3], [0, 0, 0]), flat(fed['places']!), flat(gradient)],
          { axis: 0, reduction: 'add' },
        ),
      }),
    };
  },
  visible: (_, own) => Float32Array.from(places, (place) => own['values']![place]!),
});

/** The model with a value times stored numbers in the place of the value. */
const withFactors = (value: string): Model => {
  const { nodes, initializers } = model.graph;
  const changed = nodes.map((each) => ({
    ...each,
    inputs: each.inputs.map((name) => (name === value ? `${value}_scaled` : name)),
  }));
  const mul = node('Mul', [value, 'factors'], [`${value}_scaled`], {}, 'scale');
  const added = [...initializers, floats('factors', [8], factors)];
  return { ...model, graph: { ...model.graph, nodes: [mul, ...changed], initializers: added } };
};

const trained = (of: Model, forms?: Forms): Promise<Trainer> =>
  trainerFor({ model: of, sample, targets, options, ...(forms && { forms }) });

/** How much the numbers of a form have changed. */
const change = (trainer: Trainer, form: ValueForm): readonly number[] =>
  Array.from(trainer.ownNumbers(form)!['factors']!, (number, i) => number - factors[i]!);

const closeTo = (actual: ArrayLike<number>, expected: ArrayLike<number>): void => {
  expect(actual).toHaveLength(expected.length);
  Array.from(actual).forEach((number, i) => expect(number).toBeCloseTo(expected[i]!, 5));
};

describe('forms of weights and values', () => {
  it('trains the numbers behind a weight and those of its form like a network with such a node', async () => {
    const form = scaled();
    const own = await trained(model, { ...none, weights: new Map([['w1', form]]) });
    const plain = await trained(withFactors('w1'));
    closeTo(await steps(own, batches), await steps(plain, batches));
    const learned = own.ownNumbers(form)!['factors']!;
    closeTo(learned, content(plain.model(), 'factors'));
    expect(learned.some((number, i) => Math.abs(number - factors[i]!) > 1e-3)).toBe(true);
    closeTo(content(own.model(), 'w1'), product(content(plain.model(), 'w1'), learned));
    closeTo(content(own.model(), 'w2'), content(plain.model(), 'w2'));
    await own.dispose();
    await plain.dispose();
  });

  it.each(['z1', 'a1'])('trains the form of the value %s like a network with such a node', async (value) => {
    const form = scaled();
    const own = await trained(model, { ...none, values: new Map([[value, form]]) });
    const plain = await trained(withFactors(value));
    closeTo(await steps(own, batches), await steps(plain, batches));
    closeTo(own.ownNumbers(form)!['factors']!, content(plain.model(), 'factors'));
    const runtime = await onnxRuntime();
    const x = { type: 'float32', shape: [8, 6], data: batches[0]!.inputs[0]! } as const;
    const outputs = [own.running(), plain.model()].map(async (each) => {
      const session = await runtime.load(modelToBytes(each));
      const { y } = await session.run({ x });
      await session.dispose();
      return y!.data as Float32Array;
    });
    const [actual, expected] = await Promise.all(outputs);
    closeTo(actual!, expected!);
    expect(own.model().graph.nodes).toEqual(model.graph.nodes);
    await own.dispose();
    await plain.dispose();
  });

  it('forms an input without changing its name', async () => {
    const form: ValueForm = {
      own: {},
      fed: {},
      write: ({ build, value, input }) => {
        build.nodeNamed('Mul', [input, build.scalar(2)], [value]);
        return {};
      },
    };
    const own = await trained(model, { ...none, values: new Map([['x', form]]) });
    const twice = batches.map((batch) => ({ ...batch, inputs: [batch.inputs[0]!.map((x) => 2 * x)] }));
    const plain = await trained(model);
    closeTo(await steps(own, batches), await steps(plain, twice));
    expect(own.running().graph.inputs.map(({ name }) => name)).toEqual(['x']);
    await own.dispose();
    await plain.dispose();
  });

  it('adds up what values with the same form make of its numbers', async () => {
    const shared = scaled();
    const [first, second] = [scaled(), scaled()];
    const sgd = { batch: 8, optimizer: 'sgd', momentum: 0 } as const;
    const trainerOf = (values: Forms['values']): Promise<Trainer> =>
      trainerFor({ model, sample, targets, options: sgd, forms: { ...none, values } });
    const together = await trainerOf(
      new Map([
        ['z1', shared],
        ['a1', shared],
      ]),
    );
    const apart = await trainerOf(
      new Map([
        ['z1', first],
        ['a1', second],
      ]),
    );
    await steps(together, batches.slice(0, 1));
    await steps(apart, batches.slice(0, 1));
    const other = change(apart, second);
    closeTo(
      change(together, shared),
      change(apart, first).map((number, i) => number + other[i]!),
    );
    await together.dispose();
    await apart.dispose();
  });

  it('trains the numbers of a form alone where the weight is fixed', async () => {
    const places = content(model, 'w2').map((weight) => (weight < -0.2 ? 0 : weight < 0.3 ? 1 : 2));
    const form = gathered(places, [8, 3]);
    const sgd = { batch: 8, optimizer: 'sgd', momentum: 0 } as const;
    const weights = new Map([['w2', form]]);
    const own = await trainerFor({ model, sample, targets, options: sgd, forms: { ...none, weights } });
    const start = floats('w2', [8, 3], form.visible(new Float32Array(), { values: [-0.5, 0, 0.7] as never }));
    const same = { ...model, graph: replaceTensors(model.graph, new Map([['w2', start]])) };
    const plain = await trainerFor({ model: same, sample, targets, options: sgd });
    closeTo(await steps(own, batches.slice(0, 1), 0.1), await steps(plain, batches.slice(0, 1), 0.1));
    const before = content(same, 'w2');
    const sums = [0, 0, 0];
    content(plain.model(), 'w2').forEach((number, i) => (sums[places[i]!]! += number - before[i]!));
    closeTo(
      Array.from(own.ownNumbers(form)!['values']!),
      [-0.5, 0, 0.7].map((value, i) => value + sums[i]!),
    );
    expect(new Set(content(own.model(), 'w2')).size).toBe(3);
    expect(own.parameters).toBe(plain.parameters - 24 + 3);
    await own.dispose();
    await plain.dispose();
  });

  it('goes back to a state bit by bit, with the numbers of forms', async () => {
    const form = scaled();
    const trainer = await trained(model, { ...none, weights: new Map([['w1', form]]) });
    await steps(trainer, batches.slice(0, 2));
    const state = trainer.state();
    const go = async (): Promise<readonly unknown[]> => [
      await steps(trainer, batches.slice(2)),
      trainer.state(),
      [...trainer.ownNumbers(form)!['factors']!],
    ];
    const once = await go();
    trainer.restore(state);
    expect(await go()).toEqual(once);
    await trainer.dispose();
  });

  it('gives a weight that no gradient reaches what its form makes of it at first', async () => {
    const { nodes } = model.graph;
    const stuck = nodes.map((each) => (each.operator === 'Tanh' ? { ...each, operator: 'Sign' } : each));
    const net = { ...model, graph: { ...model.graph, nodes: stuck } };
    const form = scaled();
    const own = await trained(net, { ...none, weights: new Map([['w1', form]]) });
    expect(own.ownNumbers(form)).toBeUndefined();
    closeTo(content(own.model(), 'w1'), product(content(model, 'w1'), factors));
    const w1 = floats('w1', [6, 8], product(content(model, 'w1'), factors));
    const plain = await trained({ ...net, graph: replaceTensors(net.graph, new Map([['w1', w1]])) });
    closeTo(await steps(own, batches), await steps(plain, batches));
    await own.dispose();
    await plain.dispose();
  });
});
