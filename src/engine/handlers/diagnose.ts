// A job that finds out whether a model or a run overfits: its report in a folder of its own.
import path from 'node:path';
import { diagnoseModel } from '../../core/experiment/diagnoseModel';
import type { EngineHandlers } from './engineHandlers';
import { runJob, type JobLinks } from './jobContext';

export function diagnose(links: JobLinks): EngineHandlers['diagnose'] {
  return (params, signal) =>
    runJob(links, signal, (context) =>
      diagnoseModel({ ...params, reportPath: path.join(params.runFolder, 'report.json') }, context),
    );
}
