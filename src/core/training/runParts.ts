// What the parts of a training run share.
import type { MeasureView } from '../../shared/contracts/viewModels';
import type { Baseline } from '../analysis/overfitting/diagnosisFacts';
import type { Trainer } from './trainer';
import type { TrainTask } from './trainTask';

export interface RunParts {
  readonly task: TrainTask;
  readonly trainer: Trainer;
  /** What a network reaches on the training samples that does not look at its input. */
  readonly baseline: Baseline | undefined;
  /** Measures the network as the trainer has it now; progress is from 0 to 1. */
  readonly measure: (progress: (fraction: number) => void) => Promise<Measures>;
}

/** Losses and accuracies of a network in its inference form, on samples as they are. */
export interface Measures {
  readonly train: MeasureView;
  readonly validation: MeasureView;
}
