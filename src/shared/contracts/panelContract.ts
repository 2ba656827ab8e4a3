// Everything that crosses between the editor and the panel's page. The page gets complete snapshots, never deltas.
import type { HeatmapSide } from './engineContract';
import type {
  ComparisonView,
  HeatmapView,
  LayerDetailView,
  ModelView,
  ProgressView,
  RegionView,
  ReportView,
} from './viewModels';

/** Raised when a change makes an old page misread a new host, or the other way round. */
export const panelVersion = 1;

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
    /** Asks where to save and writes the bytes there. */
    save: [{ name: string; content: Uint8Array }, void];
    copy: [{ text: string }, void];
    cancelJob: [{ id: string }, void];
    /** Opens a file of the result: the report, the folder of the compressed file. */
    reveal: [{ path: string }, void];
    /** Starts Compress… for the shown model. */
    compress: [Record<string, never>, void];
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
    }
  | { readonly kind: 'model'; readonly model: ModelView }
  | { readonly kind: 'job'; readonly job: JobState }
  | { readonly kind: 'experiment'; readonly model: ModelView; readonly report: ReportView }
  | {
      readonly kind: 'comparison';
      /** Layers are those of `before`. */
      readonly before: ModelView;
      readonly after: ModelView;
      readonly comparison: ComparisonView;
    };

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
}
