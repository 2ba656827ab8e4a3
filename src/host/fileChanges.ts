// Follows changes on disk that others make: models that are exported again, runs that are removed.
import * as vscode from 'vscode';

const settleMs = 300;

/** Calls back once for a burst of changes to a file, when it has been still for a moment. */
export function watchFiles(
  pattern: vscode.GlobPattern,
  listener: (uri: vscode.Uri) => void,
): vscode.Disposable {
  const watcher = vscode.workspace.createFileSystemWatcher(pattern);
  const waiting = new Map<string, NodeJS.Timeout>();
  const changed = (uri: vscode.Uri): void => {
    const key = uri.toString();
    clearTimeout(waiting.get(key));
    const call = (): void => {
      waiting.delete(key);
      listener(uri);
    };
    waiting.set(key, setTimeout(call, settleMs));
  };
  watcher.onDidChange(changed);
  watcher.onDidCreate(changed);
  watcher.onDidDelete(changed);
  return vscode.Disposable.from(watcher, {
    dispose: () => {
      for (const timer of waiting.values()) clearTimeout(timer);
    },
  });
}
