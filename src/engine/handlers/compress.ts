// A compression job: the new file and its report in the run's folder.
import path from 'node:path';
import { compressModel } from '../../core/experiment/compressModel';
import type { ProgressView } from '../../shared/contracts/viewModels';
import type { EngineHandlers } from './engineHandlers';
import { followed } from './followed';

export function compress(emitProgress: (progress: ProgressView) => void): EngineHandlers['compress'] {
  return ({ runFolder, ...params }, signal) =>
    followed(emitProgress, (progress) =>
      compressModel({ ...params, reportPath: path.join(runFolder, 'report.json') }, { signal, progress }),
    );
}
