// Asks where a run writes its model.
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { freePath } from '../freePath';
import { back, chooseStep, type StepFrame, type StepItem, type StepResult } from './quickSteps';

export interface OutputQuestion {
  readonly model: string;
  /** The name of the file, like model.int8.onnx. */
  readonly name: string;
  readonly placeholder: string;
  /** The first choice, where it is not beside an original. */
  readonly besideLabel?: string;
  /** What is written there, in words. */
  readonly describe: (signal: AbortSignal) => Promise<string>;
}

/** The path of a file that is not there yet. */
export async function askOutput(
  frame: StepFrame,
  question: OutputQuestion,
): Promise<StepResult<{ readonly output: string }>> {
  const { l10n } = vscode;
  const { model, name } = question;
  const beside = freePath(path.dirname(model), name, existsSync);
  const items: StepItem<'beside' | 'folder' | 'name'>[] = [
    {
      value: 'beside',
      label: question.besideLabel ?? l10n.t('$(file) Beside the Original'),
      description: path.basename(beside),
      detail: l10n.t('Estimating…'),
    },
    { value: 'folder', label: l10n.t('$(folder-opened) Choose a Folder…') },
    { value: 'name', label: l10n.t('$(edit) Choose Name and Folder…') },
  ];
  const chosen = await chooseStep(
    frame,
    question.placeholder,
    items,
    (value) => value === 'beside',
    async ({ value }, signal) => (value === 'beside' ? { detail: await question.describe(signal) } : {}),
  );
  if (chosen === undefined || chosen === back) return chosen;
  if (chosen === 'beside') return { output: beside };
  const file = chosen === 'folder' ? await inFolder(model, name) : await byName(beside);
  return file === undefined ? askOutput(frame, question) : { output: file };
}

async function inFolder(model: string, name: string): Promise<string | undefined> {
  const folders = await vscode.window.showOpenDialog({
    canSelectFiles: false,
    canSelectFolders: true,
    canSelectMany: false,
    defaultUri: vscode.Uri.file(path.dirname(model)),
    openLabel: vscode.l10n.t('Write Here'),
  });
  return folders?.[0] === undefined ? undefined : freePath(folders[0].fsPath, name, existsSync);
}

/** Nothing is overwritten, whatever the dialog said: a name that is taken gets a number. */
async function byName(suggested: string): Promise<string | undefined> {
  const chosen = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.file(suggested),
    filters: { [vscode.l10n.t('ONNX models')]: ['onnx'] },
    saveLabel: vscode.l10n.t('Write Here'),
  });
  if (chosen === undefined) return undefined;
  const file = path.extname(chosen.fsPath) === '' ? `${chosen.fsPath}.onnx` : chosen.fsPath;
  return freePath(path.dirname(file), path.basename(file), existsSync);
}
