// Every request that the engine serves, and the file that answers it.
import type { Handlers } from '../../shared/contracts/contract';
import type { EngineContract } from '../../shared/contracts/engineContract';
import type { ProgressView } from '../../shared/contracts/viewModels';
import { compare } from './compare';
import { compress } from './compress';
import { estimate } from './estimate';
import { inspect } from './inspect';
import { layerHandlers } from './layer';

export type EngineHandlers = Handlers<EngineContract>;

export function engineHandlers(emitProgress: (progress: ProgressView) => void): EngineHandlers {
  return {
    inspect,
    ...layerHandlers(),
    estimate,
    compress: compress(emitProgress),
    compare: compare(emitProgress),
  };
}
