// Asks what a search for a compact network needs: where to look, for what data, under which budget, how thoroughly, and
// where the winner goes.
import { homedir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { budgetText, parseBudget, type Budget } from '../../shared/base/searchBudget';
import { cancelled } from '../../shared/contracts/contract';
import type { ArchitectureView } from '../../shared/contracts/searchViews';
import type { EngineCalls } from '../engineCalls';
import type { SearchRequest } from '../runs/experiments';
import { askData } from './askData';
import { askOutput } from './askOutput';
import {
  askInSteps,
  back,
  chooseSeveral,
  chooseStep,
  typeStep,
  type Question,
  type StepFrame,
  type StepItem,
  type StepResult,
} from './quickSteps';
import type { RecentData } from './recentData';

export interface SearchStart {
  readonly engine: EngineCalls;
  readonly recent: RecentData;
  /** A search that is to be changed: its answers are offered first. */
  readonly before?: SearchRequest;
}

interface Answers {
  readonly architectures?: readonly string[];
  readonly data?: string;
  readonly budget?: Budget;
  readonly effort?: Effort;
  readonly output?: string;
}

interface Effort {
  /** Networks to try. */
  readonly trials: number;
  /** Epochs of the winner. */
  readonly epochs: number;
}

type Answer = Promise<StepResult<Partial<Answers>>>;

const efforts: readonly Effort[] = [
  { trials: 8, epochs: 8 },
  { trials: 16, epochs: 16 },
  { trials: 32, epochs: 40 },
];

/** Undefined where the user left. */
export async function askSearch(start: SearchStart): Promise<SearchRequest | undefined> {
  const { engine, before } = start;
  const known = await engine.call('architectures', {});
  if (known === cancelled) return undefined;
  const questions: readonly Question<Answers>[] = [
    (frame, answers) => askArchitectures(frame, known, answers),
    (frame, answers) => askSearchData(frame, start, answers),
    askBudget,
    askEffort,
    askWhere,
  ];
  const first: Answers = before
    ? {
        architectures: before.architectures,
        data: before.data,
        budget: before.budget,
        effort: { trials: before.trials, epochs: before.epochs },
      }
    : {};
  const answers = await askInSteps(vscode.l10n.t('Search a Compact Network'), first, () => questions);
  if (!answers) return undefined;
  const { architectures, data, budget, effort, output } = answers;
  if (!architectures || data === undefined || !budget || !effort || output === undefined) return undefined;
  const seed = before?.seed;
  return {
    kind: 'search',
    model: output,
    data,
    architectures,
    budget,
    ...effort,
    ...(seed !== undefined && { seed }),
  };
}

async function askArchitectures(
  frame: StepFrame,
  known: readonly ArchitectureView[],
  { architectures: before = [] }: Answers,
): Answer {
  const items = known.map(({ id, description, example }) => ({
    value: id,
    label: id,
    description: example.join('×'),
    detail: description,
    picked: before.includes(id),
  }));
  const placeholder = vscode.l10n.t('In which architectures? Their widths and depths are varied.');
  const chosen = await chooseSeveral(frame, placeholder, items);
  return chosen === undefined || chosen === back ? chosen : { architectures: chosen };
}

async function askSearchData(frame: StepFrame, { recent }: SearchStart, { data }: Answers): Answer {
  const chosen = await askData(frame, {
    model: { path: path.join(defaultFolder(), 'network.onnx'), inputs: [] },
    recent,
    placeholder: vscode.l10n.t('On which data should the networks be trained?'),
    current: data ?? recent.specs[0],
  });
  if (chosen === undefined || chosen === back) return chosen;
  return chosen.spec === null ? {} : { data: chosen.spec };
}

async function askBudget(frame: StepFrame, { budget }: Answers): Answer {
  const { l10n } = vscode;
  const chosen = await typeStep(
    frame,
    l10n.t('What may the network cost at most? For example {0}.', examples),
    budget ? writtenBudget(budget) : 'macs<=1M',
    (text) => {
      const typed = parseBudget(text);
      return 'problem' in typed ? undefined : typed;
    },
    l10n.t('Write a measure and its limit: {0}.', examples),
    (typed) => Promise.resolve(`(${budgetText(typed)})`),
  );
  return chosen === undefined || chosen === back ? chosen : { budget: chosen };
}

const examples = 'macs<=2M, parameters<=50k, bytes<=200kB, latency<=2ms';

/** As it can be typed, to the last digit. */
function writtenBudget({ measure, limit }: Budget): string {
  return `${measure}<=${limit}${measure === 'latency' ? 'ms' : ''}`;
}

async function askEffort(frame: StepFrame, { effort: before = efforts[1] }: Answers): Answer {
  const { l10n } = vscode;
  const isBefore = ({ trials, epochs }: Effort): boolean =>
    trials === before?.trials && epochs === before.epochs;
  const offered = !before || efforts.some(isBefore) ? efforts : [before, ...efforts];
  const items = offered.map((effort): StepItem<Effort> => {
    const { trials, epochs } = effort;
    return {
      value: effort,
      label: l10n.t('{0} Networks', trials),
      description: l10n.t('the winner trains for {0} epochs, the others for a part of them', epochs),
    };
  });
  const placeholder = l10n.t('How many networks should be tried?');
  const chosen = await chooseStep(frame, placeholder, items, isBefore);
  return chosen === undefined || chosen === back ? chosen : { effort: chosen };
}

function askWhere(frame: StepFrame, { architectures = [], budget }: Answers): Answer {
  const { l10n } = vscode;
  const name = `${architectures.length === 1 ? architectures[0]! : 'network'}.onnx`;
  const folder = defaultFolder();
  return askOutput(frame, {
    model: path.join(folder, name),
    name,
    besideLabel: l10n.t('$(file) In {0}', path.basename(folder)),
    placeholder: l10n.t('Where should the best network be written?'),
    describe: () => Promise.resolve(budget ? budgetText(budget) : ''),
  });
}

/** That of the workspace, or the user's own without one. */
function defaultFolder(): string {
  const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file');
  return folder?.uri.fsPath ?? homedir();
}
