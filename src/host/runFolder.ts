// Where runs are kept: with the workspace folder that holds the model, so that they travel with it; without a
// workspace, in the extension's own storage.
import path from 'node:path';
import * as vscode from 'vscode';

export function runsFolders(storage: vscode.Uri): readonly string[] {
  const folders = diskFolders().map(runsOf);
  return folders.length === 0 ? [storedRuns(storage)] : folders;
}

/** One of `runsFolders`. */
export function runsFolderFor(model: string, storage: vscode.Uri): string {
  const holding = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(model));
  const folder = holding?.uri.scheme === 'file' ? holding : diskFolders()[0];
  return folder === undefined ? storedRuns(storage) : runsOf(folder);
}

function diskFolders(): readonly vscode.WorkspaceFolder[] {
  return (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
}

function runsOf({ uri }: vscode.WorkspaceFolder): string {
  return path.join(uri.fsPath, '.counterweight', 'runs');
}

function storedRuns(storage: vscode.Uri): string {
  return path.join(storage.fsPath, 'runs');
}
