// Commands of the Experiments view and of the status bar's item for jobs.
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { viewIds } from '../contributions';
import { revealFile } from '../panel/panelPage';
import { reportPage } from '../runs/reportPage';
import { canPause, type Run } from '../runs/runRecord';
import { runOutcome, runLabel } from '../runs/runTexts';
import { freePath } from '../freePath';
import { excludedBy, withLocks } from '../models/lockedLayers';
import type { RunRequest } from '../runs/experiments';
import { changeRun } from './changeRun';
import { diagnose, requireTrust, startRun, type ModelCommandParts } from './modelCommands';
import type { CommandHandlers } from './registerCommands';
import { triageRun } from './triageRun';

type Handled =
  | 'counterweight.openRun'
  | 'counterweight.openReport'
  | 'counterweight.compareRuns'
  | 'counterweight.runAgain'
  | 'counterweight.retryRun'
  | 'counterweight.changeRun'
  | 'counterweight.diagnoseRun'
  | 'counterweight.triageRun'
  | 'counterweight.pauseRun'
  | 'counterweight.resumeRun'
  | 'counterweight.cancelRun'
  | 'counterweight.deleteRun'
  | 'counterweight.revealRunFiles'
  | 'counterweight.refreshRuns'
  | 'counterweight.showJobs';

export function runCommands(parts: ModelCommandParts): Pick<CommandHandlers, Handled> {
  const { experiments, experimentsView, panel } = parts;
  /** The runs that a command was called on: those given by a menu, else those selected in the view. */
  const targets = (folder?: string, selected?: readonly string[]): readonly Run[] => {
    const folders = selected ?? (folder === undefined ? undefined : [folder]);
    return folders?.flatMap((each) => experiments.find(each) ?? []) ?? experimentsView.selected;
  };
  const again = async (folder?: string): Promise<void> => {
    const [run] = targets(folder);
    if (run !== undefined) await startRun(parts, sameAgain(run, await lockedIn(parts, run)));
  };
  return {
    'counterweight.openRun': async (folder) => {
      const [run] = targets(folder);
      if (run !== undefined) await panel.show({ kind: 'run', folder: run.folder });
    },
    'counterweight.openReport': async (folder) => {
      const [run] = targets(folder);
      if (run !== undefined) await openPage(reportPage(run));
    },
    'counterweight.compareRuns': async (folder, selected) => {
      const finished = targets(folder, selected)
        .filter(({ report }) => report !== undefined)
        .toSorted((a, b) => a.record.created.localeCompare(b.record.created));
      const [first, second] = finished;
      const [before, after] = [first?.report?.compressed.path, second?.report?.compressed.path];
      if (finished.length !== 2 || before === undefined || after === undefined) {
        const message = vscode.l10n.t('Select two finished runs to compare their results.');
        await vscode.window.showInformationMessage(message);
        return;
      }
      const runs = { before: first!.folder, after: second!.folder };
      await panel.show({ kind: 'comparison', before, after, runs });
    },
    'counterweight.runAgain': again,
    'counterweight.retryRun': again,
    'counterweight.changeRun': async (folder) => {
      const [run] = targets(folder);
      if (run !== undefined) await changeRun(parts, run);
    },
    'counterweight.diagnoseRun': async (folder) => {
      const [run] = targets(folder);
      if (run?.report === undefined) return;
      await diagnose(parts, run.report.compressed.path, run, true);
    },
    'counterweight.triageRun': async (folder) => {
      const [run] = targets(folder);
      if (run !== undefined) await triageRun(parts, run);
    },
    'counterweight.pauseRun': (folder) => {
      for (const run of targets(folder)) experiments.pause(run, true);
    },
    'counterweight.resumeRun': async (folder) => {
      const [run] = targets(folder);
      if (run === undefined) return;
      if (run.record.state !== 'running') requireTrust();
      await experiments.resume(run);
      await panel.show({ kind: 'run', folder: run.folder });
    },
    'counterweight.cancelRun': (folder) => {
      for (const run of targets(folder)) experiments.cancel(run);
    },
    'counterweight.deleteRun': async (folder, selected) => {
      const runs = targets(folder, selected).filter(({ record }) => record.state !== 'running');
      if (runs.length === 0 || !(await confirmDelete(runs))) return;
      for (const run of runs) await experiments.remove(run);
    },
    'counterweight.revealRunFiles': async (folder) => {
      const [run] = targets(folder);
      if (run === undefined) return;
      const output = run.report?.compressed.path ?? run.search?.winner.path;
      const made = output !== undefined && existsSync(output);
      await revealFile(made ? output : path.join(run.folder, 'run.json'));
    },
    'counterweight.refreshRuns': () => experiments.refresh(),
    'counterweight.showJobs': async () => {
      const chosen = await askJobs(experiments.running);
      if (chosen === undefined) return;
      if (chosen === 'view') await vscode.commands.executeCommand(`${viewIds.experiments}.focus`);
      else if (chosen.action === 'cancel') experiments.cancel(chosen.run);
      else experiments.pause(chosen.run, chosen.action === 'pause');
    },
  };
}

