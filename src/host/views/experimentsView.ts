// The Experiments view: jobs that run, and what became of earlier ones.
import * as vscode from 'vscode';
import { assertNever } from '../../shared/base/assertNever';
import type { Disposable } from '../../shared/base/disposable';
import { treeItemKinds, viewIds } from '../contributions';
import type { Experiments } from '../runs/experiments';
import { canPause, type Run } from '../runs/runRecord';
import { runItemTexts, runTooltip } from '../runs/runTexts';

/** How often a running item is drawn anew: more often only makes it flicker. */
const redrawMs = 250;

export class ExperimentsView implements Disposable, vscode.TreeDataProvider<string> {
  private readonly changes = new vscode.EventEmitter<string | undefined>();
  private readonly tree: vscode.TreeView<string>;
  private readonly listening: Disposable;
  private redraw: NodeJS.Timeout | undefined;

  readonly onDidChangeTreeData = this.changes.event;

  /** The tree's elements are the runs' folders: a run itself is a new value with every step of its progress. */
  constructor(private readonly experiments: Experiments) {
    this.listening = experiments.onDidChange((run) => this.runChanged(run));
    this.tree = vscode.window.createTreeView(viewIds.experiments, {
      treeDataProvider: this,
      canSelectMany: true,
    });
  }

  /** The selected runs. */
  get selected(): readonly Run[] {
    return this.tree.selection.flatMap((folder) => this.experiments.find(folder) ?? []);
  }

  /** Opens the view with the run selected. */
  async reveal(run: Run): Promise<void> {
    await this.tree.reveal(run.folder, { select: true, focus: true });
  }

  getChildren(folder?: string): string[] {
    return folder === undefined ? this.experiments.runs.map((run) => run.folder) : [];
  }

  getParent(): undefined {
    return undefined;
  }

  getTreeItem(folder: string): vscode.TreeItem {
    const run = this.experiments.find(folder);
    if (run === undefined) return new vscode.TreeItem(folder);
    const { label, description } = runItemTexts(run);
    const item = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.None);
    item.id = folder;
    item.description = description;
    item.tooltip = new vscode.MarkdownString(runTooltip(run));
    item.iconPath = iconOf(run);
    item.contextValue = kindOf(run);
    item.accessibilityInformation = { label: `${label}, ${description.replaceAll(' · ', ', ')}` };
    item.command = {
      command: 'counterweight.openRun',
      title: vscode.l10n.t('Open Result'),
      arguments: [folder],
    };
    return item;
  }

  dispose(): void {
    clearTimeout(this.redraw);
    this.listening.dispose();
    this.tree.dispose();
    this.changes.dispose();
  }

  private runChanged(run: Run | undefined): void {
    if (run === undefined) {
      this.changes.fire(undefined);
      return;
    }
    this.redraw ??= setTimeout(() => {
      this.redraw = undefined;
      for (const { folder } of this.experiments.running) this.changes.fire(folder);
    }, redrawMs);
  }
}

function kindOf(run: Run): string {
  const { record, progress, cancelling, paused, resumable } = run;
  if (record.state === 'running') {
    if (progress === undefined || cancelling) return treeItemKinds.unstoppable;
    if (paused) return treeItemKinds.paused;
    return canPause(run) ? treeItemKinds.training : treeItemKinds.running;
  }
  if (resumable) return treeItemKinds.resumable;
  if (record.state !== 'finished' || record.kind === 'compress') return treeItemKinds[record.state];
  return treeItemKinds[record.kind];
}

function iconOf(run: Run): vscode.ThemeIcon {
  switch (run.record.state) {
    case 'running':
      return new vscode.ThemeIcon(run.paused ? 'debug-pause' : 'loading~spin');
    case 'finished':
      return new vscode.ThemeIcon('pass', new vscode.ThemeColor('testing.iconPassed'));
    case 'failed':
      return new vscode.ThemeIcon('error', new vscode.ThemeColor('errorForeground'));
    case 'cancelled':
      return new vscode.ThemeIcon('circle-slash');
    default:
      return assertNever(run.record.state);
  }
}
