// Everything that crosses between the editor and the engine process, on one page.
import type { Budget } from '../base/searchBudget';
import type { RecipeCheckView } from './recipeCheck';
import type { StepOptionsView } from './stepOptions';
import type { SchemesView } from './schemeViews';
import type { ArchitectureView, SearchReportView, SearchView } from './searchViews';
import type { SensitivityReportView } from './sensitivityViews';
import type { TriageReportView } from './triageViews';
import type { GridDetailView, HeatmapView, LayerDetailView, RegionView } from './layerViews';
import type {
  ComparisonView,
  CurvesView,
  DiagnosisReportView,
  EstimateView,
  ModelView,
  ProgressView,
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
    /** The elements of a layer's tensor that share one of the grids of its quantized form. */
    grid: [
      { path: string; layer: string; tensor: string; compressed?: string; index: number },
      GridDetailView,
    ];
    /** What schemes of quantization would do to a model, without doing it. */
    schemes: [{ path: string }, SchemesView];
    /** What a compression would weigh, without doing it. */
    estimate: [{ path: string; steps: StepsView }, EstimateView];
    /** The options of every recipe step, with their ranges and defaults. */
    stepOptions: [Record<string, never>, StepOptionsView];
    /** What is wrong with the text of a recipe, and what it says where nothing is; `path` is where it is stored. */
    checkRecipe: [{ text: string; path: string }, RecipeCheckView];
    /** Compresses a file into a new one and writes the report. Refuses to overwrite. */
    compress: [CompressParams, ReportView];
    /** Finds out whether a model overfits, and writes the report. */
    diagnose: [DiagnoseParams, DiagnosisReportView];
    /** Measures what each layer of a model can bear, and writes the report. */
    sensitivity: [SensitivityJobParams, SensitivityReportView];
    /** Names what makes a quantized model worse than its original, and writes the report. */
    triage: [TriageJobParams, TriageReportView];
    /** The networks that a search can be made in, with what they are. */
    architectures: [Record<string, never>, readonly ArchitectureView[]];
    /** Finds a network that keeps a budget, trains it into a new file and writes the report. */
    search: [SearchJobParams, SearchReportView];
    /** Holds the training of this process before its next step, or lets it go on. */
    pause: [{ paused: boolean }, void];
    /** Differences of two model files, layer by layer and in their outputs. */
    compare: [{ before: string; after: string; data?: string }, ComparisonView];
  };
  events: {
    /** At most ten a second. */
    progress: ProgressView;
    /** The training curves so far, after each epoch. */
    curves: CurvesView;
    /** The search so far, after each network that was trained for a while. */
    search: SearchView;
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
  /** Data to train and to compare on, as the command line's --data. Training steps need it. */
  readonly data?: string;
  /** Of everything that is random in the run; 1 where not given. */
  readonly seed?: number;
  /** Goes on from the checkpoint in the run's folder, where there is one. */
  readonly resume?: boolean;
  /** Marks the temporary files of this job, so that whoever outlives it can remove them. */
  readonly jobId: string;
}

export interface SensitivityJobParams {
  /** A model file. */
  readonly path: string;
  /** As the command line's --data; its validation samples are measured on. */
  readonly data: string;
  /** How a layer is compressed. */
  readonly kind: 'prune' | 'quantize';
  /** As the option of that step; its default where not given. */
  readonly granularity?: string;
  readonly seed?: number;
  /** Where report.json goes; the folder is made. */
  readonly runFolder: string;
  readonly jobId: string;
}

export interface TriageJobParams {
  /** The model file before quantization. */
  readonly original: string;
  readonly quantized: string;
  /** As the command line's --data; its validation samples are measured on. */
  readonly data: string;
  readonly seed?: number;
  /** The run's own, where triage.json goes. */
  readonly runFolder: string;
  readonly jobId: string;
}

export interface DiagnoseParams {
  /** A model file, or the folder of a run whose curves and model are judged. */
  readonly path: string;
  /** As the command line's --data; a run brings its own. */
  readonly data?: string;
  readonly seed?: number;
  /** Trains on parts of the samples to draw a learning curve. */
  readonly learningCurve: boolean;
  /** Where report.json goes; the folder is made. */
  readonly runFolder: string;
  readonly jobId: string;
}

export interface SearchJobParams {
  /** Ids of the architectures to search in. */
  readonly architectures: readonly string[];
  /** As the command line's --data. */
  readonly data: string;
  readonly budget: Budget;
  /** Networks to try. */
  readonly trials: number;
  /** Epochs that the winner is trained for. */
  readonly epochs: number;
  /** Of everything that is random; 1 where not given. */
  readonly seed?: number;
  /** The file to write the winner to; it must not exist. */
  readonly output: string;
  /** Where report.json and the trials go; the folder is made. */
  readonly runFolder: string;
  /** Goes on with the search in the run's folder, where there is one. */
  readonly resume?: boolean;
  readonly jobId: string;
}
