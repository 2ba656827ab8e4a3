// The job behind Find Out Why It Is Worse…: opens both models and the validation samples, tries the suspects, and writes
// the report.
import path from 'node:path';
import type { TriageReportView } from '../../../shared/contracts/triageViews';
import type { ProgressView } from '../../../shared/contracts/viewModels';
import { saturationOf, thisMachine } from '../../compression/quantization/activations/saturation';
import { openSplits } from '../../data/openData';
import { openModel } from '../../formats/openModel';
import { phases } from '../runProgress';
import { assertReportFree, makeReportFolder, writeReportFiles } from '../writeReport';
import { triage } from './triage';
import { triageMarkdown } from './triageMarkdown';

export interface TriageParams {
  /** The model file before quantization. */
  readonly original: string;
  readonly quantized: string;
  /** As the command line's --data; its validation samples are measured on, never its test samples. */
  readonly data: string;
  /** At most as many validation samples; 500 where not given. */
  readonly samples?: number;
  /** Of what is held out for validation, and of everything random; 1 where not given. */
  readonly seed?: number;
  /** Where the report goes as JSON, with one as Markdown beside it; nothing is written where it is not given. */
  readonly reportPath?: string;
  /** Marks the temporary files of this job. */
  readonly jobId: string;
}

export interface TriageJobContext {
  readonly signal: AbortSignal;
  readonly progress: (progress: ProgressView) => void;
}

export const defaultTriageSamples = 500;

/** The part of the time that opening the models and the data takes. */
const openingPart = 0.03;

/**
 * Throws what opening the models and the data throws, what `triage` throws, and OUTPUT_EXISTS or OUTPUT_UNWRITABLE; then
 * nothing is written.
 */
export async function measureTriage(
  params: TriageParams,
  context: TriageJobContext,
): Promise<TriageReportView> {
  const started = performance.now();
  const { signal } = context;
  signal.throwIfAborted();
  const { samples = defaultTriageSamples, seed = 1, reportPath } = params;
  if (reportPath !== undefined) assertReportFree(reportPath);
  const folder = reportPath === undefined ? undefined : await makeReportFolder(path.dirname(reportPath));
  try {
    const progress = phases(context);
    progress('reading', 0, path.basename(params.quantized));
    const original = openModel(params.original);
    const quantized = openModel(params.quantized);
    const data = await openSplits(params.data, seed, { input: original.graph.inputs[0]?.shape });
    const found = await triage({
      original,
      quantized,
      data: data.validation,
      samples,
      saturation: saturationOf(thisMachine()),
      signal,
      progress: (done) => progress('measuring', openingPart + (1 - openingPart) * done),
    });
    const { loss, accuracy, samples: used } = found.baseline;
    const { after } = found;
    const report: TriageReportView = {
      version: 1,
      kind: 'triage',
      created: new Date().toISOString(),
      seconds: (performance.now() - started) / 1000,
      original: params.original,
      quantized: params.quantized,
      data: params.data,
      seed,
      samples: used,
      before: qualityOf({ loss, accuracy }),
      after: { ...qualityOf(after), kl: finite(after.kl), mse: finite(after.mse) },
      causes: found.causes,
      notes: [...original.notes, ...quantized.notes, ...found.notes],
    };
    signal.throwIfAborted();
    if (reportPath !== undefined) {
      await writeReportFiles(report, triageMarkdown(report), reportPath, params.jobId);
    }
    return report;
  } catch (error) {
    await folder?.removeIfMade();
    throw error;
  }
}

function qualityOf({ loss, accuracy }: { loss?: number | undefined; accuracy?: number | undefined }) {
  return {
    ...(loss !== undefined && { loss: finite(loss) }),
    ...(accuracy !== undefined && { accuracy }),
  };
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
