// What schemes of quantization would do to a model, side by side.
import { compareSchemes } from '../../core/experiment/schemes/compareSchemes';
import type { ProgressView } from '../../shared/contracts/viewModels';
import type { EngineHandlers } from './engineHandlers';
import { followed } from './followed';

export function schemes(emitProgress: (progress: ProgressView) => void): EngineHandlers['schemes'] {
  return ({ path }, signal) =>
    followed(emitProgress, (progress) =>
      compareSchemes(path, {
        signal,
        progress: (fraction, detail) =>
          progress({ phase: 'measuring', fraction, ...(detail !== undefined && { detail }) }),
      }),
    );
}
