// Jobs that a test ends as it likes.
import { Emitter } from '../../../src/shared/base/events';
import { cancelled, type Cancelled } from '../../../src/shared/contracts/contract';
import type { CompressParams } from '../../../src/shared/contracts/engineContract';
import type { ProgressView, ReportView } from '../../../src/shared/contracts/viewModels';
import type { JobStarter } from '../../../src/host/runs/experiments';

export class FakeJob {
  readonly progress = new Emitter<ProgressView>();
  readonly lastLines = ['engine: one', 'engine: two'];
  readonly onProgress = this.progress.event;
  private settle: ((answer: ReportView | Cancelled) => void) | undefined;
  private refuse: ((error: unknown) => void) | undefined;
  readonly result = new Promise<ReportView | Cancelled>((resolve, reject) => {
    this.settle = resolve;
    this.refuse = reject;
  });

  constructor(readonly params: CompressParams) {}

  finish(report: ReportView): void {
    this.settle?.(report);
  }

  fail(error: unknown): void {
    this.refuse?.(error);
  }

  cancel(): void {
    this.settle?.(cancelled);
  }
}

export class FakeJobs implements JobStarter {
  readonly started: FakeJob[] = [];

  start(params: CompressParams): FakeJob {
    const job = new FakeJob(params);
    this.started.push(job);
    return job;
  }

  get last(): FakeJob {
    const job = this.started.at(-1);
    if (job === undefined) throw new Error('No job was started');
    return job;
  }
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
