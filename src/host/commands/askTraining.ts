// Asks what to train a model on, how, and where to write the result; or, where there are steps already (a run that is
// repeated, advice that is followed), what of them to change.
import path from 'node:path';
import * as vscode from 'vscode';
import { CounterweightError } from '../../shared/base/errors';
import type { StepOptionView, StepOptionsView } from '../../shared/contracts/stepOptions';
import type { ModelView, StepsView } from '../../shared/contracts/viewModels';
import type { CompressRequest } from '../runs/experiments';
import { stepsText } from '../runs/runTexts';
import { askData } from './askData';
import { askOutput } from './askOutput';
import { outputFileName } from './outputName';
import {
  askInSteps,
  back,
  chooseStep,
  typeStep,
  type Question,
  type StepFrame,
  type StepItem,
  type StepResult,
} from './quickSteps';
import { changesOf } from './recipeEdits';
import type { RecentData } from './recentData';
import {
  currentPatience,
  currentValue,
  offeredPatience,
  optimizerName,
  optionRange,
  parseOption,
  presets,
  trainSteps,
  type TrainAnswers,
  type TrainPlan,
} from './trainChoices';

export interface TrainingStart {
  readonly model: ModelView;
  readonly recent: RecentData;
  /** What a training step can be told. */
  readonly options: StepOptionsView;
  /** The steps of the run that is repeated; none for a model that is trained for the first time. */
  readonly before?: StepsView;
  /** The same with what advice changes; it is shown before anything starts. */
  readonly advised?: StepsView;
  readonly data?: string | undefined;
  readonly seed?: number | undefined;
}

type TrainQuestion = Question<TrainAnswers>;
type Answer = Promise<StepResult<Partial<TrainAnswers>>>;

/** Undefined where the user left. */
export async function askTraining(start: TrainingStart): Promise<CompressRequest | undefined> {
  const { model, data, seed } = start;
  const title = vscode.l10n.t('Train {0}', path.basename(model.path));
  const first: TrainAnswers = data === undefined ? {} : { data };
  const answers = await askInSteps(title, first, ({ plan }) => questions(start, plan));
  if (answers?.output === undefined) return undefined;
  return {
    kind: 'compress',
    model: model.path,
    steps: trainSteps(givenSteps(start), answers),
    output: answers.output,
    ...(answers.data !== undefined && { data: answers.data }),
    ...(seed !== undefined && { seed }),
  };
}

function givenSteps({ before = [], advised }: TrainingStart): StepsView {
  return advised ?? before;
}

function questions(start: TrainingStart, plan: TrainPlan | undefined): readonly TrainQuestion[] {
  const knowsData = start.advised !== undefined && start.data !== undefined;
  const figures: readonly TrainQuestion[] = [
    number(start, 'epochs', vscode.l10n.t('Epochs: passes over the training samples.')),
    number(start, 'learningRate', vscode.l10n.t('Learning rate: the size of a step.')),
    number(start, 'batch', vscode.l10n.t('Batch: samples in one step.')),
    (frame, answers) => askOptimizer(frame, start, answers),
    (frame, answers) => askPatience(frame, start, answers),
  ];
  return [
    ...(knowsData
      ? []
      : ([(frame, answers) => askTrainingData(frame, start, answers)] satisfies TrainQuestion[])),
    (frame, answers) => askPlan(frame, start, answers),
    ...(plan === 'custom' ? figures : []),
    (frame, answers) => askTrained(frame, start, answers),
  ];
}

async function askTrainingData(
  frame: StepFrame,
  { model, recent }: TrainingStart,
  { data }: TrainAnswers,
): Answer {
  const chosen = await askData(frame, {
    model,
    recent,
    placeholder: vscode.l10n.t('What should the model be trained on?'),
    current: data ?? recent.specs[0],
  });
  if (chosen === undefined || chosen === back) return chosen;
  return chosen.spec === null ? {} : { data: chosen.spec };
}

async function askPlan(frame: StepFrame, start: TrainingStart, answers: TrainAnswers): Answer {
  const { l10n } = vscode;
  const { before, advised, options } = start;
  const changes = advised && changesOf(before ?? [], advised, options).join(' · ');
  const items: readonly StepItem<TrainPlan>[] = [
    ...givenItems(start, changes),
    {
      value: 'gentle',
      label: l10n.t('Fine-tune Gently'),
      description: l10n.t('a few epochs with a low learning rate'),
      detail: planText('gentle'),
    },
    {
      value: 'train',
      label: l10n.t('Train From These Weights'),
      description: l10n.t('until validation no longer improves'),
      detail: planText('train'),
    },
    {
      value: 'custom',
      label: l10n.t('Custom…'),
      description: l10n.t('epochs, learning rate, batch, optimizer, early stopping'),
    },
  ];
  // Advice is followed, adjusted, or left; it is no occasion to start from presets.
  const offered =
    advised === undefined ? items : items.filter(({ value }) => value === 'given' || value === 'custom');
  const chosen = await chooseStep(
    frame,
    l10n.t('How should it be trained?'),
    offered,
    (value) => value === (answers.plan ?? offered[0]?.value),
  );
  return chosen === undefined || chosen === back ? chosen : { plan: chosen };
}

