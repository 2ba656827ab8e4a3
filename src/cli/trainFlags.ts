// The options of a training run as the command line's flags say them. Values are checked by the step's schema.
import { CounterweightError } from '../shared/base/errors';
import type { StepsView } from '../shared/contracts/viewModels';
import { applySetting, valueOf } from './stepFlags';

export interface TrainFlags {
  readonly epochs?: string;
  readonly batch?: string;
  readonly optimizer?: string;
  readonly learningRate?: string;
  readonly set: readonly string[];
}

/** A single training step, not yet checked. What --set says comes last. Throws USAGE. */
export function trainStepOf({ set, ...flags }: TrainFlags): StepsView {
  const { epochs, batch, optimizer, learningRate } = flags;
  const given = Object.entries({ epochs, batch, optimizer, learningRate });
  const options = Object.fromEntries(
    given.flatMap(([option, text]) => (text === undefined ? [] : [[option, valueOf(text)]])),
  );
  const steps = new Map([['train', options]]);
  for (const setting of set) {
    if (!setting.startsWith('train.')) {
      const problem = `--set ${setting} is no option of training, like train.weightDecay=1e-4.`;
      throw new CounterweightError('USAGE', { problem });
    }
    applySetting(steps, setting);
  }
  return [{ train: options }];
}
