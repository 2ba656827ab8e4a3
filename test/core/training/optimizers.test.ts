// Steps of each optimizer and of each loss, computed by the graph, against the same steps in float64.
import { describe, expect, it } from 'vitest';
import type { Targets } from '../../../src/core/data/dataSet';
import type { Model, Node } from '../../../src/core/ir/graph';
import { tensorNumbers } from '../../../src/core/ir/numbers';
import type { StepOptions } from '../../../src/core/training/trainer';
import { int64s, node } from '../../support/build';
import { crossEntropy, elementwise, referenceRun, type ReferenceLoss } from './support/reference';
import { classes, denseNetwork, randomBatch, trainerFor, values } from './support/trainNetwork';

const inputs = 4;
const rates = [0.05, 0.05, 0.02, 0.02, 0.1, 0.01];

interface Comparison {
  readonly outputs: number;
  readonly targets: Targets;
  readonly reference: ReferenceLoss;
  readonly options?: Partial<StepOptions>;
  /** Makes y of h. */
  readonly head?: readonly Node[];
}

const plain = { optimizer: 'adam', momentum: 0.9, nesterov: false, weightDecay: 0, l1: 0 } as const;

/** The largest difference of losses, norms and weights over six steps with three batches. */
async function difference({ outputs, targets, reference, options = {}, head }: Comparison): Promise<number> {
  const model = denseNetwork([inputs, outputs], head);
  const withAxes = {
    ...model,
    graph: { ...model.graph, initializers: [...model.graph.initializers, int64s('axes', [1], [2])] },
  };
  const batches = rates.map((_, i) => randomBatch(5, [inputs], targets, i % 3));
  const settings: StepOptions = {
    ...plain,
    clipNorm: undefined,
    batch: 5,
    dropout: 0,
    loss: 'auto',
    labelSmoothing: 0,
    ...options,
  };
  const trainer = await trainerFor({ model: withAxes, sample: [inputs], targets, options: settings });
  const tensor = (name: string, of: Model = withAxes): Float64Array =>
    Float64Array.from(tensorNumbers(of.graph.initializers.find((each) => each.name === name)!));
  const expected = referenceRun(
    { weights: tensor('w1'), bias: tensor('b1') },
    batches,
    rates,
    reference,
    settings,
  );
  let largest = 0;
  const compare = (found: number, wanted: number): void => {
    const error = Math.abs(found - wanted) / Math.max(1, Math.abs(wanted));
    largest = Math.max(largest, Number.isNaN(error) ? Infinity : error);
  };
  for (const [i, batch] of batches.entries()) {
    const { loss, gradientNorm } = await trainer.step(batch, { learningRate: rates[i]!, seed: i });
    compare(loss, expected.losses[i]!);
    compare(gradientNorm, expected.norms[i]!);
  }
  const trained = trainer.model();
  await trainer.dispose();
  tensor('w1', trained).forEach((value, i) => compare(value, expected.parameters.weights[i]!));
  tensor('b1', trained).forEach((value, i) => compare(value, expected.parameters.bias[i]!));
  return largest;
}

describe('steps of an optimizer are those of float64', () => {
  it.each<[string, Partial<StepOptions>]>([
    ['sgd', { optimizer: 'sgd', momentum: 0 }],
    ['sgd with momentum', { optimizer: 'sgd' }],
    ['sgd with Nesterov momentum', { optimizer: 'sgd', nesterov: true }],
    ['sgd with weight decay', { optimizer: 'sgd', weightDecay: 0.3 }],
    ['adam', {}],
    ['adam with weight decay in the gradient', { weightDecay: 0.3 }],
    ['adamw with decoupled weight decay', { optimizer: 'adamw', weightDecay: 0.3 }],
    ['rmsprop', { optimizer: 'rmsprop' }],
    ['rmsprop with weight decay', { optimizer: 'rmsprop', weightDecay: 0.3 }],
    ['sgd with an L1 penalty', { optimizer: 'sgd', l1: 0.1 }],
    ['sgd with a clipped gradient', { optimizer: 'sgd', clipNorm: 0.2 }],
    ['sgd with a clip that nothing reaches', { optimizer: 'sgd', clipNorm: 100 }],
    ['all of it', { optimizer: 'adamw', l1: 0.05, weightDecay: 0.1, clipNorm: 0.1 }],
  ])('%s', async (_, options) => {
    const targets = values(3);
    const reference = elementwise((y, t) => (y - t) ** 2, 3);
    expect(await difference({ outputs: 3, targets, reference, options })).toBeLessThan(2e-5);
  });
});

