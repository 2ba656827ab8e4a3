// Measures the two files of a run, the one that was given and the one that was written.
import path from 'node:path';
import type {
  LatencyView,
  ReportView,
  RunGeneralizationView,
  TrainingView,
} from '../../shared/contracts/viewModels';
import type { ModelFile } from '../analysis/compareLayers';
import { compareOpened } from '../analysis/compareModels';
import { measureLatency } from '../analysis/latency';
import type { ParsedStep } from '../compression/step';
import type { DataSplits } from '../data/dataSet';
import { judgeGeneralization } from './judgeGeneralization';
import { fileSizes } from './measureFiles';
import { measureGeneralization } from './measureGeneralization';
import type { RunData } from './runData';
import { sizeNotes } from './sizeNotes';
import { partOf, type PhaseProgress } from './runProgress';

export type Measured = Pick<
  ReportView,
  | 'layers'
  | 'outputs'
  | 'comparedOn'
  | 'accuracy'
  | 'notes'
  | 'original'
  | 'compressed'
  | 'latency'
  | 'generalization'
>;

export interface MeasureContext {
  readonly signal: AbortSignal;
  readonly progress: PhaseProgress;
  readonly steps: readonly ParsedStep[];
  /** What the run trained, in order. */
  readonly training: readonly TrainingView[];
}

/**
 * Measures both files by opening and running them: sizes, differences, loss and accuracy, time. Throws RUNTIME_REFUSED
 * where ONNX Runtime runs the original but not the result.
 */
export async function measureRun(
  original: ModelFile,
  compressed: ModelFile,
  { measured, splits }: RunData,
  { signal, progress, steps, training }: MeasureContext,
): Promise<Measured> {
  const sizes = await fileSizes(original, compressed, { signal, progress: partOf(progress, 0, 0.2) });
  const { original: before, compressed: after } = sizes.views;

  const { comparison, refused, feeds } = await compareOpened(original, compressed, measured, {
    signal,
    progress: (fraction, detail) =>
      progress(
        'comparing',
        0.2 + 0.35 * fraction,
        detail === compressed.path ? path.basename(detail) : detail,
      ),
  });
  if (refused.after && !refused.before) throw refused.after;

  const generalization = splits && (await generalizationOf(original, compressed, splits));

  let latency: LatencyView | undefined;
  if (feeds) {
    progress('measuring', 0.85, path.basename(compressed.path));
    latency = await measureLatency(original.path, compressed.path, feeds, signal);
  }
  progress('measuring', 1);
  return {
    ...comparison,
    ...sizes.views,
    layers: sizes.withSizes(comparison.layers),
    ...(latency && { latency }),
    ...(generalization && { generalization }),
    notes: [...comparison.notes, ...sizeNotes(before, after, latency)],
  };

  async function generalizationOf(
    a: ModelFile,
    b: ModelFile,
    data: DataSplits,
  ): Promise<RunGeneralizationView> {
    const loss = training.at(-1)?.loss;
    const { lossKind, ...ofA } = await measureGeneralization(a, data, loss, {
      signal,
      progress: partOf(progress, 0.55, 0.7),
    });
    const { lossKind: _, ...ofB } = await measureGeneralization(b, data, loss, {
      signal,
      progress: partOf(progress, 0.7, 0.85),
    });
    return judgeGeneralization({
      steps,
      training,
      generalization: { before: ofA, after: ofB },
      sizes: { before, after },
      splits: data,
      loss: lossKind,
      signal,
    });
  }
}
