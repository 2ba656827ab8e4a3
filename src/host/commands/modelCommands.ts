// Commands on a model file: Compress…, Inspect Layers, Compare With…, Reveal Runs; and the search for one.
import path from 'node:path';
import * as vscode from 'vscode';
import { CounterweightError } from '../../shared/base/errors';
import type { StepsView } from '../../shared/contracts/viewModels';
import type { EngineCalls } from '../engineCalls';
import type { LockedLayers } from '../models/lockedLayers';
import type { OpenModels } from '../models/openModels';
import type { Panel } from '../panel/panel';
import type { JobRunner } from '../engine/jobRunner';
import type { Experiments, RunRequest } from '../runs/experiments';
import type { ExperimentsView } from '../views/experimentsView';
import type { ModelNode } from '../views/layerNodes';
import type { LayersView } from '../views/layersView';
import type { Run } from '../runs/runRecord';
import { askCompression } from './askCompression';
import { askDiagnosis } from './askDiagnosis';
import { askSearch } from './askSearch';
import { askSensitivity } from './askSensitivity';
import { askTraining } from './askTraining';
import { activeModel, diskPath, pickModel } from './pickModel';
import type { RecentData } from './recentData';
import { runCommand, type CommandHandlers } from './registerCommands';
import { stepOptions } from './stepOptions';

export interface ModelCommandParts {
  readonly engine: EngineCalls;
  readonly models: OpenModels;
  readonly locks: LockedLayers;
  readonly experiments: Experiments;
  readonly jobs: JobRunner;
  readonly layersView: LayersView;
  readonly experimentsView: ExperimentsView;
  readonly panel: Panel;
  readonly recent: RecentData;
}

type Handled =
  | 'counterweight.compress'
  | 'counterweight.train'
  | 'counterweight.diagnose'
  | 'counterweight.sensitivity'
  | 'counterweight.search'
  | 'counterweight.inspect'
  | 'counterweight.compare'
  | 'counterweight.revealRuns'
  | 'counterweight.showPanel';

export function modelCommands(parts: ModelCommandParts): Pick<CommandHandlers, Handled> {
  const { engine, models, locks, experiments, layersView, experimentsView, panel, recent } = parts;
  return {
    'counterweight.compress': async (target) => {
      requireTrust();
      const model = await modelOf(target, vscode.l10n.t('Compress'));
      if (model === undefined) return;
      const view = await models.read(model);
      const request = await askCompression({ model: view, engine, recent, locked: locks.in(view) });
      if (request !== undefined) await startRun(parts, request);
    },
    'counterweight.train': async (target) => {
      requireTrust();
      const model = await modelOf(target, vscode.l10n.t('Train / Fine-tune'));
      if (model === undefined) return;
      const [view, options] = await Promise.all([models.read(model), stepOptions(engine)]);
      const request = await askTraining({ model: view, options, recent });
      if (request !== undefined) await startRun(parts, request);
    },
    'counterweight.diagnose': async (target) => {
      requireTrust();
      const model = await modelOf(target, vscode.l10n.t('Diagnose Overfitting'));
      if (model === undefined) return;
      await experiments.refresh();
      await diagnose(
        parts,
        model,
        experiments.runs.find((run) => isTrainingOf(run, model)),
        false,
      );
    },
    'counterweight.search': async () => {
      requireTrust();
      const request = await askSearch({ engine, recent });
      if (request !== undefined) await startRun(parts, request);
    },
    'counterweight.sensitivity': async (target) => {
      requireTrust();
      const model = await modelOf(target, vscode.l10n.t('Measure Sensitivity'));
      if (model === undefined) return;
      const request = await askSensitivity({ model: await models.read(model), recent });
      if (request !== undefined) await startRun(parts, request);
    },
    'counterweight.inspect': async (resource) => {
      const model = await modelOf(resource, vscode.l10n.t('Inspect Layers'));
      if (model === undefined) return;
      models.add(model);
      await Promise.all([layersView.revealModel(model), panel.show({ kind: 'model', path: model })]);
    },
    'counterweight.compare': async (resource, selected = []) => {
      const [first, second] = selected.length === 2 ? selected.map(diskPath) : [];
      const before = first ?? (await modelOf(resource, vscode.l10n.t('Compare')));
      if (before === undefined) return;
      const title = vscode.l10n.t('Compare {0} With', path.basename(before));
      const after = second ?? (await pickModel(title, before));
      if (after === undefined) return;
      models.add(before);
      await panel.show({ kind: 'comparison', before, after });
    },
    'counterweight.revealRuns': async (resource) => {
      const model = await modelOf(resource, vscode.l10n.t('Reveal Runs'));
      if (model === undefined) return;
      await experiments.refresh();
      const run = experiments.runs.find((each) => isOf(each, model));
      if (run === undefined) await offerFirstRun(model);
      else await experimentsView.reveal(run);
    },
    'counterweight.showPanel': () => panel.reveal(),
  };
}

/** Asks only what is left of Compress… where the steps are chosen already, and starts that. */
export async function compressWith(parts: ModelCommandParts, model: string, given: StepsView): Promise<void> {
  requireTrust();
  const { engine, locks, models, recent } = parts;
  const view = await models.read(model);
  const request = await askCompression({ model: view, engine, recent, locked: locks.in(view), given });
  if (request !== undefined) await startRun(parts, request);
}

/** Starts a run and shows it: in the panel, and in the list of layers for what comes after. */
export async function startRun(
  { experiments, models, panel, recent }: ModelCommandParts,
  request: RunRequest,
): Promise<void> {
  requireTrust();
  const run = await experiments.start(request);
  if (request.data !== undefined) recent.add(request.data);
  // What a search is to write is not there yet.
  if (request.kind !== 'search') models.add(request.model);
  await panel.show({ kind: 'run', folder: run.folder });
}

/** Asks how to judge a model, or the run that trained it, and starts that. */
export async function diagnose(
  parts: ModelCommandParts,
  model: string,
  run: Run | undefined,
  judgesRun: boolean,
): Promise<void> {
  requireTrust();
  const view = await parts.models.read(model);
  const request = await askDiagnosis({ model: view, recent: parts.recent, run, judgesRun });
  if (request !== undefined) await startRun(parts, request);
}

function isOf({ record }: Run, model: string): boolean {
  return record.model === model || (record.kind === 'compress' && record.output === model);
}

function isTrainingOf({ record, report }: Run, model: string): boolean {
  return record.kind === 'compress' && record.output === model && report?.training !== undefined;
}

/** Jobs run a process and write files; a workspace that is not trusted could say which. */
export function requireTrust(): void {
  if (!vscode.workspace.isTrusted) throw new CounterweightError('WORKSPACE_UNTRUSTED', {});
}

async function modelOf(
  target: vscode.Uri | ModelNode | undefined,
  title: string,
): Promise<string | undefined> {
  if (target === undefined) return activeModel() ?? pickModel(title);
  return 'kind' in target ? target.path : diskPath(target);
}

async function offerFirstRun(model: string): Promise<void> {
  const compress = vscode.l10n.t('Compress…');
  const message = vscode.l10n.t('There are no runs of {0} yet.', path.basename(model));
  const chosen = await vscode.window.showInformationMessage(message, compress);
  if (chosen === compress) {
    await runCommand('counterweight.compress', vscode.Uri.file(model));
  }
}
