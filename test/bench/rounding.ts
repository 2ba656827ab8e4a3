// Better rounding of weights: rounding to nearest against AdaRound and GPTQ, at 8 to 2 bits, with one grid for a tensor
// and one for each channel. Training samples calibrate; nothing is chosen, and the test samples only measure.
import { newModel } from '../../src/core/architectures/architectures';
import { modelToBytes } from '../../src/core/formats/modelBytes';
import type { Model } from '../../src/core/ir/graph';
import { formatPercent, formatValue } from '../../src/shared/base/numbers';
import type { MeasureView } from '../../src/shared/contracts/viewModels';
import { idxData } from './idxData';
import { plainNetwork, plainTraining } from './networks';
import { applied, measured, openWorkbench, type Workbench } from './workbench';

interface Network {
  readonly name: string;
  readonly start: (seed: number) => Model;
  readonly train: Readonly<Record<string, unknown>>;
}

const networks: readonly Network[] = [
  {
    name: 'LeNet-5',
    start: (seed) => newModel({ architecture: 'lenet-5', input: [1, 28, 28], classes: 10, seed }),
    train: { epochs: 3, batch: 128, learningRate: 0.002, schedule: 'cosine' },
  },
  { name: 'Four convolutions', start: plainNetwork, train: { ...plainTraining, epochs: 3 } },
];

const methods = ['nearest', 'adaround', 'gptq'] as const;

export async function benchRounding(args: readonly string[]): Promise<void> {
  const seeds = args.length > 0 ? args.map(Number) : [1];
  for (const seed of seeds) {
    const bench = await openWorkbench(idxData('fashion-mnist', 0.286, 0.353), seed);
    for (const network of networks) await measure(network, bench);
  }
}

async function measure({ name, start, train }: Network, bench: Workbench): Promise<void> {
  const { seed, data } = bench;
  const { model } = await applied(start(seed), [{ train }], bench);
  const float = await measured(modelToBytes(model), data.test);
  console.log(`${name}, Fashion-MNIST, seed ${seed}: ${described(float)} with float weights`);
  for (const observer of ['min-max', 'mse']) {
    for (const granularity of ['tensor', 'channel']) {
      for (const bits of [8, 4, 3, 2]) {
        const grids = { bits, granularity, observer };
        const columns: string[] = [];
        let nearest: MeasureView | undefined;
        for (const rounding of methods) {
          const started = performance.now();
          const quantized = await applied(model, [{ quantize: { ...grids, rounding } }], bench);
          const seconds = (performance.now() - started) / 1000;
          const found = await measured(modelToBytes(quantized.model), data.test);
          const recovered = nearest ? `, recovers ${recoveredOf(float, nearest, found)}` : '';
          nearest ??= found;
          columns.push(`${rounding} ${described(found)}${recovered} (${seconds.toFixed(1)} s)`);
        }
        console.log(`  ${observer}, ${granularity}, ${bits} bits: ${columns.join('; ')}`);
      }
    }
  }
}

function described({ accuracy = NaN, loss }: MeasureView): string {
  return `${formatPercent(accuracy, 2)} (loss ${formatValue(loss)})`;
}

/** Below this, what nearest loses is chance. */
const leastLoss = 0.002;

/** The parts of the accuracy and of the loss that nearest loses and a method does not. */
function recoveredOf(float: MeasureView, nearest: MeasureView, found: MeasureView): string {
  const part = (of: (measure: MeasureView) => number): string =>
    formatPercent((of(found) - of(nearest)) / (of(float) - of(nearest)));
  if (accuracyOf(float) - accuracyOf(nearest) < leastLoss) return 'nothing, for next to nothing is lost';
  return `${part(accuracyOf)} of the accuracy and ${part(({ loss }) => loss)} of the loss`;
}

function accuracyOf({ accuracy = NaN }: MeasureView): number {
  return accuracy;
}
