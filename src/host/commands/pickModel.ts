// Which model a command is about: the one it was called on, or one that the user picks.
import path from 'node:path';
import * as vscode from 'vscode';
import { CounterweightError } from '../../shared/base/errors';

/** Extensions of the files that are models, without the dot. */
const modelExtensions = ['onnx'];
const mostFiles = 500;

interface FileItem extends vscode.QuickPickItem {
  readonly uri?: vscode.Uri;
}

/** The path of a resource; the engine reads files, so it must be one on this disk. */
export function diskPath(resource: vscode.Uri): string {
  if (resource.scheme !== 'file') {
    throw new CounterweightError('NOT_A_DISK_FILE', { path: resource.toString(true) });
  }
  return resource.fsPath;
}

/** The model in the active tab, where there is one. */
export function activeModel(): string | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const isFile = input instanceof vscode.TabInputCustom || input instanceof vscode.TabInputText;
  if (!isFile || input.uri.scheme !== 'file') return undefined;
  const extension = path.extname(input.uri.fsPath).slice(1).toLowerCase();
  return modelExtensions.includes(extension) ? input.uri.fsPath : undefined;
}

/** Asks for a model of the workspace, or any other by the file dialog. `except` is not offered. */
export async function pickModel(title: string, except?: string): Promise<string | undefined> {
  const pattern = `**/*.{${modelExtensions.join(',')}}`;
  const found = await vscode.workspace.findFiles(
    pattern,
    '**/{node_modules,.git,.counterweight}/**',
    mostFiles,
  );
  const files = found
    .filter((uri) => uri.fsPath !== except)
    .toSorted((a, b) => a.fsPath.localeCompare(b.fsPath))
    .map((uri): FileItem => {
      const relative = vscode.workspace.asRelativePath(uri);
      const folder = path.dirname(relative);
      return { label: path.basename(relative), description: folder === '.' ? '' : folder, uri };
    });
  if (files.length === 0) return browseForModel(title);
  const browse: FileItem = { label: vscode.l10n.t('$(folder-opened) Browse…') };
  const separator: FileItem = { label: '', kind: vscode.QuickPickItemKind.Separator };
  const chosen = await vscode.window.showQuickPick([...files, separator, browse], {
    title,
    placeHolder: vscode.l10n.t('Choose a model'),
    matchOnDescription: true,
  });
  if (chosen === undefined) return undefined;
  return chosen.uri === undefined ? browseForModel(title) : diskPath(chosen.uri);
}

async function browseForModel(title: string): Promise<string | undefined> {
  const chosen = await vscode.window.showOpenDialog({
    title,
    canSelectMany: false,
    filters: { [vscode.l10n.t('ONNX models')]: modelExtensions },
  });
  return chosen?.[0] === undefined ? undefined : diskPath(chosen[0]);
}
