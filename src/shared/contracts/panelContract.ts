// Everything that crosses between the editor and the panel's page. The page gets complete snapshots, never deltas.
import type { HeatmapSide } from './engineContract';
import type { SchemeId, SchemesView } from './schemeViews';
import type { SearchReportView, SearchView } from './searchViews';
import type { SensitivityReportView } from './sensitivityViews';
import type { GridDetailView, HeatmapView, LayerDetailView, RegionView } from './layerViews';
import type {
  ComparisonView,
  CurvesView,
  DiagnosisReportView,
  ModelView,
  ProgressView,
  RecipeEdit,
  ReportView,
  StepsView,
} from './viewModels';

/** Raised when a change makes an old page misread a new host, or the other way round. */
export const panelVersion = 4;

/** Id of the JSON script element of the page that holds the translated strings, for `config` of @vscode/l10n. */
export const stringsElementId = 'l10n';

/** Requests of the page to the host, and the host's events. */
export interface PanelContract {
  requests: {
    /** The first message of a page; answered with the current snapshot. */
    hello: [{ version: number }, PanelState];
    /** Selects a layer, in the panel and in the tree. */
    selectLayer: [{ layer: string }, void];
    selectTensor: [{ tensor: string }, void];
    /** Finer cells of the shown heatmap. */
    region: [{ side: HeatmapSide; region: RegionView }, HeatmapView];
    /** The elements on one of the grids of the shown tensor. */
    grid: [{ index: number }, GridDetailView];
    /** Asks where to save and writes the bytes there. */
    save: [{ name: string; content: Uint8Array }, void];
    copy: [{ text: string }, void];
    cancelJob: [{ id: string }, void];
    /** Holds a job's training, or lets it go on. */
    pauseJob: [{ id: string; paused: boolean }, void];
    /** Goes on with the shown run, which did not get to its end, from its last checkpoint. */
    resumeRun: [Record<string, never>, void];
    /** Opens a file of the result: the report, the folder of the compressed file. */
    reveal: [{ path: string }, void];
    /** Opens the network of a trial of the shown search, or its winner, in an editor of its own. */
    openModel: [{ path: string }, void];
    /** Starts Compress… for the shown model. */
    compress: [Record<string, never>, void];
    /** Starts Train… for the shown model. */
    train: [Record<string, never>, void];
    /** Starts Measure Sensitivity… for the shown model. */
    sensitivity: [Record<string, never>, void];
    /** What schemes of quantization would do to the shown model. */
    schemes: [Record<string, never>, SchemesView];
    /** Starts Compress… with a scheme that was compared, for the whole model or for one layer. */
    useScheme: [{ id: SchemeId; layer?: string }, void];
    /** Locks layers of the shown model from pruning, or unlocks them. */
    lockLayers: [{ layers: readonly string[]; locked: boolean }, void];
    /** Prunes the shown model without its locked layers: as its last pruning did, or with Compress…. */
    pruneAgain: [Record<string, never>, void];
    /** Starts Diagnose Overfitting… for the shown model or run. */
    diagnose: [Record<string, never>, void];
    /** Starts Search a Compact Network… with the answers of the shown search. */
    searchAgain: [Record<string, never>, void];
    /** Asks for a run like the shown one with this change of its recipe. */
    applyAdvice: [{ edit: RecipeEdit }, void];
  };
  events: {
    state: PanelState;
  };
}

export interface PanelState {
  /** Grows with every snapshot; the page ignores an older one. */
  readonly revision: number;
  /** Null before anything was opened. */
  readonly subject: PanelSubject | null;
  readonly selectedLayer: string | null;
  /** Layers of the shown model that are locked from pruning. */
  readonly locked: readonly string[];
  readonly detail: DetailState;
}

export type PanelSubject =
  | { readonly kind: 'loading'; readonly path: string }
  | {
      readonly kind: 'failed';
      readonly path: string;
      /** What failed, where it is not the reading of the file. */
      readonly title?: string;
      readonly message: string;
      /** Of a run that can go on from a checkpoint. */
      readonly resumable?: true;
      /** Of a search, as far as it came. */
      readonly search?: SearchView;
      /** Of a training run, as far as it came. */
      readonly curves?: CurvesView;
      /** What such a run does. */
      readonly steps?: StepsView;
    }
  | { readonly kind: 'model'; readonly model: ModelView }
  | { readonly kind: 'job'; readonly job: JobState }
  | {
      readonly kind: 'experiment';
      readonly model: ModelView;
      readonly report: ReportView;
      /** The latest measurement of what its layers bear when they are quantized, where there is one. */
      readonly sensitivity?: SensitivityReportView;
    }
  | { readonly kind: 'diagnosis'; readonly report: DiagnosisReportView }
  | { readonly kind: 'sensitivity'; readonly model: ModelView; readonly report: SensitivityReportView }
  | { readonly kind: 'search'; readonly report: SearchReportView }
  | {
      readonly kind: 'comparison';
      /** Layers are those of `before`. */
      readonly before: ModelView;
      readonly after: ModelView;
      readonly comparison: ComparisonView;
      /** The runs that the two files are the results of, where runs are compared. */
      readonly runs?: ComparedRuns;
    };

export interface ComparedRuns {
  readonly before: ReportView;
  readonly after: ReportView;
}

export type DetailState =
  | { readonly kind: 'none' }
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready'; readonly detail: LayerDetailView }
  | { readonly kind: 'failed'; readonly message: string };

export interface JobState {
  readonly id: string;
  readonly title: string;
  readonly path: string;
  readonly progress: ProgressView | null;
  /** Of the training step at hand and those before it, after each epoch. */
  readonly curves?: CurvesView;
  /** What the run does, where it writes a model. */
  readonly steps?: StepsView;
  /** Of a search, as far as it has come. */
  readonly search?: SearchView;
  readonly paused: boolean;
  /** There is something to pause: the job is training. */
  readonly canPause: boolean;
}
