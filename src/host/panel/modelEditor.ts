// Opens a model file as what it is: the panel's page in an editor of its own, read-only.
import * as vscode from 'vscode';
import { viewIds } from '../contributions';
import { PanelController, type PanelSources } from './panelController';
import { servePage, type PageActions } from './panelPage';

export class ModelEditor implements vscode.CustomReadonlyEditorProvider {
  /** Of the editors that are open, by file. */
  private readonly controllers = new Set<PanelController>();

  constructor(
    private readonly sources: PanelSources,
    private readonly extension: vscode.Uri,
    private readonly actions: PageActions,
    private readonly onSelect: (selection: { readonly path: string; readonly layer: string }) => void,
  ) {}

  register(): vscode.Disposable {
    return vscode.window.registerCustomEditorProvider(viewIds.modelEditor, this, {
      supportsMultipleEditorsPerDocument: true,
    });
  }

  /** Shows a changed file anew. */
  async fileChanged(file: string): Promise<void> {
    const affected = [...this.controllers].filter(
      ({ shown }) => shown?.kind === 'model' && shown.path === file,
    );
    await Promise.all(affected.map((controller) => controller.reload()));
  }

  openCustomDocument(uri: vscode.Uri): vscode.CustomDocument {
    return { uri, dispose: () => {} };
  }

  async resolveCustomEditor({ uri }: vscode.CustomDocument, panel: vscode.WebviewPanel): Promise<void> {
    const controller = new PanelController(this.sources);
    this.controllers.add(controller);
    controller.onDidSelect(this.onSelect);
    servePage(panel, controller, this.extension, this.actions);
    panel.onDidDispose(() => {
      this.controllers.delete(controller);
      controller.dispose();
    });
    await controller.show({ kind: 'model', path: uri.fsPath });
  }
}
