// The end of a run that diverged: the curves go out with that verdict, and the error says where it began and what to
// try.
import { CounterweightError } from '../../shared/base/errors';
import type { EpochView } from '../../shared/contracts/viewModels';
import { curvesOf } from './curves';
import type { Watch } from './divergence';
import { mostGrownLayer } from './grownLayer';
import type { RunParts } from './runParts';
import type { TrainContext } from './trainTask';

export interface Divergence {
  /** The last epoch is the one that diverged. */
  readonly history: readonly EpochView[];
  /** The step of that epoch, from 1. */
  readonly step: number;
  /** The loss of that step. */
  readonly loss: number;
  readonly watch: Watch;
}

/** A norm that gradients of well-behaved networks rarely exceed. */
const usualClipNorm = 1;

/** Reports the curves and makes the error. */
export function diverged(
  parts: RunParts,
  { history, step, loss, watch }: Divergence,
  context: TrainContext,
): CounterweightError<'TRAINING_DIVERGED'> {
  const { task, trainer } = parts;
  const { options } = task;
  const { epoch } = history.at(-1)!;
  const layer = trainer.notFinite() ?? mostGrownLayer(task.model, trainer.model()) ?? '?';
  context.curves(curvesOf(parts, history, { ended: true, divergence: { epoch, layer } }));
  return new CounterweightError('TRAINING_DIVERGED', {
    path: task.path,
    epoch,
    step,
    loss: shown(loss),
    start: shown(watch.reference ?? Number.NaN),
    layer,
    learningRate: shown(options.learningRate / 10),
    clipNorm: shown(options.clipNorm === undefined ? usualClipNorm : options.clipNorm / 10),
  });
}

function shown(value: number): string {
  return String(Number(value.toPrecision(4)));
}
