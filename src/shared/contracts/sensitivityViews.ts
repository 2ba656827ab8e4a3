// What each layer of a model can bear, as it is shown and stored.
import type { Note } from '../base/messages';

/** A model with one layer compressed at one setting, and nothing else. What is no finite number is null. */
export interface SensitivityPointView {
  /** Fraction of the layer's weights that are zero or of its channels that are gone, or bits of a weight. */
  readonly setting: number;
  /** These two where the samples have something to predict. */
  readonly loss?: number | null;
  readonly accuracy?: number;
  /** Mean KL(original ‖ compressed) of the prediction in nats; null also where it is no scores of classes. */
  readonly kl: number | null;
  /** Mean squared difference of the prediction's elements. */
  readonly mse: number | null;
}

export interface LayerSensitivityView {
  readonly name: string;
  /** Other layers that can only be compressed together with it, as they have channels in common. */
  readonly coupled?: readonly string[];
  readonly operator: string;
  /** Of the weights. */
  readonly parameters: number;
  /** In the order of the settings, from the mildest to the hardest. */
  readonly points: readonly SensitivityPointView[];
}

/** The answer of `sensitivity`. */
export interface SensitivityReportView {
  readonly version: 1;
  readonly kind: 'sensitivity';
  /** ISO 8601, UTC. */
  readonly created: string;
  readonly seconds: number;
  readonly path: string;
  readonly data: string;
  readonly seed: number;
  /** The step that compresses a layer, with the options that all points share. */
  readonly step: 'prune' | 'quantize';
  readonly criterion?: string;
  readonly granularity?: string;
  readonly settings: readonly number[];
  /** The model as it is, on the same validation samples. */
  readonly baseline: { readonly loss?: number | null; readonly accuracy?: number; readonly samples: number };
  /** The most sensitive first. */
  readonly layers: readonly LayerSensitivityView[];
  readonly notes: readonly Note[];
}
