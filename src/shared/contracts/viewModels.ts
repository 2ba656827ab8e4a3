// Plain data that the editor shows: what the engine's answers and the panel's snapshots are made of. Nothing here
// is larger than a summary; tensors themselves never leave the engine.
import type { Note } from '../base/messages';
import type { LayerChangeView } from './layerChange';

/** Null where a dimension is unknown; a string where it is named. */
export type ShapeView = readonly (number | string | null)[];

export interface TensorView {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly number[];
  /** Elements, as far as they count as parameters; 0 for shapes, indices, scales of integers and the like. */
  readonly parameters: number;
  readonly bytes: number;
  /** Fraction of elements that are exactly zero (for quantized weights: equal to their zero point). */
  readonly sparsity: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  readonly standardDeviation: number | null;
}

export interface LayerView {
  readonly name: string;
  readonly operator: string;
  readonly parameters: number;
  readonly bytes: number;
  /** Multiply-accumulates for one sample; null where they are unknown. */
  readonly macs: number | null;
  readonly sparsity: number | null;
  readonly outputShape: ShapeView | null;
  readonly tensors: readonly TensorView[];
}

export interface TotalsView {
  readonly parameters: number;
  /** Bytes of the file, external data included. */
  readonly bytes: number;
  readonly macs: number;
  readonly sparsity: number;
}

/** The answer of `inspect`. */
export interface ModelView {
  readonly path: string;
  readonly format: string;
  readonly producer?: string;
  /** Like "ai.onnx 13". */
  readonly opsets: readonly string[];
  readonly inputs: readonly {
    readonly name: string;
    readonly type: string;
    readonly shape: ShapeView | null;
  }[];
  readonly outputs: readonly {
    readonly name: string;
    readonly type: string;
    readonly shape: ShapeView | null;
  }[];
  readonly totals: TotalsView;
  readonly layers: readonly LayerView[];
  readonly warnings: readonly Note[];
}

/** The steps of a compression as a recipe writes them: `[{ prune: { sparsity: 0.9 } }, { quantize: { … } }]`. */
export type StepsView = readonly { readonly [step: string]: Readonly<Record<string, unknown>> }[];

export interface SizesView {
  readonly parameters: number;
  /** Of the parameters. */
  readonly nonZeros: number;
  /** Fraction of zeros among the weights; biases and normalization parameters are never pruned and do not count. */
  readonly sparsity: number;
  readonly macs: number;
  /** Bytes of the file on disk, external data included. */
  readonly bytes: number;
  readonly gzipBytes: number;
  /** Bytes if zeros were left out (docs/sizes.md says how); this and the bound are missing in older reports. */
  readonly sparseBytes?: number;
  /** Bytes if parameters took their zero-order entropy, the table of frequencies not counted: no size, but a bound. */
  readonly entropyBytes?: number;
}

export interface OutputChangeView {
  readonly name: string;
  readonly mse: number;
  readonly sqnrDb: number | null;
  readonly maxError: number;
  /** Mean KL(original ‖ compressed) in nats over the last axis; only for outputs that are class scores. */
  readonly kl?: number;
  /** Fraction of samples with the same top class; only for outputs that are class scores. */
  readonly agreement?: number;
}

/** Accuracy of a file on labelled data, measured by running that file. */
export interface AccuracyView {
  readonly accuracy: number;
  readonly loss: number;
  readonly samples: number;
}

export interface LatencyView {
  readonly beforeMs: number;
  readonly afterMs: number;
  readonly threads: number;
  readonly batch: number;
}

/** The answer of `compare`. */
export interface ComparisonView {
  readonly layers: readonly LayerChangeView[];
  readonly outputs: readonly OutputChangeView[];
  /** What the outputs were compared on, like "random seed 1, 8 samples" or "glyphs". */
  readonly comparedOn: string;
  readonly accuracy?: { readonly before: AccuracyView; readonly after: AccuracyView };
  readonly notes: readonly Note[];
}

/** Mean loss and accuracy of one network on one set of samples, measured in its inference form. */
export interface MeasureView {
  readonly loss: number;
  /** Top-1 accuracy, where the samples are labelled with classes. */
  readonly accuracy?: number;
  readonly samples: number;
}

/** How well a file generalizes, measured by running that file. The gap is validation − train of the loss. */
export interface GeneralizationView {
  readonly train: MeasureView;
  readonly validation: MeasureView;
  /** On samples that neither trained it nor chose anything, where the data has some. */
  readonly test?: MeasureView;
  /** What these measures say of the file; missing where the run only trained, and in older reports. */
  readonly judgement?: Pick<DiagnosisView, 'verdict' | 'evidence'>;
}

/** How well the two files of a run generalize, and what the run did to that. */
export interface RunGeneralizationView {
  readonly before: GeneralizationView;
  /**
   * The network as its first training left it, of which compression made the result; only where the run trains before
   * it compresses. It is no file, so that there is no measure on test samples.
   */
  readonly trained?: GeneralizationView;
  readonly after: GeneralizationView;
  /** What compression did to the gap and to validation, against `trained` or else `before`, each as a sentence. */
  readonly effect?: readonly Note[];
}

/**
 * One epoch of a training run. Losses and accuracies are those of the network as it stood at the end of the epoch, in
 * its inference form and without augmentation. A loss that is no number is null.
 */
