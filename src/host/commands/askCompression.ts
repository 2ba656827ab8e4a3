// Asks how to compress a model and where to write the result: one short question after the other, each with an
// estimate of the outcome, and with a way back.
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { assertNever } from '../../shared/base/assertNever';
import { formatShortPercent } from '../../shared/base/numbers';
import { cancelled } from '../../shared/contracts/contract';
import type { EngineCalls } from '../engineCalls';
import { localizeError } from '../localize';
import type { CompressRequest } from '../runs/experiments';
import {
  defaultSparsity,
  estimateText,
  freePath,
  offeredSparsities,
  outputFileName,
  parseSparsity,
  questions,
  stepsOf,
  type Answers,
  type Granularity,
  type Method,
  type Question,
} from './compressChoices';
import { back, chooseStep, typeStep, type StepFrame, type StepItem, type StepResult } from './quickSteps';

interface Asked extends Answers {
  readonly folder?: string;
}

type Estimate = (answers: Answers, signal: AbortSignal) => Promise<string>;

/** Undefined where the user left. */
export async function askCompression(
  model: string,
  engine: EngineCalls,
): Promise<CompressRequest | undefined> {
  const estimate = estimates(model, engine);
  let answers: Asked = {};
  let index = 0;
  for (;;) {
    const asked = questions(answers);
    const question = asked[index];
    if (question === undefined) return toRequest(model, answers);
    const frame: StepFrame = {
      title: vscode.l10n.t('Compress {0}', path.basename(model)),
      step: index + 1,
      totalSteps: asked.length,
    };
    const answer = await ask(question, frame, model, answers, estimate);
    if (answer === undefined) return undefined;
    if (answer === back) index--;
    else {
      answers = { ...answers, ...answer };
      index++;
    }
  }
}

function toRequest(model: string, answers: Asked): CompressRequest {
  const folder = answers.folder ?? path.dirname(model);
  const output = freePath(folder, outputFileName(model, answers), existsSync);
  return { model, steps: stepsOf(answers), output };
}

/** Estimates in words, each made once; they never block and never fail. */
function estimates(model: string, engine: EngineCalls): Estimate {
  const known = new Map<string, string>();
  return async (answers, signal) => {
    const steps = stepsOf(answers);
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

function ask(
  question: Question,
  frame: StepFrame,
  model: string,
  answers: Asked,
  estimate: Estimate,
): Promise<StepResult<Partial<Asked>>> {
  switch (question) {
    case 'method':
      return askMethod(frame, answers, estimate);
    case 'sparsity':
      return askSparsity(frame, answers, estimate);
    case 'granularity':
      return askGranularity(frame, answers, estimate);
    case 'folder':
      return askFolder(frame, model, answers, estimate);
    default:
      return assertNever(question);
  }
}

async function askMethod(
  frame: StepFrame,
  answers: Asked,
  estimate: Estimate,
): Promise<StepResult<Partial<Asked>>> {
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
      description: l10n.t('store weights as 8-bit integers'),
    },
    {
      value: 'both',
      label: l10n.t('Prune and Quantize'),
      description: l10n.t('zeros first, then 8-bit integers'),
    },
  ];
  const chosen = await chooseStep(
    frame,
    l10n.t('How should the model become smaller?'),
    estimating(items),
    (value) => value === (answers.method ?? 'both'),
    async (item, signal) => {
      const text = await estimate({ method: item.value }, signal);
      const usesSparsity = item.value !== 'quantize' && text !== '';
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
  estimate: Estimate,
): Promise<StepResult<Partial<Asked>>> {
  const { l10n } = vscode;
  const offered = offeredSparsities.map((value) => ({
    value,
    label: l10n.t('Prune {0}', formatShortPercent(value)),
  }));
  const custom: StepItem<number> = { value: 0, label: l10n.t('Custom…') };
  const chosen = await chooseStep<number>(
    frame,
    l10n.t('How many of the weights should become zero?'),
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
  if (typed === back) return askSparsity(frame, answers, estimate);
  return typed === undefined ? undefined : { sparsity: typed };
}

async function askGranularity(
  frame: StepFrame,
  answers: Asked,
  estimate: Estimate,
): Promise<StepResult<Partial<Asked>>> {
  const { l10n } = vscode;
  const items: StepItem<Granularity>[] = [
    {
      value: 'channel',
      label: l10n.t('int8 per Channel'),
      description: l10n.t('a scale for each output channel: smaller errors'),
    },
    {
      value: 'tensor',
      label: l10n.t('int8 per Tensor'),
      description: l10n.t('one scale for each weight tensor: understood by more runtimes'),
    },
  ];
  const chosen = await chooseStep(
    frame,
    l10n.t('How should the weights be scaled?'),
    estimating(items),
    (value) => value === (answers.granularity ?? 'channel'),
    async (item, signal) => ({ detail: await estimate({ ...answers, granularity: item.value }, signal) }),
  );
  return chosen === undefined || chosen === back ? chosen : { granularity: chosen };
}

async function askFolder(
  frame: StepFrame,
  model: string,
  answers: Asked,
  estimate: Estimate,
): Promise<StepResult<Partial<Asked>>> {
  const { l10n } = vscode;
  const beside = toRequest(model, { ...answers, folder: path.dirname(model) }).output;
  const items: StepItem<'beside' | 'choose'>[] = [
    {
      value: 'beside',
      label: l10n.t('$(file) Beside the Original'),
      description: path.basename(beside),
      detail: l10n.t('Estimating…'),
    },
    { value: 'choose', label: l10n.t('$(folder-opened) Choose a Folder…') },
  ];
  const chosen = await chooseStep(
    frame,
    l10n.t('Where should the compressed model be written? No file is overwritten.'),
    items,
    (value) => value === 'beside',
    async (item, signal) => (item.value === 'beside' ? { detail: await estimate(answers, signal) } : {}),
  );
  if (chosen === undefined || chosen === back) return chosen;
  if (chosen === 'beside') return { folder: path.dirname(model) };
  const folders = await vscode.window.showOpenDialog({
    canSelectFiles: false,
    canSelectFolders: true,
    canSelectMany: false,
    defaultUri: vscode.Uri.file(path.dirname(model)),
    openLabel: l10n.t('Write Here'),
  });
  if (folders?.[0] === undefined) return askFolder(frame, model, answers, estimate);
  return { folder: folders[0].fsPath };
}

/** A detail from the start keeps the rows from growing under the mouse. */
function estimating<T>(items: readonly StepItem<T>[]): readonly StepItem<T>[] {
  return items.map((item) => ({ ...item, detail: vscode.l10n.t('Estimating…') }));
}
