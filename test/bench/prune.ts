// How few weights a network needs on MNIST for no more error than it has with all of them: LeNet-300-100 and Caffe's
// LeNet-5, the networks that are pruned in Han et al. (NIPS 2015: 12 times fewer weights) and Guo et al. (NIPS 2016: 56
// and 108 times). The control is the dense network with as many epochs after it, for more training alone can help too.
import { newModel } from '../../src/core/architectures/architectures';
import { tensorNumbers } from '../../src/core/ir/numbers';
import { weightsOf } from '../../src/core/compression/weights';
import type { Model } from '../../src/core/ir/graph';
import { formatInteger, formatPercent } from '../../src/shared/base/numbers';
import type { StepsView } from '../../src/shared/contracts/viewModels';
import { idxData } from './idxData';
import { intervalNote, percentInterval, pointsInterval } from './intervals';
import { applied, openWorkbench, testAccuracy, validationAccuracy, type Workbench } from './workbench';

type TrainOptions = Readonly<Record<string, unknown>> & { readonly epochs: number };

/** How the network comes from that of the stage before it, the first from the dense one. */
interface Stage {
  /** How many times fewer weights it has than the dense network. */
  readonly times: number;
  /** Each takes the same fraction of what is left, and trains. */
  readonly rounds: number;
  /** Epochs of the training after the rounds. */
  readonly last: number;
}

interface Task {
  readonly architecture: string;
  readonly seeds: readonly number[];
  readonly dense: TrainOptions;
  /** Layers that have another part of their weights left than the others: by which factor. */
  readonly factors: Readonly<Record<string, number>>;
  /** One epoch or more in each round, at a constant learning rate. */
  readonly fineTune: TrainOptions;
  /** The training after the rounds, without its epochs. */
  readonly last: Readonly<Record<string, unknown>>;
  readonly stages: readonly Stage[];
}

const tasks: readonly Task[] = [
  {
    architecture: 'lenet-300-100',
    seeds: [1, 2, 3],
    dense: { epochs: 12, batch: 128, schedule: 'cosine', dropout: 0.2 },
    factors: { fc3: 3 },
    fineTune: { epochs: 1, batch: 128, learningRate: 0.002, dropout: 0.2, keep: 'last' },
    last: { batch: 128, learningRate: 0.002, schedule: 'cosine', dropout: 0.2, keep: 'last' },
    stages: [
      { times: 12, rounds: 6, last: 18 },
      { times: 20, rounds: 2, last: 6 },
      { times: 56, rounds: 4, last: 8 },
    ],
  },
  {
    architecture: 'lenet-5',
    seeds: [1, 2, 3],
    dense: { epochs: 10, batch: 256, learningRate: 0.002, schedule: 'cosine', dropout: 0.3 },
    factors: { conv1: 8, conv2: 1.6, fc2: 2.4 },
    fineTune: { epochs: 1, batch: 256, dropout: 0.3, keep: 'last' },
    last: { batch: 256, learningRate: 0.002, schedule: 'cosine', dropout: 0.3, keep: 'last' },
    stages: [
      { times: 12, rounds: 4, last: 12 },
      { times: 56, rounds: 2, last: 4 },
    ],
  },
];

interface Outcome {
  readonly dense: number;
  readonly control: number;
  readonly stages: readonly number[];
}

/** The networks by their name, with the seeds, or all. */
export async function benchPrune(args: readonly string[]): Promise<void> {
  const [only, ...given] = args;
  for (const task of tasks.filter(({ architecture }) => only === undefined || architecture === only)) {
    const seeds = given.length > 0 ? given.map(Number) : task.seeds;
    const outcomes: Outcome[] = [];
    for (const seed of seeds) {
      outcomes.push(await run(task, await openWorkbench(idxData('mnist', 0.1307, 0.3081), seed)));
    }
    summarize(task, outcomes);
  }
}

