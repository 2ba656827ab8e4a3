// Joins a page in a webview to its controller: the HTML, the channel, and what only VS Code can do for a page
// (saving, the clipboard, the Explorer).
import path from 'node:path';
import * as vscode from 'vscode';
import { CounterweightError } from '../../shared/base/errors';
import { Channel } from '../../shared/contracts/channel';
import type { NoContract } from '../../shared/contracts/contract';
import { panelVersion, type PanelContract } from '../../shared/contracts/panelContract';
import type { RecipeEdit, StepsView } from '../../shared/contracts/viewModels';
import { webviewPort } from '../../shared/contracts/webviewPort';
import { viewIds } from '../contributions';
import type { PanelController } from './panelController';
import { panelHtml } from './panelHtml';
import { checkedHandlers } from './requestChecks';

/** What a page may start; each tells the user of its own failures. */
export interface PageActions {
  readonly cancelJob: (jobId: string) => void;
  readonly pauseJob: (jobId: string, paused: boolean) => void;
  readonly resumeRun: (folder: string) => Promise<void>;
  readonly compress: (model: string) => Promise<void>;
  /** Starts Compress… with steps that are chosen already. */
  readonly compressWith: (model: string, steps: StepsView) => Promise<void>;
  readonly train: (model: string) => Promise<void>;
  /** `run` is the folder of the run that is judged, where one is on show. */
  readonly diagnose: (model: string, run: string | undefined) => Promise<void>;
  /** Asks the questions of the run again. */
  readonly changeRun: (folder: string) => Promise<void>;
  readonly sensitivity: (model: string) => Promise<void>;
  readonly pruneAgain: (model: string) => Promise<void>;
  readonly applyAdvice: (run: string, edit: RecipeEdit) => Promise<void>;
  readonly log: (text: string) => void;
}

/** Serves the page until the webview is closed. The controller is not disposed with it. */
export function servePage(
  panel: vscode.WebviewPanel,
  controller: PanelController,
  extension: vscode.Uri,
  actions: PageActions,
): void {
  const { webview } = panel;
  const bundle = vscode.Uri.joinPath(extension, 'dist', 'webview');
  webview.options = { enableScripts: true, localResourceRoots: [bundle] };
  const channel = new Channel<NoContract, PanelContract>(
    webviewPort(webview, (listener) => panel.onDidDispose(listener)),
    { log: actions.log },
  );
  channel.handle(checkedHandlers(handlers(controller, actions)));
  const listening = controller.onDidChange((state) => channel.emit('state', state));
  panel.onDidDispose(() => listening.dispose());
  webview.html = panelHtml({
    cspSource: webview.cspSource,
    script: webview.asWebviewUri(vscode.Uri.joinPath(bundle, 'panel.js')).toString(),
    style: webview.asWebviewUri(vscode.Uri.joinPath(bundle, 'panel.css')).toString(),
    title: panel.title,
    language: vscode.env.language,
    strings: vscode.l10n.bundle ?? {},
  });
}

function handlers(controller: PanelController, actions: PageActions): Parameters<typeof checkedHandlers>[0] {
  return {
    hello: ({ version }) => {
      if (version !== panelVersion) {
        throw new CounterweightError('INTERNAL', { problem: `page ${version}, host ${panelVersion}` });
      }
      return controller.state;
    },
    selectLayer: ({ layer }) => controller.selectLayer(layer),
    selectTensor: ({ tensor }) => controller.selectTensor(tensor),
    region: ({ side, region }, signal) => controller.region(side, region, signal),
    grid: ({ index }, signal) => controller.grid(index, signal),
    save: ({ name, content }) => save(name, content, controller),
    copy: async ({ text }) => vscode.env.clipboard.writeText(text),
    cancelJob: ({ id }) => actions.cancelJob(id),
    pauseJob: ({ id, paused }) => actions.pauseJob(id, paused),
    resumeRun: () => start(controller.runFolder, actions.resumeRun),
    reveal: async ({ path: file }) => {
      if (!controller.files.includes(file)) throw new CounterweightError('FILE_NOT_FOUND', { path: file });
      await revealFile(file);
    },
    openModel: async ({ path: file }) => {
      if (!controller.files.includes(file)) throw new CounterweightError('FILE_NOT_FOUND', { path: file });
      await vscode.commands.executeCommand('vscode.openWith', vscode.Uri.file(file), viewIds.modelEditor);
    },
    compress: () => start(controller.modelPath, actions.compress),
    train: () => start(controller.modelPath, actions.train),
    diagnose: () => start(controller.modelPath, (model) => actions.diagnose(model, controller.runFolder)),
    searchAgain: () => start(controller.runFolder, actions.changeRun),
    sensitivity: () => start(controller.modelPath, actions.sensitivity),
    schemes: (_, signal) => controller.schemes(signal),
    useScheme: ({ id, layer }) => {
      const steps = controller.stepsFor(id, layer);
      start(controller.modelPath, (model) => actions.compressWith(model, steps));
    },
    lockLayers: ({ layers, locked }) => controller.lockLayers(layers, locked),
    pruneAgain: () => start(controller.modelPath, actions.pruneAgain),
    applyAdvice: ({ edit }) => start(controller.runFolder, (run) => actions.applyAdvice(run, edit)),
  };
}

/** Not awaited: the questions may stay open for as long as the user likes. */
function start(what: string | undefined, action: (what: string) => Promise<void>): void {
  if (what !== undefined) void action(what);
}

/** Shows a file in the Explorer where it is in the workspace, else in the system's own file browser. */
export async function revealFile(file: string): Promise<void> {
  const uri = vscode.Uri.file(file);
  const inside = vscode.workspace.getWorkspaceFolder(uri) !== undefined;
  await vscode.commands.executeCommand(inside ? 'revealInExplorer' : 'revealFileInOS', uri);
}

async function save(name: string, content: Uint8Array, controller: PanelController): Promise<void> {
  const folder = controller.model === undefined ? undefined : path.dirname(controller.model.path);
  const target = await vscode.window.showSaveDialog(
    folder === undefined ? {} : { defaultUri: vscode.Uri.file(path.join(folder, name)) },
  );
  if (target !== undefined) await vscode.workspace.fs.writeFile(target, content);
}
