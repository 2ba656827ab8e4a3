// Drawing a network anew: nothing of what it has learned is left, and it trains as one that was never trained.
import { describe, expect, test } from 'vitest';
import { architectures, newModel } from '../../../src/core/architectures/architectures';
import type { Model } from '../../../src/core/ir/graph';
import { tensorNumbers } from '../../../src/core/ir/numbers';
import { reinitialize } from '../../../src/core/training/reinitialize';
import { trainablesOf, type Trainable } from '../../../src/core/training/trainables';
import { floats, graph, input, model, node } from '../../support/build';

const learned = newModel({ architecture: 'resnet-8', input: [3, 16, 16], classes: 10, width: 0.5, seed: 1 });

describe('a network drawn anew', () => {
  test('has other weights of the spread that its fan-in asks for', () => {
    const fresh = reinitialize(learned, 5);
    for (const [before, after] of pairs(learned, fresh)) {
      if (before.role !== 'weight') continue;
      const [old, numbers] = [tensorNumbers(before.tensor), tensorNumbers(after.tensor)];
      expect(numbers).not.toEqual(old);
      expect(after.tensor.shape).toEqual(before.tensor.shape);
      const [outputs = 1] = before.tensor.shape;
      const variance = meanOf(Array.from(numbers, (value) => value * value));
      const expected = (2 * outputs) / numbers.length;
      // The variance of n numbers is off by √(2 / n) of itself.
      expect(Math.abs(variance / expected - 1)).toBeLessThan(5 * Math.sqrt(2 / numbers.length));
    }
  });

  test('begins with normalization that does nothing, and without biases', () => {
    const scaled = withContent(learned, ({ role }) => role !== 'weight', 7);
    const fresh = reinitialize(scaled, 5);
    const { trainable, measured } = trainablesOf(fresh);
    expect(measured.length).toBeGreaterThan(0);
    for (const { value, role, tensor } of [...trainable, ...measured]) {
      if (role === 'weight') continue;
      const numbers = new Set(tensorNumbers(tensor));
      const start = /scale|gamma|weight|var/i.test(value) ? 1 : 0;
      expect([value, [...numbers]]).toEqual([value, [start]]);
    }
  });

  test('keeps mean and deviation of numbers whose start nothing tells, and single constants', () => {
    const scales = Float32Array.from({ length: 400 }, (_, i) => 3 + (i % 2));
    const net = model(
      graph({
        nodes: [node('Mul', ['x', 'scales'], ['a']), node('Mul', ['a', 'half'], ['y'])],
        inputs: [input('x', ['batch', 400])],
        outputs: [input('y', ['batch', 400])],
        initializers: [floats('scales', [400], scales), floats('half', [1], [0.5])],
      }),
    );
    const stored = new Map(
      reinitialize(net, 1).graph.initializers.map((tensor) => [tensor.name, tensorNumbers(tensor)]),
    );
    const numbers = stored.get('scales')!;
    const mean = meanOf(Array.from(numbers));
    expect(numbers).not.toEqual(scales);
    expect(Math.abs(mean - 3.5)).toBeLessThan(0.15);
    expect(stored.get('half')).toEqual(Float32Array.of(0.5));
  });

  test('is the same for a seed and another for another, and the given one is as it was', () => {
    const before = tensorNumbers(trainablesOf(learned).trainable[0]!.tensor);
    expect(contents(reinitialize(learned, 5))).toEqual(contents(reinitialize(learned, 5)));
    expect(contents(reinitialize(learned, 5))).not.toEqual(contents(reinitialize(learned, 6)));
    expect(tensorNumbers(trainablesOf(learned).trainable[0]!.tensor)).toEqual(before);
  });

  test.each(architectures.map(({ id, example }) => [id, example] as const))(
    'of the architecture %s has no number left that it was given',
    (architecture, example) => {
      const classes = architecture === 'autoencoder' ? {} : { classes: 10 };
      const given = newModel({ architecture, input: example, ...classes, width: 0.5, seed: 1 });
      const marked = withContent(given, () => true, 123);
      for (const numbers of contents(reinitialize(marked, 2))) expect(numbers).not.toContain(123);
    },
  );
});

function meanOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}

function pairs(a: Model, b: Model): readonly (readonly [Trainable, Trainable])[] {
  const others = trainablesOf(b).trainable;
  return trainablesOf(a).trainable.map((each, i) => [each, others[i]!] as const);
}

function contents(of: Model): readonly (readonly number[])[] {
  const { trainable, measured } = trainablesOf(of);
  return [...trainable, ...measured].map(({ tensor }) => [...tensorNumbers(tensor)]);
}

/** The model with one number in all elements of the tensors that `applies` names. */
function withContent(of: Model, applies: (trainable: Trainable) => boolean, value: number): Model {
  const { trainable, measured } = trainablesOf(of);
  const names = new Set([...trainable, ...measured].filter(applies).map((each) => each.value));
  const initializers = of.graph.initializers.map((tensor) =>
    names.has(tensor.name)
      ? floats(tensor.name, tensor.shape, Array<number>(tensor.elements).fill(value))
      : tensor,
  );
  return { ...of, graph: { ...of.graph, initializers } };
}
