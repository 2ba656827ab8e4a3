// A job that compresses or trains: the new file and its report in the run's folder.
import path from 'node:path';
import { compressModel } from '../../core/experiment/compressModel';
import type { EngineHandlers } from './engineHandlers';
import { runJob, type JobLinks } from './jobContext';

export function compress(links: JobLinks): EngineHandlers['compress'] {
  return (params, signal) =>
    runJob(links, signal, (context) =>
      compressModel({ ...params, reportPath: path.join(params.runFolder, 'report.json') }, context),
    );
}
