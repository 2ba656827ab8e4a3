// Everything that crosses between the editor and the engine process, on one page.
import type {
  ComparisonView,
  EstimateView,
  HeatmapView,
  LayerDetailView,
  ModelView,
  ProgressView,
  RegionView,
  ReportView,
  StepsView,
} from './viewModels';

export interface EngineContract {
  requests: {
    /** Reads a model file and sums it up. */
    inspect: [{ path: string }, ModelView];
    /** A layer's weights, and what became of them in `compressed` where it is given. */
    layer: [{ path: string; layer: string; tensor?: string; compressed?: string }, LayerDetailView];
    /** A part of a layer's heatmap in finer cells; `side` error is after − before. */
    region: [
      {
        path: string;
        layer: string;
        tensor: string;
        compressed?: string;
        side: HeatmapSide;
        region: RegionView;
      },
      HeatmapView,
    ];
    /** What a compression would weigh, without doing it. */
    estimate: [{ path: string; steps: StepsView }, EstimateView];
    /** Compresses a file into a new one and writes the report. Refuses to overwrite. */
    compress: [CompressParams, ReportView];
    /** Differences of two model files, layer by layer and in their outputs. */
    compare: [{ before: string; after: string; data?: string }, ComparisonView];
  };
  events: {
    /** At most ten a second. */
    progress: ProgressView;
    /** A line for the log. */
    log: { level: 'info' | 'warning' | 'error'; text: string };
  };
}

export type HeatmapSide = 'before' | 'after' | 'error';

export interface CompressParams {
  readonly path: string;
  readonly steps: StepsView;
  /** The file to write; it must not exist. */
  readonly output: string;
  /** Where report.json goes; the folder is made. */
  readonly runFolder: string;
  /** Data to compare on, as the command line's --data. */
  readonly data?: string;
  /** Marks the temporary files of this job, so that whoever outlives it can remove them. */
  readonly jobId: string;
}
