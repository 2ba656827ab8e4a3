// The job behind Measure Sensitivity…: opens the model and its validation samples, measures every layer, and writes the
// report.
import path from 'node:path';
import type { SensitivityReportView } from '../../../shared/contracts/sensitivityViews';
import type { ProgressView } from '../../../shared/contracts/viewModels';
import { openSplits } from '../../data/openData';
import { openModel } from '../../formats/openModel';
import { phases } from '../runProgress';
import { assertReportFree, makeReportFolder, writeReportFiles } from '../writeReport';
import { sensitivity } from './sensitivity';
import { sensitivityMarkdown } from './sensitivityMarkdown';
import type { MethodOptions, SensitivityKind } from './settings';

export interface SensitivityParams extends MethodOptions {
  /** The model file. */
  readonly path: string;
  /** As the command line's --data; its validation samples are measured on, never its test samples. */
  readonly data: string;
  readonly kind: SensitivityKind;
  /** Those of the kind where none are given. */
  readonly settings?: readonly number[];
  /** At most as many validation samples; 1000 where not given. */
  readonly samples?: number;
  /** Of what is held out for validation, and of everything random; 1 where not given. */
  readonly seed?: number;
  /** Where the report goes as JSON, with one as Markdown beside it; nothing is written where it is not given. */
  readonly reportPath?: string;
  /** Marks the temporary files of this job. */
  readonly jobId: string;
}

export interface SensitivityJobContext {
  readonly signal: AbortSignal;
  readonly progress: (progress: ProgressView) => void;
}

export const defaultSensitivitySamples = 1000;

/** The part of the time that opening the model and its data takes. */
const openingPart = 0.03;

/**
 * Throws what opening the model and the data throws, what `sensitivity` throws, and OUTPUT_EXISTS or OUTPUT_UNWRITABLE;
 * then nothing is written.
 */
export async function measureSensitivity(
  params: SensitivityParams,
  context: SensitivityJobContext,
): Promise<SensitivityReportView> {
  const started = performance.now();
  const { signal } = context;
  signal.throwIfAborted();
  const { kind, criterion, granularity, settings, samples = defaultSensitivitySamples, seed = 1 } = params;
  const { reportPath } = params;
  if (reportPath !== undefined) assertReportFree(reportPath);
  const folder = reportPath === undefined ? undefined : await makeReportFolder(path.dirname(reportPath));
  try {
    const progress = phases(context);
    progress('reading', 0, path.basename(params.path));
    const model = openModel(params.path);
    const data = await openSplits(params.data, seed, { input: model.graph.inputs[0]?.shape });
    const method = {
      ...(criterion !== undefined && { criterion }),
      ...(granularity !== undefined && { granularity }),
    };
    const measured = await sensitivity(
      model,
      { kind, data, samples, seed, ...method, ...(settings && { settings }) },
      {
        path: params.path,
        signal,
        progress: (done, layer) => progress('measuring', openingPart + (1 - openingPart) * done, layer),
      },
    );
    const { samples: used, accuracy, loss } = measured.baseline;
    const report: SensitivityReportView = {
      version: 1,
      kind: 'sensitivity',
      created: new Date().toISOString(),
      seconds: (performance.now() - started) / 1000,
      path: params.path,
      data: params.data,
      seed,
      step: kind,
      ...method,
      settings: measured.settings,
      baseline: {
        samples: used,
        ...(loss !== undefined && { loss: Number.isFinite(loss) ? loss : null }),
        ...(accuracy !== undefined && { accuracy }),
      },
      layers: measured.layers,
      notes: [...model.notes, ...measured.notes],
    };
    signal.throwIfAborted();
    if (reportPath !== undefined) {
      await writeReportFiles(report, sensitivityMarkdown(report), reportPath, params.jobId);
    }
    return report;
  } catch (error) {
    await folder?.removeIfMade();
    throw error;
  }
}
