// What a compression would weigh, for the choices in the editor.
import { estimateCompression } from '../../core/experiment/estimate';
import type { EngineHandlers } from './engineHandlers';

export const estimate: EngineHandlers['estimate'] = (params, signal) => estimateCompression(params, signal);
