// Differences of two model files.
import { compareModels } from '../../core/analysis/compareModels';
import type { ProgressView } from '../../shared/contracts/viewModels';
import type { EngineHandlers } from './engineHandlers';
import { followed } from './followed';

export function compare(emitProgress: (progress: ProgressView) => void): EngineHandlers['compare'] {
  return (params, signal) =>
    followed(emitProgress, (progress) =>
      compareModels(params, {
        signal,
        progress: (fraction, detail) =>
          progress({ phase: 'comparing', fraction, ...(detail !== undefined && { detail }) }),
      }),
    );
}
