// Where a command's failure ends: shown to the user in their language, and written to the log with its stack.
import * as vscode from 'vscode';
import { CounterweightError, isAbort } from '../../shared/base/errors';
import { stackOf } from '../../shared/contracts/wireError';
import { localizeError } from '../localize';

/** Runs an action to its end; what goes wrong in it is shown and never thrown. */
export async function reportErrors(log: vscode.LogOutputChannel, action: () => unknown): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!isAbort(error)) await showError(log, error);
  }
}

async function showError(log: vscode.LogOutputChannel, error: unknown): Promise<void> {
  log.error(stackOf(error));
  const message = localizeError(error);
  if (CounterweightError.is(error, 'WORKSPACE_UNTRUSTED')) {
    const manage = vscode.l10n.t('Manage Workspace Trust');
    const chosen = await vscode.window.showWarningMessage(message, manage);
    if (chosen === manage) await vscode.commands.executeCommand('workbench.trust.manage');
    return;
  }
  const showLog = vscode.l10n.t('Show Log');
  const chosen = await vscode.window.showErrorMessage(message, showLog);
  if (chosen === showLog) log.show();
}
