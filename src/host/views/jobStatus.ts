// The status bar's item while jobs run, and what a user is told when one ends.
import path from 'node:path';
import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../shared/base/disposable';
import { formatPercent } from '../../shared/base/numbers';
import { runCommand } from '../commands/registerCommands';
import { setContextKey } from '../contextKeys';
import type { Panel } from '../panel/panel';
import type { Experiments } from '../runs/experiments';
import { canPause, type Run } from '../runs/runRecord';
import { failureText, resultText, runOutcome, runLabel } from '../runs/runTexts';

export class JobStatus implements Disposable {
  private readonly owned = new DisposableStore();
  private readonly item: vscode.StatusBarItem;

  constructor(
    private readonly experiments: Experiments,
    private readonly panel: Panel,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.item = this.owned.add(
      vscode.window.createStatusBarItem('counterweight.jobs', vscode.StatusBarAlignment.Left),
    );
    this.item.name = vscode.l10n.t('Counterweight Jobs');
    this.item.command = 'counterweight.showJobs';
    this.owned.add(experiments.onDidChange(() => this.draw()));
    this.owned.add(experiments.onDidEnd((run) => void this.tellEnd(run)));
    this.draw();
  }

  dispose(): void {
    this.owned.dispose();
  }

  private draw(): void {
    const { running } = this.experiments;
    setContextKey('counterweight.jobsRunning', running.length > 0);
    const [first] = running;
    if (first === undefined) {
      this.item.hide();
      return;
    }
    const fraction = Math.min(...running.map(({ progress }) => progress?.fraction ?? 0));
    const name =
      running.length === 1 ? path.basename(first.record.model) : vscode.l10n.t('{0} jobs', running.length);
    const icon = running.every(({ paused }) => paused) ? 'debug-pause' : 'loading~spin';
    this.item.text = `$(${icon}) ${name} ${formatPercent(fraction, 0)}`;
    this.item.tooltip = [
      ...running.map((run) => `${runLabel(run)}: ${runOutcome(run)}`),
      running.some(canPause) ? vscode.l10n.t('Click to pause or cancel') : vscode.l10n.t('Click to cancel'),
    ].join('\n');
    this.item.accessibilityInformation = {
      label: vscode.l10n.t('Counterweight: {0}, {1} done', name, formatPercent(fraction, 0)),
      role: 'button',
    };
    this.item.show();
  }

  /** A result that is on show needs no notification; a failure always says what to do. */
  private async tellEnd(run: Run): Promise<void> {
    const label = runLabel(run);
    if (run.record.state === 'failed' && run.record.failure !== undefined) {
      const text = failureText(run.record.failure);
      this.log.error(`${label}: ${text}`, ...run.record.failure.log);
      const [again, showLog] = [
        run.resumable ? vscode.l10n.t('Resume') : vscode.l10n.t('Retry'),
        vscode.l10n.t('Show Log'),
      ];
      const chosen = await vscode.window.showErrorMessage(`${label}: ${text}`, again, showLog);
      const command = run.resumable ? 'counterweight.resumeRun' : 'counterweight.retryRun';
      if (chosen === again) await runCommand(command, run.folder);
      if (chosen === showLog) this.log.show();
      return;
    }
    const result = resultText(run);
    if (result !== undefined && !this.panel.isShowing({ kind: 'run', folder: run.folder })) {
      const show = vscode.l10n.t('Show Result');
      const chosen = await vscode.window.showInformationMessage(`${label}: ${result}`, show);
      if (chosen === show) await this.panel.show({ kind: 'run', folder: run.folder });
    }
  }
}
