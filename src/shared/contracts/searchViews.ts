// Plain data of a search for a network under a budget: what was tried, what it costs and reaches, and what was chosen.
import type { Note } from '../base/messages';
import type { Budget, Costs } from '../base/searchBudget';
import type { GeneralizationView, MeasureView, TrainingView } from './viewModels';

/** A family of networks that a search can be made in. */
export interface ArchitectureView {
  readonly id: string;
  /** In a sentence, with the source. */
  readonly description: string;
  /** The shape of one sample that it was published for. */
  readonly example: readonly number[];
}

/** A network that a search may try: what `new` makes it with. */
export interface CandidateView {
  readonly architecture: string;
  readonly width: number;
  readonly depth: number;
  /** Shape of one sample. */
  readonly input: readonly number[];
}

/** One network of a search, as far as it was trained. */
export interface TrialView extends CandidateView {
  /** From 1, in the order of their beginnings. */
  readonly trial: number;
  /** The trial that it is a change of; none where it was drawn. */
  readonly parent?: number;
  readonly costs: Costs;
  /** Index of the last rung that it was trained for. */
  readonly rung: number;
  /** Epochs that it was trained for in all. */
  readonly epochs: number;
  /** Of the epoch with the lowest validation loss. Null where training diverged, and so is `validation`. */
  readonly train: MeasureView | null;
  readonly validation: MeasureView | null;
  readonly seconds: number;
  /** The trained file. */
  readonly path: string;
}

/** A search as far as it has come. */
export interface SearchView {
  readonly budget: Budget;
  /** Networks that are tried in all, if there are so many that fit. */
  readonly wanted: number;
  /** Epochs in all after each rung. */
  readonly rungs: readonly number[];
  readonly trials: readonly TrialView[];
}

/** The answer of `search`. */
export interface SearchReportView {
  readonly version: 1;
  readonly kind: 'search';
  /** ISO 8601, UTC. */
  readonly created: string;
  readonly seconds: number;
  readonly data: string;
  readonly seed: number;
  readonly architectures: readonly string[];
  /** Outputs of the networks. */
  readonly classes: number;
  readonly search: SearchView;
  readonly winner: {
    readonly trial: number;
    /** The network, trained anew for all epochs. */
    readonly path: string;
    /** Measured of the file as it was written. */
    readonly costs: Costs;
    /** The test samples were measured here and nowhere else. */
    readonly generalization: GeneralizationView;
    readonly training: TrainingView;
  };
  readonly notes: readonly Note[];
}
