// Every request that the engine serves, and the file that answers it.
import type { Handlers } from '../../shared/contracts/contract';
import type { EngineContract } from '../../shared/contracts/engineContract';
import { architectures } from './architectures';
import { checkRecipe } from './checkRecipe';
import { compare } from './compare';
import { compress } from './compress';
import { diagnose } from './diagnose';
import { estimate } from './estimate';
import { inspect } from './inspect';
import type { JobLinks } from './jobContext';
import { layerHandlers } from './layer';
import { schemes } from './schemes';
import { search } from './search';
import { sensitivity } from './sensitivity';
import { triage } from './triage';
import { stepOptions } from './stepOptions';

export type EngineHandlers = Handlers<EngineContract>;

export function engineHandlers(links: JobLinks): EngineHandlers {
  return {
    inspect,
    ...layerHandlers(),
    schemes: schemes(links.emitProgress),
    estimate,
    stepOptions,
    checkRecipe,
    compress: compress(links),
    diagnose: diagnose(links),
    sensitivity: sensitivity(links),
    triage: triage(links),
    architectures,
    search: search(links),
    pause: ({ paused }) => links.gate.set(paused),
    compare: compare(links.emitProgress),
  };
}