async function run(task: Task, bench: Workbench): Promise<Outcome> {
  const { architecture, dense: train, fineTune, stages } = task;
  const { seed } = bench;
  const after = async (model: Model, steps: StepsView): Promise<Model> =>
    (await applied(model, steps, bench)).model;
  const dense = await after(newModel({ architecture, input: [1, 28, 28], classes: 10, seed }), [{ train }]);
  const accuracy = await testAccuracy(dense, bench);
  console.log(`${architecture}, seed ${seed}: ${formatPercent(accuracy, 2)} dense, ${train.epochs} epochs`);
  const first = stages[0]!;
  const trained = await after(dense, [
    { train: { ...fineTune, epochs: first.rounds * fineTune.epochs } },
    { train: { ...task.last, epochs: first.last } },
  ]);
  const control = await testAccuracy(trained, bench);
  console.log(`  dense, ${epochsOf(first, fineTune)} epochs more: ${formatPercent(control, 2)}`);
  const reached: number[] = [];
  let [epochs, times, current] = [0, 1, dense];
  for (const stage of stages) {
    current = await after(current, stageSteps(task, current, times, stage));
    epochs += epochsOf(stage, fineTune);
    times = stage.times;
    reached.push(await testAccuracy(current, bench));
    const validation = formatPercent(await validationAccuracy(current, bench), 2);
    console.log(
      `  ${times}x, ${epochs} epochs more: ${formatPercent(reached.at(-1)!, 2)} (validation ${validation}); ${layersOf(current)}`,
    );
  }
  return { dense: accuracy, control, stages: reached };
}

/** The rounds and the training after them, as a recipe for the network at hand. */
function stageSteps(
  { factors, fineTune, last }: Task,
  model: Model,
  from: number,
  { times, rounds, last: epochs }: Stage,
): StepsView {
  const steps = Array.from({ length: rounds }, (_, i) => {
    const left = 1 / (from * (times / from) ** ((i + 1) / rounds));
    return { prune: { ...layerSparsities(model, left, factors), scope: 'layer', fineTune } };
  });
  return [...steps, { train: { ...last, epochs } }];
}

/** Sparsities of layers that leave the given part of all weights. */
function layerSparsities(model: Model, left: number, factors: Task['factors']) {
  let [elements, others, taken] = [0, 0, 0];
  const perLayer: Record<string, { readonly sparsity: number }> = {};
  for (const { layer, tensor } of weightsOf(model)) {
    elements += tensor.elements;
    const factor = factors[layer];
    if (factor === undefined) {
      others += tensor.elements;
      continue;
    }
    const own = Math.floor(Math.min(1, factor * left) * tensor.elements);
    perLayer[layer] = { sparsity: 1 - own / tensor.elements };
    taken += own;
  }
  // One fewer, because two layers that both round up have one more.
  const open = Math.floor(left * elements) - taken - 1;
  return { sparsity: 1 - open / others, perLayer };
}

function epochsOf({ rounds, last }: Stage, fineTune: TrainOptions): number {
  return rounds * fineTune.epochs + last;
}

/** What is left of each layer and of all. */
function layersOf(model: Model): string {
  const rows = weightsOf(model).map(({ layer, tensor }) => {
    const left = Float64Array.from(tensorNumbers(tensor)).filter((value) => value !== 0).length;
    return { layer, left, elements: tensor.elements };
  });
  const sum = (key: 'left' | 'elements'): number => rows.reduce((total, row) => total + row[key], 0);
  const all = { layer: 'all', left: sum('left'), elements: sum('elements') };
  return [...rows, all]
    .map(
      ({ layer, left, elements }) =>
        `${layer} ${formatInteger(left)} of ${formatInteger(elements)} (${formatPercent(left / elements)})`,
    )
    .join(', ');
}

function summarize({ architecture, fineTune, stages }: Task, outcomes: readonly Outcome[]): void {
  const dense = outcomes.map((outcome) => outcome.dense);
  const control = outcomes.map((outcome) => outcome.control);
  console.log(`${architecture}, ${outcomes.length} seeds. ${intervalNote}`);
  console.log(
    `  dense ${percentInterval(dense)}; with ${epochsOf(stages[0]!, fineTune)} epochs more ${percentInterval(control)}`,
  );
  for (const [i, { times }] of stages.entries()) {
    const reached = outcomes.map((outcome) => outcome.stages[i]!);
    const against = (others: readonly number[]): string => pointsInterval(reached, others);
    console.log(
      `  ${times}x: ${percentInterval(reached)}, difference of pairs from dense ${against(dense)} points, from dense with more epochs ${against(control)}`,
    );
  }
}
