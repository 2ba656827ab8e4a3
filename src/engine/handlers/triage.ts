// A job that finds out what makes a quantized model worse: its report beside that of the run which made the model.
import path from 'node:path';
import { measureTriage } from '../../core/experiment/triage/measureTriage';
import type { EngineHandlers } from './engineHandlers';
import { runJob, type JobLinks } from './jobContext';

export function triage(links: JobLinks): EngineHandlers['triage'] {
  return ({ runFolder, ...params }, signal) =>
    runJob(links, signal, ({ progress }) =>
      measureTriage({ ...params, reportPath: path.join(runFolder, 'triage.json') }, { signal, progress }),
    );
}