function givenItems(
  { before, advised }: TrainingStart,
  changes: string | undefined,
): readonly StepItem<TrainPlan>[] {
  const { l10n } = vscode;
  if (advised !== undefined) {
    return [{ value: 'given', label: l10n.t('Train With This Change'), detail: changes ?? '' }];
  }
  if (before === undefined) return [];
  return [{ value: 'given', label: l10n.t('As Before'), detail: stepsText(before) }];
}

/** Like "3 epochs · learning rate 0.0001". */
function planText(plan: keyof typeof presets): string {
  const { l10n } = vscode;
  const { epochs, learningRate } = presets[plan];
  const figures = [l10n.t('{0} epochs', epochs), l10n.t('learning rate {0}', learningRate)];
  if (plan === 'train') {
    figures.push(l10n.t('ends after {0} epochs without improvement', presets.train.earlyStopping.patience));
  }
  return figures.join(' · ');
}

/** A figure of the training step, within the range that the engine allows. */
function number(
  start: TrainingStart,
  name: 'epochs' | 'learningRate' | 'batch',
  prompt: string,
): TrainQuestion {
  const option = optionOf(start, name);
  return async (frame, answers) => {
    const current = answers[name]?.toString() ?? currentValue(givenSteps(start), option);
    const read = (text: string): number | undefined => parseOption(option, text);
    // What is wrong takes the place of the prompt, so it says what is asked for too.
    const problem = `${prompt} ${optionRange(option)}`;
    const typed = await typeStep(frame, prompt, current, read, problem);
    return typed === undefined || typed === back ? typed : { [name]: typed };
  };
}

async function askOptimizer(frame: StepFrame, start: TrainingStart, answers: TrainAnswers): Answer {
  const option = optionOf(start, 'optimizer');
  const current = answers.optimizer ?? currentValue(givenSteps(start), option);
  const items = (option.choices ?? []).map((choice): StepItem<string> => ({
    value: String(choice),
    label: optimizerName(String(choice)),
    description: choice === option.default ? vscode.l10n.t('default') : '',
  }));
  const chosen = await chooseStep(
    frame,
    vscode.l10n.t('Which optimizer should change the weights?'),
    items,
    (value) => value === current,
  );
  return chosen === undefined || chosen === back ? chosen : { optimizer: chosen };
}

async function askPatience(frame: StepFrame, start: TrainingStart, answers: TrainAnswers): Answer {
  const { l10n } = vscode;
  const current = answers.patience === undefined ? currentPatience(givenSteps(start)) : answers.patience;
  const offered = [...new Set([...offeredPatience, current])];
  // An item's value may not be undefined, which stands for leaving; null is none.
  const items = offered.map((patience): StepItem<number | null> => ({
    value: patience,
    label:
      patience === null
        ? l10n.t('No Early Stopping')
        : l10n.t('After {0} Epochs Without Improvement', patience),
    description: patience === null ? l10n.t('all epochs are run') : '',
  }));
  const chosen = await chooseStep(
    frame,
    l10n.t('When should the run end early?'),
    items,
    (value) => value === current,
  );
  return chosen === undefined || chosen === back ? chosen : { patience: chosen };
}

async function askTrained(frame: StepFrame, start: TrainingStart, answers: TrainAnswers): Answer {
  const { model, before, options } = start;
  const given = givenSteps(start);
  const steps = trainSteps(given, answers);
  const changes = before === undefined ? [] : changesOf(before, steps, options);
  const summary = [stepsText(steps), ...changes].join(' · ');
  return askOutput(frame, {
    model: model.path,
    name: outputFileName(model.path, steps),
    placeholder: vscode.l10n.t('Where should the trained model be written? No file is overwritten.'),
    describe: () => Promise.resolve(summary),
  });
}

function optionOf({ options }: TrainingStart, name: string): StepOptionView {
  const option = options['train']?.find((candidate) => candidate.name === name);
  if (option === undefined) {
    throw new CounterweightError('INTERNAL', { problem: `the engine knows no option train.${name}` });
  }
  return option;
}
