// Everything of ours that VS Code knows by name: commands, settings, context keys, views. package.json repeats these
// names, and a test compares the two; a command without a handler does not compile.
import type { Uri } from 'vscode';
import type { LayerNode, ModelNode, TensorNode } from './views/layerNodes';

/** A command's arguments, by id. A resource is what the Explorer or an editor's title passes along. */
export interface Commands {
  'counterweight.compress': [target?: Uri | ModelNode];
  'counterweight.train': [target?: Uri | ModelNode];
  'counterweight.diagnose': [target?: Uri | ModelNode];
  'counterweight.sensitivity': [target?: Uri | ModelNode];
  'counterweight.search': [];
  'counterweight.inspect': [resource?: Uri];
  'counterweight.compare': [resource?: Uri, selected?: readonly Uri[]];
  'counterweight.revealRuns': [resource?: Uri];
  'counterweight.runRecipe': [resource?: Uri];
  'counterweight.showPanel': [];
  'counterweight.showLog': [];
  'counterweight.showJobs': [];

  'counterweight.showLayer': [node?: ModelNode | LayerNode | TensorNode];
  'counterweight.lockLayer': [node?: ModelNode | LayerNode | TensorNode];
  'counterweight.unlockLayer': [node?: ModelNode | LayerNode | TensorNode];
  'counterweight.sortLayers': [];
  'counterweight.filterLayers': [];
  'counterweight.clearLayersFilter': [];
  'counterweight.refreshLayers': [];
  'counterweight.closeModel': [node?: ModelNode];

  'counterweight.openRun': [folder?: string];
  'counterweight.openReport': [folder?: string];
  'counterweight.compareRuns': [folder?: string, selected?: readonly string[]];
  'counterweight.runAgain': [folder?: string];
  'counterweight.retryRun': [folder?: string];
  'counterweight.changeRun': [folder?: string];
  'counterweight.diagnoseRun': [folder?: string];
  'counterweight.triageRun': [folder?: string];
  'counterweight.pauseRun': [folder?: string];
  'counterweight.resumeRun': [folder?: string];
  'counterweight.cancelRun': [folder?: string];
  'counterweight.deleteRun': [folder?: string, selected?: readonly string[]];
  'counterweight.revealRunFiles': [folder?: string];
  'counterweight.refreshRuns': [];
}

export type CommandId = keyof Commands;

/** Where a command can be found, and its icon where it stands in a toolbar. */
interface CommandFacts {
  /** False for commands that mean nothing without the thing they were called on. */
  readonly palette: boolean;
  readonly icon?: string;
}

export const commands: { readonly [K in CommandId]: CommandFacts } = {
  'counterweight.compress': { palette: true, icon: '$(fold)' },
  'counterweight.train': { palette: true, icon: '$(mortar-board)' },
  'counterweight.diagnose': { palette: true, icon: '$(pulse)' },
  'counterweight.sensitivity': { palette: true },
  'counterweight.search': { palette: true, icon: '$(telescope)' },
  'counterweight.inspect': { palette: true, icon: '$(layers)' },
  'counterweight.compare': { palette: true },
  'counterweight.revealRuns': { palette: true },
  'counterweight.runRecipe': { palette: true, icon: '$(play)' },
  'counterweight.showPanel': { palette: true },
  'counterweight.showLog': { palette: true },
  'counterweight.showJobs': { palette: true },

  'counterweight.showLayer': { palette: false, icon: '$(graph)' },
  'counterweight.lockLayer': { palette: false, icon: '$(unlock)' },
  'counterweight.unlockLayer': { palette: false, icon: '$(lock)' },
  'counterweight.sortLayers': { palette: true, icon: '$(sort-precedence)' },
  'counterweight.filterLayers': { palette: true, icon: '$(filter)' },
  'counterweight.clearLayersFilter': { palette: true, icon: '$(filter-filled)' },
  'counterweight.refreshLayers': { palette: false, icon: '$(refresh)' },
  'counterweight.closeModel': { palette: false, icon: '$(close)' },

  'counterweight.openRun': { palette: false, icon: '$(graph)' },
  'counterweight.openReport': { palette: false },
  'counterweight.compareRuns': { palette: false },
  'counterweight.runAgain': { palette: false, icon: '$(debug-rerun)' },
  'counterweight.retryRun': { palette: false, icon: '$(debug-restart)' },
  'counterweight.changeRun': { palette: false, icon: '$(edit)' },
  'counterweight.diagnoseRun': { palette: false },
  'counterweight.triageRun': { palette: false },
  'counterweight.pauseRun': { palette: false, icon: '$(debug-pause)' },
  'counterweight.resumeRun': { palette: false, icon: '$(debug-continue)' },
  'counterweight.cancelRun': { palette: false, icon: '$(stop-circle)' },
  'counterweight.deleteRun': { palette: false, icon: '$(trash)' },
  'counterweight.revealRunFiles': { palette: false },
  'counterweight.refreshRuns': { palette: false, icon: '$(refresh)' },
};

/** Types of the settings, by full name. */
export interface Settings {
  'counterweight.nodePath': string;
}

export const settings: {
  readonly [K in keyof Settings]: { readonly default: Settings[K]; readonly scope: string };
} = {
  'counterweight.nodePath': { default: '', scope: 'machine-overridable' },
};

/** Types of the context keys that `when` clauses may use. */
export interface ContextKeys {
  /** A text filter hides some of the layers. */
  'counterweight.layersFiltered': boolean;
  /** At least one job runs. */
  'counterweight.jobsRunning': boolean;
}

export const contextKeys: { readonly [K in keyof ContextKeys]: true } = {
  'counterweight.layersFiltered': true,
  'counterweight.jobsRunning': true,
};

/** Views, the panel and the editor. */
export const viewIds = {
  container: 'counterweight',
  layers: 'counterweight.layers',
  experiments: 'counterweight.experiments',
  panel: 'counterweight.panel',
  modelEditor: 'counterweight.model',
  walkthrough: 'counterweight.start',
} as const;

/** Values of `viewItem` in the views' menus. */
export const treeItemKinds = {
  model: 'model',
  layer: 'layer',
  /** A layer with weights, which can be locked from pruning, and one that is. */
  prunable: 'layer.prunable',
  locked: 'layer.locked',
  tensor: 'tensor',
  running: 'run.running',
  /** Runs and is training. */
  training: 'run.training',
  paused: 'run.paused',
  /** Runs in another window, or was cancelled already. */
  unstoppable: 'run.unstoppable',
  finished: 'run.finished',
  failed: 'run.failed',
  cancelled: 'run.cancelled',
  /** Failed or cancelled, with a checkpoint to go on from. */
  resumable: 'run.resumable',
  /** A finished diagnosis. */
  diagnosis: 'run.diagnosis',
  /** A finished measurement of what layers can bear. */
  sensitivity: 'run.sensitivity',
  /** A finished search. */
  search: 'run.search',
} as const;