export interface EpochView {
  /** From 1. Epoch 0 is the network before the run. */
  readonly epoch: number;
  readonly trainLoss: number | null;
  readonly validationLoss: number | null;
  readonly trainAccuracy?: number;
  readonly validationAccuracy?: number;
  readonly learningRate: number;
  readonly seconds: number;
  /** Fraction of the weights that were zero and stayed so, where the run prunes. */
  readonly sparsity?: number;
}

/** One training of a step that trains more than once. */
export interface RoundView {
  /** Its first epoch, as the history of its step counts. */
  readonly from: number;
  /** Fraction of the weights that were zero when it began. */
  readonly sparsity: number;
  /** The network that it began with; for the first round it is in the history, as epoch 0. */
  readonly start?: EpochView;
}

export type LossKind = 'crossEntropy' | 'binaryCrossEntropy' | 'mse' | 'mae' | 'huber';

/** What is drawn of a training run while it goes on. */
export interface CurvesView {
  /** Place of the training step in the recipe, from 0. */
  readonly step: number;
  /** Epochs that the run may take. */
  readonly epochs: number;
  readonly history: readonly EpochView[];
  /** Of a step that trains in rounds, in their order. */
  readonly rounds?: readonly RoundView[];
  /** The steps of the run that trained before this one, in their order, while the run goes on. */
  readonly earlier?: readonly CurvesView[];
  /** The epoch of the lowest validation loss, whose weights are kept; null before the first. */
  readonly bestEpoch: number | null;
  readonly loss: LossKind;
  /** Samples that the run trains and validates on. */
  readonly samples: { readonly train: number; readonly validation: number };
  /** Parameters that are trained. */
  readonly parameters: number;
  /** What the curves say so far. */
  readonly diagnosis: DiagnosisView;
}

/** A training step of a finished run. */
export interface TrainingView extends CurvesView {
  readonly ended: 'allEpochs' | 'earlyStopping';
  readonly seconds: number;
  /** Layers that were not trained, and why. */
  readonly frozen: readonly { readonly layer: string; readonly reason: string }[];
}

export type Verdict = 'underfit' | 'balanced' | 'overfit' | 'diverged' | 'leaking' | 'undecided';

export interface DiagnosisView {
  readonly verdict: Verdict;
  readonly evidence: readonly EvidenceView[];
  /** The most promising first. */
  readonly advice: readonly AdviceView[];
}

export interface EvidenceView {
  readonly note: Note;
  /** The verdict that it speaks for; null where it is only worth knowing. */
  readonly speaksFor: Verdict | null;
}

export interface AdviceView {
  readonly note: Note;
  /** What it changes in a recipe, where it can be written into one. */
  readonly edit?: RecipeEdit;
}

/** A change of a recipe: values by the paths of the command line's --set, like "train.weightDecay", and new steps. */
export interface RecipeEdit {
  readonly set?: Readonly<Record<string, unknown>>;
  /** Steps to put at the end. */
  readonly add?: StepsView;
}

/** One point of a learning curve: a run on a part of the training samples. */
export interface LearningPointView {
  readonly samples: number;
  readonly train: MeasureView;
  readonly validation: MeasureView;
}

/** Exponent of the power law that the tail of a layer's weight spectrum follows. */
export interface SpectrumView {
  readonly layer: string;
  /** Null where it was not fitted; `reason` says why. */
  readonly exponent: number | null;
  readonly eigenvalues: number;
  readonly reason?: string;
}

/** The answer of `diagnose`. */
export interface DiagnosisReportView {
  readonly version: 1;
  readonly kind: 'diagnosis';
  /** ISO 8601, UTC. */
  readonly created: string;
  readonly seconds: number;
  /** The model that is judged. */
  readonly path: string;
  readonly data: string;
  readonly diagnosis: DiagnosisView;
  readonly generalization?: GeneralizationView;
  /** Of the run that is judged, or of one that was made for the diagnosis. */
  readonly curves?: CurvesView;
  readonly learningCurve?: readonly LearningPointView[];
  readonly spectrum: readonly SpectrumView[];
  readonly notes: readonly Note[];
}

/** The answer of `compress` and of `train`, and the content of report.json. */
export interface ReportView extends ComparisonView {
  readonly version: 1;
  /** ISO 8601, UTC. */
  readonly created: string;
  readonly seconds: number;
  readonly steps: StepsView;
  readonly original: { readonly path: string } & SizesView;
  readonly compressed: { readonly path: string } & SizesView;
  /** Compressed bytes over original bytes, of the files on disk. */
  readonly ratio: number;
  readonly latency?: LatencyView;
  /** The data that the run trained and was measured on, as it was given. */
  readonly data?: string;
  readonly seed?: number;
  /** Of both files, where there is data to train on. */
  readonly generalization?: RunGeneralizationView;
  /** One entry for each training step. */
  readonly training?: readonly TrainingView[];
}

export interface EstimateView {
  readonly bytesBefore: number;
  /** Expected size of the written file. */
  readonly bytesAfter: number;
  readonly parameters: number;
  readonly parametersAfter: number;
  readonly nonZerosAfter: number;
  /** The figures after are upper bounds: what is taken out of the model is known only with its weights. */
  readonly atMost?: true;
}

export interface ProgressView {
  /** What is being done: a phase of a job. */
  readonly phase:
    | 'reading'
    | 'compacting'
    | 'pruning'
    | 'quantizing'
    | 'training'
    | 'writing'
    | 'comparing'
    | 'measuring'
    | 'diagnosing';
  /** 0 to 1 over the whole job. */
  readonly fraction: number;
  /** The layer or file at hand. */
  readonly detail?: string;
}
