// Everything that a diagnosis is made from, as plain data: what the training loop knows after each epoch, and what
// costs time to measure and is there only where somebody asked for a diagnosis.
import type {
  EpochView,
  GeneralizationView,
  LearningPointView,
  LossKind,
  SpectrumView,
} from '../../../shared/contracts/viewModels';

export interface DiagnosisFacts {
  /** Of the run that is judged, in order; empty where only a file is judged. An epoch 0 is the network before it. */
  readonly history: readonly EpochView[];
  /** Epochs that the run may take. */
  readonly epochs: number;
  /** The run is over: all epochs are done, or it was stopped. While it goes on, a slow start is not yet underfitting. */
  readonly ended: boolean;
  readonly loss: LossKind;
  /** Number of classes, where the samples are labelled with classes. */
  readonly classes?: number;
  readonly samples: { readonly train: number; readonly validation: number };
  /** Parameters that are trained. */
  readonly parameters: number;
  /** What predicting without looking at the input reaches; of equally frequent classes where it is not given. */
  readonly baseline?: Baseline;
  /** How the run was made; advice starts from it. */
  readonly options?: RunOptions;
  /** The run was stopped because its numbers were no longer finite. */
  readonly divergence?: { readonly epoch: number; readonly layer?: string };
  /** Validation samples that are training samples too, and how many were looked at. */
  readonly overlap?: { readonly shared: number; readonly validation: number };
  /** The file that is judged, measured. */
  readonly generalization?: GeneralizationView;
  /** By growing number of samples. */
  readonly learningCurve?: readonly LearningPointView[];
  readonly spectrum?: readonly SpectrumView[];
  readonly compression?: CompressionResponse;
}

export interface Baseline {
  readonly loss: number;
  /** Where there are classes. */
  readonly accuracy?: number;
}

/** A part of the options of a training run. */
export interface RunOptions {
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly dropout: number;
  readonly clipNorm?: number | undefined;
  readonly earlyStopping?: { readonly patience: number } | undefined;
}

/** What setting this fraction of the weights to zero, without training afterwards, does to the measures. */
export interface CompressionResponse {
  readonly sparsity: number;
  readonly before: GeneralizationView;
  readonly after: GeneralizationView;
}
