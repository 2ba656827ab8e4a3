// Jobs that a test ends as it likes.
import { Emitter } from '../../../src/shared/base/events';
import { cancelled, type Cancelled } from '../../../src/shared/contracts/contract';
import type { JobParams } from '../../../src/host/engine/jobRunner';
import type { JobStarter, RunKind, RunningJob } from '../../../src/host/runs/experiments';
import type {
  CompressParams,
  DiagnoseParams,
  SearchJobParams,
  SensitivityJobParams,
} from '../../../src/shared/contracts/engineContract';
import type { SearchReportView, SearchView, TrialView } from '../../../src/shared/contracts/searchViews';
import type { SensitivityReportView } from '../../../src/shared/contracts/sensitivityViews';
import type {
  CurvesView,
  DiagnosisReportView,
  EpochView,
  ProgressView,
  ReportView,
} from '../../../src/shared/contracts/viewModels';

type Report = ReportView | DiagnosisReportView | SearchReportView | SensitivityReportView;
type Answer = Report | Cancelled;

export class FakeJob {
  readonly progress = new Emitter<ProgressView>();
  readonly curves = new Emitter<CurvesView>();
  readonly search = new Emitter<SearchView>();
  readonly lastLines = ['engine: one', 'engine: two'];
  readonly onProgress = this.progress.event;
  readonly onCurves = this.curves.event;
  readonly onSearch = this.search.event;
  /** What the job was told, in order. */
  readonly pauses: boolean[] = [];
  private settle: ((answer: Answer) => void) | undefined;
  private refuse: ((error: unknown) => void) | undefined;
  readonly result = new Promise<Answer>((resolve, reject) => {
    this.settle = resolve;
    this.refuse = reject;
  });

  constructor(
    readonly kind: RunKind,
    readonly params: CompressParams | DiagnoseParams | SearchJobParams | SensitivityJobParams,
  ) {}

  finish(report: Report): void {
    this.settle?.(report);
  }

  fail(error: unknown): void {
    this.refuse?.(error);
  }

  pause(paused: boolean): void {
    this.pauses.push(paused);
  }

  cancel(): void {
    this.settle?.(cancelled);
  }
}

export class FakeJobs implements JobStarter {
  readonly started: FakeJob[] = [];

  start<K extends RunKind>(kind: K, params: JobParams<K>): RunningJob<K> {
    const job = new FakeJob(kind, params);
    this.started.push(job);
    // A test gives the job of a kind the answer of that kind.
    return job as unknown as RunningJob<K>;
  }

  get last(): FakeJob {
    const job = this.started.at(-1);
    if (job === undefined) throw new Error('No job was started');
    return job;
  }
}

/** Curves of a training run of ten epochs that has done so many. */
export function curves(done: number, change: Partial<CurvesView> = {}): CurvesView {
  const history = Array.from({ length: done }, (_, index): EpochView => {
    const epoch = index + 1;
    return { epoch, trainLoss: 1 / epoch, validationLoss: 1.5 / epoch, learningRate: 0.001, seconds: 1 };
  });
  return {
    step: 0,
    epochs: 10,
    history,
    bestEpoch: done === 0 ? null : done,
    loss: 'crossEntropy',
    samples: { train: 900, validation: 100 },
    parameters: 1000,
    diagnosis: { verdict: 'undecided', evidence: [], advice: [] },
    ...change,
  };
}

/** A whole diagnosis, as the engine writes it. */
export function diagnosis(change: Partial<DiagnosisReportView> = {}): DiagnosisReportView {
  return {
    version: 1,
    kind: 'diagnosis',
    created: '2026-01-02T03:04:05.000Z',
    seconds: 2,
    path: '/models/net.onnx',
    data: 'glyphs',
    diagnosis: { verdict: 'overfit', evidence: [], advice: [] },
    generalization: {
      train: { loss: 0.1, accuracy: 0.99, samples: 900 },
      validation: { loss: 0.6, accuracy: 0.8, samples: 100 },
    },
    spectrum: [],
    notes: [],
    ...change,
  };
}

/** A whole report, as the engine writes it. */
export function report(change: Partial<ReportView> = {}): ReportView {
  const sizes = { parameters: 1000, nonZeros: 1000, sparsity: 0, macs: 1000, bytes: 4100, gzipBytes: 3900 };
  return {
    version: 1,
    created: '2026-01-02T03:04:05.000Z',
    seconds: 1.5,
    steps: [{ prune: { sparsity: 0.8 } }],
    original: { path: '/models/net.onnx', ...sizes },
    compressed: {
      path: '/models/net.prune80.onnx',
      ...sizes,
      nonZeros: 200,
      sparsity: 0.8,
      bytes: 1000,
      gzipBytes: 400,
    },
    ratio: 1000 / 4100,
    layers: [],
    outputs: [],
    comparedOn: 'random seed 1, 8 samples',
    notes: [],
    ...change,
  };
}

/** A search of four networks that has trained so many. */
export function trials(done: number): SearchView {
  const all = Array.from({ length: done }, (_, index): TrialView => {
    const trial = index + 1;
    const measure = { loss: 1 / trial, accuracy: 0.8 + trial / 100, samples: 100 };
    return {
      trial,
      architecture: 'resnet-8',
      width: 0.5,
      depth: 1,
      input: [1, 28, 28],
      costs: { parameters: 1000 * trial, macs: 100_000 * trial, bytes: 5000 * trial },
      rung: 0,
      epochs: 2,
      train: measure,
      validation: measure,
      seconds: 1,
      path: `/runs/1/trials/${trial}/rung-0.onnx`,
    };
  });
  return { budget: { measure: 'macs', limit: 2e6 }, wanted: 4, rungs: [2, 3], trials: all };
}

/** A whole report of a search, as the engine writes it. */
export function searchReport(change: Partial<SearchReportView> = {}): SearchReportView {
  const search = trials(4);
  const last = search.trials.at(-1)!;
  return {
    version: 1,
    kind: 'search',
    created: '2026-01-02T03:04:05.000Z',
    seconds: 30,
    data: 'glyphs',
    seed: 1,
    architectures: ['resnet-8'],
    classes: 10,
    search,
    winner: {
      trial: last.trial,
      path: '/models/found.onnx',
      costs: last.costs,
      generalization: { train: last.train!, validation: last.validation!, test: last.validation! },
      training: { ...curves(10), ended: 'allEpochs', seconds: 10, frozen: [] },
    },
    notes: [],
    ...change,
  };
}
