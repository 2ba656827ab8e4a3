// Values that a network runs with while others are trained in their place: a few nodes make them, and what they make of
// gradients is stated with them, for it is not always their derivative. Masks are such forms (weightMasks.ts), and so are
// quantizers of weights and of the values between layers, whose rounding has the derivative zero.
import type { GraphBuilder } from '../ir/graphBuilder';
import type { Tensor } from '../ir/tensor';
import type { RuntimeTensor } from '../runtime/runtime';

export interface TrainedForm {
  /** Numbers of its own that are trained, float32, as they are at first. */
  readonly own: Readonly<Record<string, Tensor>>;
  /** What is fed and not trained. Arrays are read at every step, so that their content may change between steps. */
  readonly fed: Readonly<Record<string, RuntimeTensor>>;
  /** Writes the nodes, the last of which makes `terms.value`. */
  readonly write: (terms: FormTerms) => FormGradients;
}

/** Names of values in the graph of a step. */
export interface FormTerms {
  readonly build: GraphBuilder;
  /** What the network runs with. */
  readonly value: string;
  /** The trained numbers of the weight, or the value as the network computes it. */
  readonly input: string;
  /** The form's own numbers and what is fed, by the names that the form has for them. */
  readonly own: Readonly<Record<string, string>>;
  readonly fed: Readonly<Record<string, string>>;
}

/**
 * What a form makes of the gradient of the loss by its value, whose shape is given. Each function writes nodes and gives
 * the names of the results.
 */
export interface FormGradients {
  /** The gradient by the input, in its shape; where there is none, none passes. */
  readonly input?: (gradient: string, shape: readonly number[]) => string;
  /** The gradients by each of the form's own numbers, in their shapes. */
  readonly own?: (gradient: string, shape: readonly number[]) => Readonly<Record<string, string>>;
}

/** A form of a stored weight. */
export interface WeightForm extends TrainedForm {
  /** The weight's numbers are not trained, only those of the form; `input` is empty then. */
  readonly isFixed?: true;
  /** The numbers that `write` makes of the weight's numbers and the form's own. */
  readonly visible: (numbers: Float32Array, own: Readonly<Record<string, Float32Array>>) => Float32Array;
}

/** A form of a value between nodes. Values that are given the same object share its own numbers. */
export type ValueForm = TrainedForm;

/** The forms that a run is given, by names in the outermost graph. */
export interface Forms {
  /** What they do, as text: other forms make another run. Their own numbers at first need not be in it. */
  readonly key: string;
  /** By the names of stored weights. */
  readonly weights: ReadonlyMap<string, WeightForm>;
  /** By the names of inputs and of outputs of nodes; values that the trained output does not depend on are left out. */
  readonly values: ReadonlyMap<string, ValueForm>;
}
