// Asks how to compress a model and where to write the result: one short question after the other, each with an
// estimate of the outcome, and with a way back.
import path from 'node:path';
import * as vscode from 'vscode';
import { formatShortPercent } from '../../shared/base/numbers';
import { cancelled } from '../../shared/contracts/contract';
import type { ModelView, StepsView } from '../../shared/contracts/viewModels';
import type { EngineCalls } from '../engineCalls';
import { localizeError } from '../localize';
import { withLocks } from '../models/lockedLayers';
import type { CompressRequest } from '../runs/experiments';
import { askForm, askTrainingAfter } from './askCompactLayers';
import { askData } from './askData';
import { askOutput } from './askOutput';
import {
  answersOf,
  defaultSparsity,
  estimateText,
  offeredSparsities,
  parseSparsity,
  questions,
  stepsOf,
  type Answers,
  type Method,
  type QuestionName,
} from './compressChoices';
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
import type { RecentData } from './recentData';
import { defaultStorage, offeredStorages, storageTexts, type Storage } from './storageChoices';

export interface CompressionStart {
  readonly model: ModelView;
  readonly engine: EngineCalls;
  readonly recent: RecentData;
  /** Layers that pruning leaves alone. */
  readonly locked: readonly string[];
  /** Of the run that is repeated with changes. */
  readonly before?: { readonly steps: StepsView; readonly data?: string | undefined };
  /** Steps that are chosen already. */
  readonly given?: StepsView;
}

interface Asked extends Answers {
  readonly output?: string;
}

type Estimate = (answers: Answers, signal: AbortSignal) => Promise<string>;
type Answer = Promise<StepResult<Partial<Asked>>>;

/** Undefined where the user left. */
export async function askCompression(start: CompressionStart): Promise<CompressRequest | undefined> {
  const { model, engine, before, given, locked } = start;
  const estimate = estimates(model.path, engine, locked);
  const asking: Readonly<Record<QuestionName, Question<Asked>>> = {
    method: (frame, answers) => askMethod(frame, answers, estimate),
    sparsity: (frame, answers) => askSparsity(frame, answers, start, estimate),
    storage: (frame, answers) => askStorage(frame, answers, estimate),
    form: (frame, answers) => askForm(frame, answers, estimate),
    training: (frame, answers) => askTrainingAfter(frame, answers),
    data: (frame, answers) => askComparisonData(frame, answers, start),
    output: (frame, answers) => askFile(frame, answers, model.path, estimate),
  };
  const title = vscode.l10n.t('Compress {0}', path.basename(model.path));
  const repeated = before && { ...answersOf(before.steps), data: before.data ?? null };
  const first: Asked = { ...repeated, ...(given && { given }) };
  const answers = await askInSteps(title, first, (soFar) => questions(soFar).map((name) => asking[name]));
  if (answers?.output === undefined) return undefined;
  const { output, data } = answers;
  const steps = withLocks(stepsOf(answers), locked);
  return { kind: 'compress', model: model.path, steps, output, ...(typeof data === 'string' && { data }) };
}

/** Estimates in words, each made once; they never block and never fail. */
function estimates(model: string, engine: EngineCalls, locked: readonly string[]): Estimate {
  const known = new Map<string, string>();
  return async (answers, signal) => {
    const steps = withLocks(stepsOf(answers), locked);
    const key = JSON.stringify(steps);
    const text = known.get(key);
    if (text !== undefined) return text;
    try {
      const estimate = await engine.call('estimate', { path: model, steps }, signal);
      if (estimate === cancelled) return '';
      known.set(key, estimateText(estimate));
      return estimateText(estimate);
    } catch (error) {
      return localizeError(error);
    }
  };
}

