// Asks how the layers of a model are to be compressed one by one, and on which data that is measured.
import path from 'node:path';
import * as vscode from 'vscode';
import type { ModelView } from '../../shared/contracts/viewModels';
import type { SensitivityRequest } from '../runs/experiments';
import type { SensitivityRecord } from '../runs/runRecord';
import { askData } from './askData';
import { askInSteps, back, chooseStep, type StepFrame, type StepItem, type StepResult } from './quickSteps';
import type { RecentData } from './recentData';

export interface SensitivityStart {
  readonly model: ModelView;
  readonly recent: RecentData;
  /** Of the measurement that is repeated with changes. */
  readonly before?: SensitivityRecord | undefined;
}

type Way = Pick<SensitivityRequest, 'method' | 'granularity'>;

interface Answers {
  readonly way?: Way;
  readonly data?: string;
}

type Answer = Promise<StepResult<Partial<Answers>>>;

/** Undefined where the user left. */
export async function askSensitivity(start: SensitivityStart): Promise<SensitivityRequest | undefined> {
  const { model, before } = start;
  const title = vscode.l10n.t('Sensitivity of {0}', path.basename(model.path));
  const first: Answers = before === undefined ? {} : { way: wayOf(before), data: before.data };
  const answers = await askInSteps<Answers>(title, first, () => [
    askWay,
    (frame, given) => askMeasuredOn(frame, given, start),
  ]);
  if (answers?.way === undefined || answers.data === undefined) return undefined;
  const { way, data } = answers;
  const seed = before?.seed;
  return { kind: 'sensitivity', model: model.path, ...way, data, ...(seed !== undefined && { seed }) };
}

function wayOf({ method, granularity }: SensitivityRecord): Way {
  return { method, ...(granularity !== undefined && { granularity }) };
}

async function askWay(frame: StepFrame, { way }: Answers): Answer {
  const { l10n } = vscode;
  const items: readonly StepItem<Way>[] = [
    {
      value: { method: 'prune' },
      label: l10n.t('Prune Weights'),
      description: l10n.t('from 10% to 95% of each layer'),
    },
    {
      value: { method: 'prune', granularity: 'channel' },
      label: l10n.t('Remove Channels'),
      description: l10n.t('from 10% to 95% of those that each layer can lose'),
    },
    {
      value: { method: 'quantize' },
      label: l10n.t('Quantize'),
      description: l10n.t('each layer to 8-bit integers'),
    },
  ];
  const chosen = await chooseStep(
    frame,
    l10n.t('What should be done to one layer after the other?'),
    items,
    ({ method, granularity }) => method === way?.method && granularity === way.granularity,
  );
  return chosen === undefined || chosen === back ? chosen : { way: chosen };
}

async function askMeasuredOn(
  frame: StepFrame,
  { data }: Answers,
  { model, recent }: SensitivityStart,
): Answer {
  const chosen = await askData(frame, {
    model,
    recent,
    placeholder: vscode.l10n.t('On which data? Its validation samples are used, never its test samples.'),
    current: data ?? recent.specs[0],
  });
  if (chosen === undefined || chosen === back) return chosen;
  return chosen.spec === null ? undefined : { data: chosen.spec };
}
