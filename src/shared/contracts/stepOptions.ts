// What the steps of a recipe can be told: plain data that forms are made of.

/** The options by the name of their step: the answer of `stepOptions`. */
export type StepOptionsView = Readonly<Record<string, readonly StepOptionView[]>>;

export interface StepOptionView {
  /** The path of an option inside a group, like "earlyStopping.patience". */
  readonly name: string;
  readonly description: string;
  readonly kind: 'number' | 'integer' | 'boolean' | 'choice' | 'list' | 'mapping';
  /** The values to choose from, where there is a list of them. */
  readonly choices?: readonly (string | number | boolean)[];
  readonly minimum?: number;
  readonly maximum?: number;
  /** The minimum or the maximum itself is not allowed. */
  readonly excludesMinimum?: true;
  readonly excludesMaximum?: true;
  /** Undefined where the option must be given, or is off until it is. */
  readonly default?: string | number | boolean;
}
