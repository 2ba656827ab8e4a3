// Commands of the Experiments view and of the status bar's item for jobs.
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { viewIds } from '../contributions';
import { revealFile } from '../panel/panelPage';
import type { Run } from '../runs/runRecord';
import { runOutcome, runLabel } from '../runs/runTexts';
import { freePath } from './compressChoices';
import { startRun, type ModelCommandParts } from './modelCommands';
import type { CommandHandlers } from './registerCommands';

type Handled =
  | 'counterweight.openRun'
  | 'counterweight.compareRuns'
  | 'counterweight.runAgain'
  | 'counterweight.retryRun'
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
    if (run !== undefined) await startRun(parts, sameAgain(run));
  };
  return {
    'counterweight.openRun': async (folder) => {
      const [run] = targets(folder);
      if (run !== undefined) await panel.show({ kind: 'run', folder: run.folder });
    },
    'counterweight.compareRuns': async (folder, selected) => {
      const finished = targets(folder, selected).filter(({ report }) => report !== undefined);
      const [before, after] = finished.toReversed().map(({ record }) => record.output);
      if (finished.length !== 2 || before === undefined || after === undefined) {
        const message = vscode.l10n.t('Select two finished runs to compare their results.');
        await vscode.window.showInformationMessage(message);
        return;
      }
      await panel.show({ kind: 'comparison', before, after });
    },
    'counterweight.runAgain': again,
    'counterweight.retryRun': again,
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
      const { output } = run.record;
      const made = run.report !== undefined && existsSync(output);
      await revealFile(made ? output : path.join(run.folder, 'run.json'));
    },
    'counterweight.refreshRuns': () => experiments.refresh(),
    'counterweight.showJobs': async () => {
      const chosen = await askJobs(experiments.running);
      if (chosen === 'view') await vscode.commands.executeCommand(`${viewIds.experiments}.focus`);
      else if (chosen !== undefined) experiments.cancel(chosen);
    },
  };
}

/** The same steps on the same model, into a file that is not there yet. */
function sameAgain({ record }: Run): Parameters<typeof startRun>[1] {
  const { model, steps, output } = record;
  return { model, steps, output: freePath(path.dirname(output), path.basename(output), existsSync) };
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

/** What to do about the jobs that run: cancel one, or see them all. */
async function askJobs(running: readonly Run[]): Promise<Run | 'view' | undefined> {
  const jobs = running.map((run) => ({
    label: vscode.l10n.t('$(stop-circle) Cancel {0}', runLabel(run)),
    description: runOutcome(run),
    value: run,
  }));
  const view = {
    label: vscode.l10n.t('$(beaker) Show Experiments'),
    description: '',
    value: 'view',
  } as const;
  const title = vscode.l10n.t('Running Jobs');
  const chosen = await vscode.window.showQuickPick<vscode.QuickPickItem & { value: Run | 'view' }>(
    [...jobs, view],
    { title },
  );
  return chosen?.value;
}
