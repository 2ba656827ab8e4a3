// What Train / Fine-tune… offers, and what the answers mean. The questions themselves are asked in `askTraining.ts`.
import * as l10n from '@vscode/l10n';
import type { StepOptionView } from '../../shared/contracts/stepOptions';
import type { StepsView } from '../../shared/contracts/viewModels';
import { trainingOf, withTraining } from './recipeEdits';

/** How to train: as the given steps say, by a preset, or by figures of one's own. */
export type TrainPlan = 'given' | 'gentle' | 'train' | 'custom';

/** The answers so far; figures of one's own count where the plan is custom. */
export interface TrainAnswers {
  readonly data?: string;
  readonly plan?: TrainPlan;
  readonly epochs?: number;
  readonly learningRate?: number;
  readonly batch?: number;
  readonly optimizer?: string;
  /** Epochs without improvement before the run ends; null for all epochs. */
  readonly patience?: number | null;
  readonly output?: string;
}

/** The presets' options of the training step. */
export const presets = {
  gentle: { epochs: 3, learningRate: 1e-4 },
  train: { epochs: 20, learningRate: 1e-3, earlyStopping: { patience: 5 } },
} as const;

export const offeredPatience: readonly (number | null)[] = [null, 3, 5, 10];

/** The steps to run: the given ones with the options of their training, or a training alone. */
export function trainSteps(given: StepsView, answers: TrainAnswers): StepsView {
  const { plan = 'gentle', epochs, learningRate, batch, optimizer, patience } = answers;
  if (plan === 'given') return given;
  if (plan !== 'custom') return withTraining(given, presets[plan]);
  return withTraining(given, {
    ...defined({ epochs, learningRate, batch, optimizer }),
    ...(patience !== undefined && { earlyStopping: patience === null ? undefined : { patience } }),
  });
}

/** What an option is before one is chosen, as text: that of the given steps, else the engine's default. */
export function currentValue(given: StepsView, option: StepOptionView): string {
  const value = trainingOf(given)?.[option.name] ?? option.default;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** The patience of the given steps; null for none. */
export function currentPatience(given: StepsView): number | null {
  const stopping = trainingOf(given)?.['earlyStopping'];
  const patience = (stopping as { readonly patience?: unknown } | undefined)?.patience;
  return typeof patience === 'number' ? patience : null;
}

/** A number as a person types it (0.001, 1e-3, 0,001); undefined where the option does not allow it. */
export function parseOption(option: StepOptionView, text: string): number | undefined {
  const typed = text.trim().replace(',', '.');
  const value = Number(typed);
  if (typed === '' || !Number.isFinite(value)) return undefined;
  if (option.kind === 'integer' && !Number.isInteger(value)) return undefined;
  const { minimum = -Infinity, maximum = Infinity, excludesMinimum, excludesMaximum } = option;
  const isAbove = excludesMinimum ? value > minimum : value >= minimum;
  const isBelow = excludesMaximum ? value < maximum : value <= maximum;
  return isAbove && isBelow ? value : undefined;
}

/** What may be typed, like "Enter a whole number: 1 ≤ n ≤ 100000." */
export function optionRange(option: StepOptionView): string {
  const { minimum, maximum, excludesMinimum, excludesMaximum } = option;
  const lower = minimum === undefined ? '' : `${minimum} ${excludesMinimum ? '<' : '≤'} `;
  const upper = maximum === undefined ? '' : ` ${excludesMaximum ? '<' : '≤'} ${maximum}`;
  const range = `${lower}n${upper}`;
  return option.kind === 'integer'
    ? l10n.t('Enter a whole number: {0}.', range)
    : l10n.t('Enter a number: {0}.', range);
}

/** How an optimizer is written in the literature. */
export function optimizerName(id: string): string {
  const names: Readonly<Record<string, string>> = {
    sgd: 'SGD',
    adam: 'Adam',
    adamw: 'AdamW',
    rmsprop: 'RMSProp',
  };
  return names[id] ?? id;
}

function defined(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
