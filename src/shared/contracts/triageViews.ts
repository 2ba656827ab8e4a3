// Why a quantized model is worse than its original, as it is shown and stored.
import type { CauseKind } from '../base/causeNames';
import type { Note } from '../base/messages';

export interface CauseView {
  readonly kind: CauseKind;
  /** Layers or values, the guiltiest first. */
  readonly where: readonly string[];
  /** The part of the harm that is gone without it, at most 1; null where it cannot be taken away here. */
  readonly recovered: number | null;
  readonly evidence: Note;
  readonly advice: Note;
}

export interface QualityView {
  readonly loss?: number | null;
  readonly accuracy?: number;
}

/** The answer of `triage`. */
export interface TriageReportView {
  readonly version: 1;
  readonly kind: 'triage';
  /** ISO 8601, UTC. */
  readonly created: string;
  readonly seconds: number;
  readonly original: string;
  readonly quantized: string;
  readonly data: string;
  readonly seed: number;
  /** Validation samples that were measured on. */
  readonly samples: number;
  readonly before: QualityView;
  /** KL(original ‖ quantized) of the prediction in nats, null where it is no scores of classes; and squared error. */
  readonly after: QualityView & { readonly kl: number | null; readonly mse: number | null };
  /** The guiltiest first. */
  readonly causes: readonly CauseView[];
  readonly notes: readonly Note[];
}
