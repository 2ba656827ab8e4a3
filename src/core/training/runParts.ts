// What the parts of a training run share.
import type { MeasureView } from '../../shared/contracts/viewModels';
import type { Trainer } from './trainer';
import type { TrainTask } from './trainTask';

export interface RunParts {
  readonly task: TrainTask;
  readonly trainer: Trainer;
  /** Measures the network as the trainer has it now; progress is from 0 to 1. */
  readonly measure: (progress: (fraction: number) => void) => Promise<Measures>;
}

/** Losses and accuracies of a network in its inference form, on samples as they are. */
export interface Measures {
  readonly train: MeasureView;
  readonly validation: MeasureView;
}
