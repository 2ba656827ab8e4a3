// Finds out what makes the quantized model of a run worse than the one that it came from, and shows it as a page.
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { CounterweightError } from '../../shared/base/errors';
import { cancelled } from '../../shared/contracts/contract';
import type { Job } from '../engine/jobRunner';
import type { Run } from '../runs/runRecord';
import { requireTrust, type ModelCommandParts } from './modelCommands';

/** What was found out before is shown again. Throws TRIAGE_NEEDS_DATA, and what the job throws. */
export async function triageRun(
  { jobs }: Pick<ModelCommandParts, 'jobs'>,
  { folder, record, report }: Run,
): Promise<void> {
  if (record.kind !== 'compress' || report === undefined) return;
  const page = vscode.Uri.file(path.join(folder, 'triage.md'));
  if (!existsSync(page.fsPath)) {
    requireTrust();
    const { data, seed, model, output } = record;
    if (data === undefined) throw new CounterweightError('TRIAGE_NEEDS_DATA', {});
    const job = jobs.start('triage', {
      original: model,
      quantized: output,
      data,
      ...(seed !== undefined && { seed }),
      runFolder: folder,
      jobId: randomUUID(),
    });
    if ((await followed(job)) === cancelled) return;
  }
  await vscode.commands.executeCommand('markdown.showPreview', page);
}

/** The job's answer; its progress is a notification, with a button that cancels it. */
async function followed(job: Job<'triage'>): Promise<Awaited<Job<'triage'>['result']>> {
  const title = vscode.l10n.t('Finding out why the quantized model is worse');
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    (progress, token) => {
      let shown = 0;
      token.onCancellationRequested(() => job.cancel());
      job.onProgress((now) => {
        const percent = 100 * now.fraction;
        progress.report({ increment: percent - shown });
        shown = percent;
      });
      return job.result;
    },
  );
}
