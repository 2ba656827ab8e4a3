// The panel beside the code: there is one, it is opened on demand, and it comes back after a reload.
import path from 'node:path';
import * as vscode from 'vscode';
import { assertNever } from '../../shared/base/assertNever';
import type { Disposable } from '../../shared/base/disposable';
import { viewIds } from '../contributions';
import type { PanelController } from './panelController';
import { servePage, type PageActions } from './panelPage';
import type { Shown } from './panelSubjects';

/** What the panel showed last, in the workspace's state. */
interface Remembered {
  readonly shown: Shown;
  readonly layer: string | null;
}

const memoryKey = 'panel';

export class Panel implements Disposable, vscode.WebviewPanelSerializer {
  private panel: vscode.WebviewPanel | undefined;
  private readonly listening: Disposable;

  constructor(
    readonly controller: PanelController,
    private readonly extension: vscode.Uri,
    private readonly memory: vscode.Memento,
    private readonly actions: PageActions,
  ) {
    this.listening = controller.onDidChange(() => this.remember());
  }

  /** The panel is in front and shows this. */
  isShowing(shown: Shown): boolean {
    return this.panel?.visible === true && JSON.stringify(this.controller.shown) === JSON.stringify(shown);
  }

  /** Opens the panel beside the editor where it is not open, without taking the focus. */
  async show(shown: Shown, layer?: string): Promise<void> {
    this.reveal();
    await this.controller.show(shown, layer);
  }

  reveal(): void {
    if (this.panel === undefined) {
      const column = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
      this.adopt(vscode.window.createWebviewPanel(viewIds.panel, panelTitle(), column));
    } else if (!this.panel.visible) {
      this.panel.reveal(undefined, true);
    }
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel): Promise<void> {
    this.adopt(panel);
    const last = this.memory.get<Remembered>(memoryKey);
    if (last !== undefined) await this.controller.show(last.shown, last.layer ?? undefined);
  }

  dispose(): void {
    this.listening.dispose();
    this.panel?.dispose();
  }

  private adopt(panel: vscode.WebviewPanel): void {
    this.panel?.dispose();
    this.panel = panel;
    panel.iconPath = vscode.Uri.joinPath(this.extension, 'media', 'panel.svg');
    servePage(panel, this.controller, this.extension, this.actions);
    panel.onDidDispose(() => {
      if (this.panel === panel) this.panel = undefined;
    });
    this.retitle();
  }

  private remember(): void {
    this.retitle();
    const { shown, state } = this.controller;
    if (shown === undefined) return;
    const last = this.memory.get<Remembered>(memoryKey);
    const next: Remembered = { shown, layer: state.selectedLayer };
    if (JSON.stringify(last) !== JSON.stringify(next)) void this.memory.update(memoryKey, next);
  }

  private retitle(): void {
    if (this.panel === undefined) return;
    const title = panelTitle(this.controller);
    if (this.panel.title !== title) this.panel.title = title;
  }
}

function panelTitle(controller?: PanelController): string {
  const subject = controller?.state.subject;
  switch (subject?.kind) {
    case 'model':
      return path.basename(subject.model.path);
    case 'experiment':
      return path.basename(subject.report.compressed.path);
    case 'comparison':
      return `${path.basename(subject.before.path)} ↔ ${path.basename(subject.after.path)}`;
    case 'diagnosis':
    case 'sensitivity':
      return path.basename(subject.report.path);
    case 'search':
      return path.basename(subject.report.winner.path);
    case 'job':
      return path.basename(subject.job.path);
    case 'loading':
    case 'failed':
      return path.basename(subject.path);
    case undefined:
      return 'Counterweight';
    default:
      return assertNever(subject);
  }
}
