// Asks for the data of a run: what is built in, what was used before, what lies in the workspace, or any other folder
// or file.
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { ModelView } from '../../shared/contracts/viewModels';
import { dataTexts, describesData, glyphsFor, isGlyphs } from './dataChoices';
import { back, chooseStep, type StepFrame, type StepItem, type StepResult } from './quickSteps';
import type { RecentData } from './recentData';

export interface DataQuestion {
  readonly model: Pick<ModelView, 'path' | 'inputs'>;
  readonly recent: RecentData;
  readonly placeholder: string;
  /** Chosen before, and offered first. */
  readonly current?: string | undefined;
  /** Offered before everything else. */
  readonly first?: readonly StepItem<DataChoice>[];
}

/** Data as the command line's --data; null for none. */
export type DataChoice = { readonly spec: string | null } | 'folder' | 'file';

const mostFiles = 100;
const mostBytes = 64 * 1024;

/** The chosen data; null where the user chose to go without. */
export async function askData(
  frame: StepFrame,
  question: DataQuestion,
): Promise<StepResult<{ readonly spec: string | null }>> {
  const { current, first = [] } = question;
  const items = [...first, ...(await offered(question))];
  const chosen = await chooseStep<DataChoice>(
    frame,
    question.placeholder,
    items,
    (value) => typeof value === 'object' && value.spec === (current ?? null),
  );
  if (chosen === undefined || chosen === back) return chosen;
  if (typeof chosen === 'object') return chosen;
  const uri = await browse(chosen, question.model.path);
  return uri === undefined ? askData(frame, question) : { spec: uri.fsPath };
}

async function offered({ model, recent, current }: DataQuestion): Promise<readonly StepItem<DataChoice>[]> {
  const { l10n } = vscode;
  const builtIn = glyphsFor(model);
  const used = [...new Set([...(current === undefined ? [] : [current]), ...recent.specs])].filter(
    (spec) => spec !== builtIn,
  );
  const described = (await dataFiles()).filter((file) => !used.includes(file));
  return [
    ...used.map((spec) => {
      const { label, description } = dataTexts(spec);
      const icon = isGlyphs(spec) ? 'symbol-misc' : 'history';
      return { value: { spec }, label: `$(${icon}) ${label}`, description, detail: l10n.t('used before') };
    }),
    {
      value: { spec: builtIn },
      label: l10n.t('$(symbol-misc) Glyphs'),
      description: l10n.t('built in: drawn signs of ten classes'),
    },
    ...described.map((file) => ({
      value: { spec: file },
      label: `$(file) ${path.basename(file)}`,
      description: vscode.workspace.asRelativePath(path.dirname(file)),
    })),
    {
      value: 'folder' as const,
      label: l10n.t('$(folder-opened) Choose a Folder…'),
      description: l10n.t('images in a folder for each class, or IDX files'),
    },
    {
      value: 'file' as const,
      label: l10n.t('$(go-to-file) Choose a File…'),
      description: '.npz, .csv, .yaml',
    },
  ];
}

/** YAML files of the workspace that describe data. */
async function dataFiles(): Promise<readonly string[]> {
  const found = await vscode.workspace.findFiles(
    '**/*.{yaml,yml}',
    '**/{node_modules,.git,.counterweight}/**',
    mostFiles,
  );
  const files = found.filter(({ scheme }) => scheme === 'file').map(({ fsPath }) => fsPath);
  const described = await Promise.all(files.map(isDataFile));
  return files.filter((_, index) => described[index]).toSorted();
}

async function isDataFile(file: string): Promise<boolean> {
  try {
    return (await stat(file)).size <= mostBytes && describesData(await readFile(file, 'utf8'));
  } catch {
    // Gone or not to be read: not to be offered either.
    return false;
  }
}

async function browse(what: 'folder' | 'file', model: string): Promise<vscode.Uri | undefined> {
  const { l10n } = vscode;
  const folder = what === 'folder';
  const chosen = await vscode.window.showOpenDialog({
    canSelectFiles: !folder,
    canSelectFolders: folder,
    canSelectMany: false,
    defaultUri: vscode.Uri.file(path.dirname(model)),
    openLabel: l10n.t('Use This Data'),
    ...(folder ? {} : { filters: { [l10n.t('Data')]: ['npz', 'npy', 'csv', 'gz', 'yaml', 'yml'] } }),
  });
  return chosen?.[0];
}
