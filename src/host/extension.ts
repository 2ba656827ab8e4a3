// The extension's entry: constructs the parts and registers them, nothing else.
import path from 'node:path';
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { stackOf } from '../shared/contracts/wireError';
import { applyAdvice } from './commands/changeRun';
import { layerCommands } from './commands/layerCommands';
import { lockCommands, pruneAgain } from './commands/lockCommands';
import { compressWith, modelCommands, type ModelCommandParts } from './commands/modelCommands';
import { RecentData } from './commands/recentData';
import { recipeCommands } from './commands/recipeCommands';
import { registerCommands, runCommand } from './commands/registerCommands';
import { reportErrors } from './commands/reportErrors';
import { runCommands } from './commands/runCommands';
import { viewIds } from './contributions';
import { InspectionEngine } from './engine/inspectionEngine';
import type { EngineOptions } from './engine/engineProcess';
import { JobRunner } from './engine/jobRunner';
import { watchFiles } from './fileChanges';
import { LockedLayers } from './models/lockedLayers';
import { OpenModels } from './models/openModels';
import { ModelEditor } from './panel/modelEditor';
import { Panel } from './panel/panel';
import { PanelController, type PanelSources } from './panel/panelController';
import type { PageActions } from './panel/panelPage';
import { runsFolderFor, runsFolders } from './runFolder';
import { Experiments } from './runs/experiments';
import { quantizationSensitivity, type Run } from './runs/runRecord';
import { onSettingChange, readSetting } from './settings';
import { registerRecipeLanguage } from './recipes/recipeLanguage';
import { registerParameterLenses } from './sourceCode/parameterLenses';
import { ExperimentsView } from './views/experimentsView';
import { JobStatus } from './views/jobStatus';
import { LayersView } from './views/layersView';

export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Counterweight', { log: true });
  context.subscriptions.push(log);
  try {
    start(context, log);
  } catch (error) {
    // VS Code only logs it when an extension does not start.
    log.error(stackOf(error));
    void vscode.window.showErrorMessage(vscode.l10n.t('Counterweight could not start: {0}', String(error)));
    throw error;
  }
}

function start(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): void {
  l10n.config({ contents: vscode.l10n.bundle ?? {} });
  const { subscriptions, extensionUri, globalStorageUri, workspaceState } = context;
  const own = <T extends vscode.Disposable>(part: T): T => {
    subscriptions.push(part);
    return part;
  };

  const engineOptions = (): EngineOptions => ({
    enginePath: path.join(extensionUri.fsPath, 'dist', 'engine.js'),
    nodePath: readSetting('counterweight.nodePath'),
    log: (line) => log.info(line),
  });
  const engine = own(new InspectionEngine(engineOptions));
  const jobs = own(new JobRunner(engineOptions));
  own(onSettingChange('counterweight.nodePath', () => engine.restart()));

  const models = own(
    new OpenModels(engine, {
      get: () => workspaceState.get<readonly string[]>('models', []),
      set: (paths) => void workspaceState.update('models', paths),
    }),
  );
  const experiments = own(
    new Experiments({
      jobs,
      folders: () => runsFolders(globalStorageUri),
      folderFor: (model) => runsFolderFor(model, globalStorageUri),
      warn: (text) => log.warn(text),
    }),
  );

  const locks = own(
    new LockedLayers({
      get: () => workspaceState.get<Readonly<Record<string, readonly string[]>>>('locks', {}),
      set: (locked) => void workspaceState.update('locks', locked),
    }),
  );
  const layersView = own(new LayersView(models, locks, workspaceState));
  const experimentsView = own(new ExperimentsView(experiments));
  const sources: PanelSources = {
    engine,
    readModel: (file) => models.read(file),
    findRun: (folder) => experiments.lookUp(folder),
    findSensitivity: (model) => quantizationSensitivity(experiments.runs, model),
    locks,
  };
  const withJob = (jobId: string, action: (run: Run) => void): void => {
    const run = experiments.findJob(jobId);
    if (run !== undefined) action(run);
  };
  const actions: PageActions = {
    cancelJob: (jobId) => withJob(jobId, (run) => experiments.cancel(run)),
    pauseJob: (jobId, paused) => withJob(jobId, (run) => experiments.pause(run, paused)),
    resumeRun: (folder) => runCommand('counterweight.resumeRun', folder),
    compress: (model) => runCommand('counterweight.compress', vscode.Uri.file(model)),
    train: (model) => runCommand('counterweight.train', vscode.Uri.file(model)),
    diagnose: (model, folder = '') =>
      experiments.find(folder)?.report === undefined
        ? runCommand('counterweight.diagnose', vscode.Uri.file(model))
        : runCommand('counterweight.diagnoseRun', folder),
    changeRun: (folder) => runCommand('counterweight.changeRun', folder),
    sensitivity: (model) => runCommand('counterweight.sensitivity', vscode.Uri.file(model)),
    compressWith: (model, steps) => reportErrors(log, () => compressWith(parts, model, steps)),
    pruneAgain: (model) => reportErrors(log, () => pruneAgain(parts, model)),
    applyAdvice: (folder, edit) => reportErrors(log, () => applyAdvice(parts, folder, edit)),
    log: (text) => log.warn(text),
  };
  const follow = (selection: { readonly path: string; readonly layer: string }): void =>
    void layersView.followSelection(selection).catch((error: unknown) => log.warn(stackOf(error)));
  const controller = own(new PanelController(sources));
  const panel = own(new Panel(controller, extensionUri, workspaceState, actions));
  const modelEditor = new ModelEditor(sources, extensionUri, actions, follow);
  own(controller.onDidSelect(follow));
  own(new JobStatus(experiments, panel, log));

  const recent = new RecentData({
    get: () => workspaceState.get<readonly string[]>('data', []),
    set: (specs) => void workspaceState.update('data', specs),
  });
  const parts: ModelCommandParts = {
    engine,
    recent,
    models,
    locks,
    experiments,
    jobs,
    layersView,
    experimentsView,
    panel,
  };
  own(
    registerCommands(
      {
        ...modelCommands(parts),
        ...layerCommands(layersView, models, panel),
        ...lockCommands(layersView, locks),
        ...runCommands(parts),
        ...recipeCommands(parts),
        'counterweight.showLog': () => log.show(),
      },
      log,
    ),
  );
  own(vscode.window.registerWebviewPanelSerializer(viewIds.panel, panel));
  own(modelEditor.register());
  own(
    registerRecipeLanguage({
      engine,
      folder: path.join(extensionUri.fsPath, 'dist'),
      log,
    }),
  );
  own(registerParameterLenses(path.join(extensionUri.fsPath, 'dist', 'tree-sitter')));

  const refreshRuns = (): void =>
    void experiments.refresh().catch((error: unknown) => log.warn(stackOf(error)));
  own(experiments.onDidChange((run) => void (run !== undefined && controller.update(run))));
  own(experiments.onDidEnd((run) => void controller.update(run)));
  // A folder that is removed is one event, whatever it held.
  own(watchFiles('**/.counterweight', refreshRuns));
  own(watchFiles('**/.counterweight/**', refreshRuns));
  own(vscode.workspace.onDidChangeWorkspaceFolders(refreshRuns));
  own(
    watchFiles('**/*.onnx', ({ fsPath }) => {
      models.fileChanged(fsPath);
      void modelEditor.fileChanged(fsPath);
      if (controller.files.includes(fsPath)) void controller.reload();
    }),
  );
  refreshRuns();
}
