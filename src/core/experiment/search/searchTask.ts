// What the parts of a search share.
import type { Budget } from '../../../shared/base/searchBudget';
import type { SearchView } from '../../../shared/contracts/searchViews';
import type { Untrained } from './candidates';
import type { Weigh } from './costs';
import type { Space } from './proposals';
import type { SearchData } from './searchData';
import type { SearchFiles } from './searchFiles';

export interface SearchTask {
  readonly folder: string;
  readonly files: SearchFiles;
  readonly data: SearchData;
  readonly budget: Budget;
  readonly made: Untrained;
  readonly space: Space;
  readonly weigh: Weigh;
  /** Networks to try. */
  readonly wanted: number;
  /** Epochs in all after each rung. */
  readonly rungs: readonly number[];
  /** Epochs that the winner is trained for. */
  readonly epochs: number;
  readonly jobId: string;
}

export interface TaskContext {
  readonly signal: AbortSignal;
  /** Epochs of the search that are done, with where it stands. */
  readonly progress: (epochs: number, detail: string) => void;
  readonly gate: () => Promise<void>;
  /** Gets the search so far, at the start and after each rung of a trial. */
  readonly search: (search: SearchView) => void;
}
