// Does pruning close the gap between training and validation? LeNet-300-100 learns a few glyphs by heart, some of
// them with wrong labels; then it is pruned and fine-tuned. The control has as much training after it and no pruning.
// Every training keeps its last weights: those of the best epoch would be early stopping, which closes gaps as well.
import { newModel } from '../../src/core/architectures/architectures';
import { modelToBytes } from '../../src/core/formats/modelBytes';
import type { Model } from '../../src/core/ir/graph';
import { formatPercent, formatValue } from '../../src/shared/base/numbers';
import type { StepsView } from '../../src/shared/contracts/viewModels';
import { intervalNote, percentInterval, valueInterval } from './intervals';
import { applied, measured, openWorkbench, type Workbench } from './workbench';

const data = 'train: glyphs:samples=500,labelNoise=0.3\n';
const dense = { epochs: 40, batch: 32, keep: 'last' };
const fineTune = { epochs: 2, batch: 32, weightDecay: 0.001, keep: 'last' };
const rounds = 5;
const sparsities = [0.8, 0.9, 0.95];

interface Measured {
  /** Validation − training loss, each on all samples. */
  readonly gap: number;
  readonly validationLoss: number;
  readonly trainAccuracy: number;
  readonly validationAccuracy: number;
}

/** Gaps before and after, for each seed and over all of them. */
export async function benchGap(args: readonly string[]): Promise<void> {
  const seeds = args.length > 0 ? args.map(Number) : [1, 2, 3];
  const outcomes: ReadonlyMap<string, Measured>[] = [];
  for (const seed of seeds) {
    const outcome = await run(await openWorkbench(data, seed));
    outcomes.push(outcome);
    console.log(`seed ${seed}`);
    for (const [name, { gap, validationLoss, trainAccuracy, validationAccuracy }] of outcome) {
      console.log(
        `  ${name}: gap ${formatValue(gap)}, validation loss ${formatValue(validationLoss)}, ` +
          `accuracy ${formatPercent(trainAccuracy)} in training, ${formatPercent(validationAccuracy)} in validation`,
      );
    }
  }
  console.log(`${seeds.length} seeds. ${intervalNote}`);
  for (const name of outcomes[0]?.keys() ?? []) {
    const own = outcomes.map((outcome) => outcome.get(name)!);
    console.log(
      `  ${name}: gap ${valueInterval(own.map(({ gap }) => gap))}, validation loss ${valueInterval(own.map(({ validationLoss }) => validationLoss))}, accuracy ${percentInterval(own.map(({ validationAccuracy }) => validationAccuracy))}`,
    );
  }
}

async function run(bench: Workbench): Promise<ReadonlyMap<string, Measured>> {
  const { seed } = bench;
  const after = async (model: Model, steps: StepsView): Promise<Model> =>
    (await applied(model, steps, bench)).model;
  const start = newModel({ architecture: 'lenet-300-100', input: [1, 28, 28], classes: 10, seed });
  const overfit = await after(start, [{ train: dense }]);
  const control = { ...fineTune, epochs: rounds * fineTune.epochs };
  const outcome = new Map([
    ['dense', await measure(overfit, bench)],
    [
      `dense, ${control.epochs} epochs more`,
      await measure(await after(overfit, [{ train: control }]), bench),
    ],
  ]);
  for (const sparsity of sparsities) {
    const prune = { sparsity, schedule: 'cubic', rounds, fineTune };
    outcome.set(
      `${formatPercent(sparsity, 0)} zeros, ${control.epochs} epochs more`,
      await measure(await after(overfit, [{ prune }]), bench),
    );
  }
  return outcome;
}

async function measure(model: Model, { data: { train, validation } }: Workbench): Promise<Measured> {
  const bytes = modelToBytes(model);
  const onTrain = await measured(bytes, train);
  const onValidation = await measured(bytes, validation);
  return {
    gap: onValidation.loss - onTrain.loss,
    validationLoss: onValidation.loss,
    trainAccuracy: onTrain.accuracy ?? NaN,
    validationAccuracy: onValidation.accuracy ?? NaN,
  };
}
