// A job that measures what each layer of a model can bear: its report in a folder of its own.
import path from 'node:path';
import { measureSensitivity } from '../../core/experiment/sensitivity/measureSensitivity';
import type { EngineHandlers } from './engineHandlers';
import { runJob, type JobLinks } from './jobContext';

export function sensitivity(links: JobLinks): EngineHandlers['sensitivity'] {
  return ({ runFolder, ...params }, signal) =>
    runJob(links, signal, ({ progress }) =>
      measureSensitivity(
        { ...params, reportPath: path.join(runFolder, 'report.json') },
        { signal, progress },
      ),
    );
}