const logistic = (y: number, t: number): number => Math.log(1 + Math.exp(y)) - t * y;
const huber = (y: number, t: number): number =>
  Math.abs(y - t) <= 1 ? (y - t) ** 2 / 2 : Math.abs(y - t) - 0.5;

describe('losses are those of float64', () => {
  it.each<[string, Comparison]>([
    ['cross-entropy of logits', { outputs: 3, targets: classes(3), reference: crossEntropy(3) }],
    [
      'cross-entropy with more outputs than classes',
      { outputs: 4, targets: classes(3), reference: crossEntropy(4) },
    ],
    [
      'cross-entropy behind Softmax',
      {
        outputs: 3,
        targets: classes(3),
        reference: crossEntropy(3),
        head: [node('Softmax', ['h'], ['y'])],
      },
    ],
    [
      'cross-entropy behind LogSoftmax',
      {
        outputs: 3,
        targets: classes(3),
        reference: crossEntropy(3),
        head: [node('LogSoftmax', ['h'], ['y'], { axis: 1 })],
      },
    ],
    [
      'cross-entropy behind Softmax in another shape',
      {
        outputs: 3,
        targets: classes(3),
        reference: crossEntropy(3),
        head: [
          node('Unsqueeze', ['h', 'axes'], ['wide']),
          node('Softmax', ['wide'], ['soft'], { axis: 1 }),
          node('Squeeze', ['soft', 'axes'], ['narrow']),
          node('Identity', ['narrow'], ['y']),
        ],
      },
    ],
    [
      'cross-entropy with smoothed labels, the loss itself being plain',
      { outputs: 3, targets: classes(3), reference: crossEntropy(3, 0.2), options: { labelSmoothing: 0.2 } },
    ],
    [
      'binary cross-entropy of a logit for two classes',
      { outputs: 1, targets: classes(2), reference: elementwise(logistic, 1) },
    ],
    [
      'binary cross-entropy behind Sigmoid',
      {
        outputs: 1,
        targets: classes(2),
        reference: elementwise(logistic, 1),
        head: [node('Sigmoid', ['h'], ['y'])],
      },
    ],
    [
      'binary cross-entropy of several outputs, one for each class',
      {
        outputs: 3,
        targets: classes(3),
        reference: elementwise(logistic, 3),
        options: { loss: 'binaryCrossEntropy' },
        head: [node('Sigmoid', ['h'], ['y'])],
      },
    ],
    ['mse', { outputs: 2, targets: values(2), reference: elementwise((y, t) => (y - t) ** 2, 2) }],
    [
      'mse of a sigmoid, which stays, for classes',
      {
        outputs: 1,
        targets: classes(2),
        reference: elementwise((y, t) => (1 / (1 + Math.exp(-y)) - t) ** 2, 1),
        options: { loss: 'mse' },
        head: [node('Sigmoid', ['h'], ['y'])],
      },
    ],
    [
      'mae',
      {
        outputs: 2,
        targets: values(2),
        reference: elementwise((y, t) => Math.abs(y - t), 2),
        options: { loss: 'mae', optimizer: 'sgd' },
      },
    ],
    [
      'huber',
      { outputs: 2, targets: values(2), reference: elementwise(huber, 2), options: { loss: 'huber' } },
    ],
  ])('%s', async (_, comparison) => {
    expect(await difference(comparison)).toBeLessThan(2e-5);
  });

  it('binary cross-entropy of probabilities that are no sigmoid', async () => {
    const head = [node('Softmax', ['h'], ['y'], { axis: 1 })];
    const model = denseNetwork([inputs, 3], head);
    const targets = classes(3);
    const trainer = await trainerFor({
      model,
      sample: [inputs],
      targets,
      options: { batch: 6, loss: 'binaryCrossEntropy' },
    });
    const batch = randomBatch(6, [inputs], targets, 3);
    const losses: number[] = [];
    for (let i = 0; i < 80; i++)
      losses.push((await trainer.step(batch, { learningRate: 0.05, seed: i })).loss);
    await trainer.dispose();
    expect(losses[79]).toBeLessThan(losses[0]! / 2);
  });
});
