// Asks what to judge a model on, and how thoroughly.
import path from 'node:path';
import * as vscode from 'vscode';
import type { ModelView } from '../../shared/contracts/viewModels';
import type { DiagnosisRequest } from '../runs/experiments';
import type { Run } from '../runs/runRecord';
import { runLabel } from '../runs/runTexts';
import { askData, type DataChoice } from './askData';
import { dataTexts } from './dataChoices';
import {
  askInSteps,
  back,
  chooseStep,
  type Question,
  type StepFrame,
  type StepItem,
  type StepResult,
} from './quickSteps';
import type { RecentData } from './recentData';

export interface DiagnosisStart {
  readonly model: ModelView;
  readonly recent: RecentData;
  /** The training run that wrote the model; it brings its curves and its data. */
  readonly run?: Run | undefined;
  /** The run is what is to be judged, so nobody is asked for data. */
  readonly judgesRun: boolean;
}

interface Answers {
  readonly source?: Source;
  readonly learningCurve?: boolean;
}

/** What is judged: the model on some data, or the run that trained it, on the data of that run. */
type Source = { readonly data: string } | { readonly judged: string; readonly data: string };

type Answer = Promise<StepResult<Partial<Answers>>>;

/** Undefined where the user left. */
export async function askDiagnosis(start: DiagnosisStart): Promise<DiagnosisRequest | undefined> {
  const { model, judgesRun } = start;
  const title = vscode.l10n.t('Diagnose {0}', path.basename(model.path));
  const source = judgesRun ? sourceOf(start) : undefined;
  const asked: Question<Answers> = (frame, answers) => askSource(frame, start, answers);
  const questions = [...(source === undefined ? [asked] : []), askLearningCurve];
  const answers = await askInSteps<Answers>(title, source === undefined ? {} : { source }, () => questions);
  if (answers?.source === undefined) return undefined;
  const { learningCurve = false } = answers;
  return { kind: 'diagnosis', model: model.path, learningCurve, ...answers.source };
}

/** The training run with its data, where there is one. */
function sourceOf({ run }: DiagnosisStart): Source | undefined {
  return run?.record.data === undefined ? undefined : { judged: run.folder, data: run.record.data };
}

async function askSource(frame: StepFrame, start: DiagnosisStart, answers: Answers): Answer {
  const { model, run, recent } = start;
  const ofRun = sourceOf(start);
  const first: readonly StepItem<DataChoice>[] =
    run === undefined || ofRun === undefined
      ? []
      : [
          {
            value: { spec: null },
            label: vscode.l10n.t('$(history) As in Its Training Run'),
            description: dataTexts(ofRun.data).label,
            detail: runLabel(run),
          },
        ];
  const chosenBefore = answers.source && !('judged' in answers.source) ? answers.source.data : undefined;
  const chosen = await askData(frame, {
    model,
    recent,
    first,
    placeholder: vscode.l10n.t('On which data should the model be judged?'),
    current: chosenBefore ?? (ofRun === undefined ? recent.specs[0] : undefined),
  });
  if (chosen === undefined || chosen === back) return chosen;
  const source = chosen.spec === null ? ofRun : { data: chosen.spec };
  return source === undefined ? {} : { source };
}

async function askLearningCurve(frame: StepFrame, { learningCurve = false }: Answers): Answer {
  const { l10n } = vscode;
  const items: readonly StepItem<boolean>[] = [
    {
      value: false,
      label: l10n.t('Judge What Is There'),
      description: l10n.t('losses, curves and weights'),
    },
    {
      value: true,
      label: l10n.t('Draw a Learning Curve Too'),
      description: l10n.t(
        'trains on parts of the samples: tells whether more data would help, and takes longer',
      ),
    },
  ];
  const chosen = await chooseStep(
    frame,
    l10n.t('How thorough should the diagnosis be?'),
    items,
    (value) => value === learningCurve,
  );
  return chosen === undefined || chosen === back ? chosen : { learningCurve: chosen };
}