/**
 * The same on the same model, with what has been locked since left out of pruning too; a file that is written is one
 * that is not there yet.
 */
function sameAgain({ record }: Run, locked: readonly string[]): RunRequest {
  const { model, data, seed } = record;
  const common = { model, ...(data !== undefined && { data }), ...(seed !== undefined && { seed }) };
  if (record.kind === 'diagnosis') {
    const { kind, judged, learningCurve } = record;
    return { ...common, kind, learningCurve, ...(judged !== undefined && { judged }) };
  }
  if (record.kind === 'search') {
    const { kind, architectures, budget, trials, epochs } = record;
    const free = freePath(path.dirname(model), path.basename(model), existsSync);
    return { ...common, kind, model: free, data: record.data, architectures, budget, trials, epochs };
  }
  if (record.kind === 'sensitivity') {
    const { kind, method, granularity } = record;
    const how = { method, ...(granularity !== undefined && { granularity }) };
    return { ...common, kind, data: record.data, ...how };
  }
  const { kind, steps, output } = record;
  return {
    ...common,
    kind,
    steps: withLocks(steps, [...new Set([...excludedBy(steps), ...locked])]),
    output: freePath(path.dirname(output), path.basename(output), existsSync),
  };
}

/** The locks matter to a pruning alone; for anything else the model need not even be read. */
async function lockedIn({ locks, models }: ModelCommandParts, { record }: Run): Promise<readonly string[]> {
  if (record.kind !== 'compress' || locks.of(record.model).length === 0) return [];
  return locks.in(await models.read(record.model));
}

/** Opens a page in the browser; where that is on another machine than the file, shows where the file is. */
async function openPage(page: string): Promise<void> {
  const { env, UIKind } = vscode;
  const near = env.remoteName === undefined && env.uiKind === UIKind.Desktop;
  if (!near || !(await env.openExternal(vscode.Uri.file(page)))) await revealFile(page);
}

async function confirmDelete(runs: readonly Run[]): Promise<boolean> {
  const [first] = runs;
  const message =
    runs.length === 1 && first !== undefined
      ? vscode.l10n.t('Delete the run "{0}"?', runLabel(first))
      : vscode.l10n.t('Delete {0} runs?', runs.length);
  const detail = vscode.l10n.t('Records and reports are deleted. The models that were written are kept.');
  const confirmed = vscode.l10n.t('Delete');
  const chosen = await vscode.window.showWarningMessage(message, { modal: true, detail }, confirmed);
  return chosen === confirmed;
}

interface JobAction {
  readonly action: 'cancel' | 'pause' | 'resume';
  readonly run: Run;
}

/** What to do about the jobs that run: pause or cancel one, or see them all. */
async function askJobs(running: readonly Run[]): Promise<JobAction | 'view' | undefined> {
  const { l10n } = vscode;
  const jobs = running.flatMap((run) => {
    const description = runOutcome(run);
    const label = runLabel(run);
    const holding: JobAction = { action: run.paused ? 'resume' : 'pause', run };
    return [
      ...(canPause(run)
        ? [
            {
              label: run.paused
                ? l10n.t('$(debug-continue) Resume {0}', label)
                : l10n.t('$(debug-pause) Pause {0}', label),
              description,
              value: holding,
            },
          ]
        : []),
      {
        label: l10n.t('$(stop-circle) Cancel {0}', label),
        description,
        value: { action: 'cancel', run } satisfies JobAction,
      },
    ];
  });
  const view = { label: l10n.t('$(beaker) Show Experiments'), description: '', value: 'view' } as const;
  const title = l10n.t('Running Jobs');
  const chosen = await vscode.window.showQuickPick<vscode.QuickPickItem & { value: JobAction | 'view' }>(
    [...jobs, view],
    { title },
  );
  return chosen?.value;
}