async function askMethod(frame: StepFrame, answers: Asked, estimate: Estimate): Answer {
  const { l10n } = vscode;
  const items: StepItem<Method>[] = [
    {
      value: 'prune',
      label: l10n.t('Prune'),
      description: l10n.t('set the smallest weights to zero'),
    },
    {
      value: 'quantize',
      label: l10n.t('Quantize'),
      description: l10n.t('store weights as numbers of 8, 4 or 16 bits'),
    },
    {
      value: 'both',
      label: l10n.t('Prune and Quantize'),
      description: l10n.t('zeros first, then numbers of fewer bits'),
    },
    {
      value: 'compact',
      label: l10n.t('Compact Layers'),
      description: l10n.t('smaller layers in place of large ones; best with data to train on'),
    },
  ];
  const chosen = await chooseStep(
    frame,
    l10n.t('How should the model become smaller?'),
    estimating(items),
    (value) => value === (answers.method ?? 'both'),
    async (item, signal) => {
      const text = await estimate({ method: item.value }, signal);
      const usesSparsity = (item.value === 'prune' || item.value === 'both') && text !== '';
      return {
        detail: usesSparsity ? l10n.t('At {0}: {1}', formatShortPercent(defaultSparsity), text) : text,
      };
    },
  );
  return chosen === undefined || chosen === back ? chosen : { method: chosen };
}

async function askSparsity(
  frame: StepFrame,
  answers: Asked,
  start: CompressionStart,
  estimate: Estimate,
): Answer {
  const { l10n } = vscode;
  const { locked } = start;
  const offered = offeredSparsities.map((value) => ({
    value,
    label: l10n.t('Prune {0}', formatShortPercent(value)),
  }));
  const custom: StepItem<number> = { value: 0, label: l10n.t('Custom…') };
  const chosen = await chooseStep<number>(
    frame,
    locked.length === 0
      ? l10n.t('How many of the weights should become zero?')
      : l10n.t('How many of the weights should become zero? Locked layers ({0}) keep theirs.', locked.length),
    [...estimating(offered), custom],
    (value) => value === (answers.sparsity ?? defaultSparsity),
    async (item, signal) =>
      item.value === custom.value
        ? {}
        : { detail: await estimate({ ...answers, sparsity: item.value }, signal) },
  );
  if (chosen === undefined || chosen === back) return chosen;
  if (chosen !== custom.value) return { sparsity: chosen };
  const typed = await typeStep(
    frame,
    l10n.t('Percentage of the weights to set to zero.'),
    String(Number((100 * (answers.sparsity ?? defaultSparsity)).toFixed(2))),
    parseSparsity,
    l10n.t('Enter a percentage above 0 and below 100, like 85 or 97.5.'),
    (sparsity, signal) => estimate({ ...answers, sparsity }, signal),
  );
  if (typed === back) return askSparsity(frame, answers, start, estimate);
  return typed === undefined ? undefined : { sparsity: typed };
}

async function askStorage(frame: StepFrame, answers: Asked, estimate: Estimate): Answer {
  const items = offeredStorages.map((value): StepItem<Storage> => ({ value, ...storageTexts(value) }));
  const chosen = await chooseStep(
    frame,
    vscode.l10n.t('How should the weights be stored?'),
    estimating(items),
    (value) => value === (answers.storage ?? defaultStorage),
    async (item, signal) => ({ detail: await estimate({ ...answers, storage: item.value }, signal) }),
  );
  return chosen === undefined || chosen === back ? chosen : { storage: chosen };
}

async function askComparisonData(
  frame: StepFrame,
  { data, method, storage }: Asked,
  { model, recent }: CompressionStart,
): Answer {
  const { l10n } = vscode;
  const chosen = await askData(frame, {
    model,
    recent,
    placeholder:
      method === 'compact'
        ? l10n.t('On which data should the new layers be fitted, trained and compared?')
        : method !== 'prune' && storage === 'int8-static'
          ? l10n.t('On which data should activations be calibrated, and the result be compared?')
          : l10n.t('On which inputs should the result be compared with the original?'),
    current: data ?? undefined,
    first: [
      {
        value: { spec: null },
        label: l10n.t('$(circle-slash) Random Inputs'),
        description: l10n.t('no data needed; accuracy is not measured'),
      },
    ],
  });
  return chosen === undefined || chosen === back ? chosen : { data: chosen.spec };
}

function askFile(frame: StepFrame, answers: Asked, model: string, estimate: Estimate): Answer {
  return askOutput(frame, {
    model,
    name: outputFileName(model, stepsOf(answers)),
    placeholder: vscode.l10n.t('Where should the compressed model be written? No file is overwritten.'),
    describe: (signal) => estimate(answers, signal),
  });
}

/** A detail from the start keeps the rows from growing under the mouse. */
function estimating<T>(items: readonly StepItem<T>[]): readonly StepItem<T>[] {
  return items.map((item) => ({ ...item, detail: vscode.l10n.t('Estimating…') }));
}
