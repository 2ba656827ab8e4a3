// Sums up a model file.
import { inspectModel } from '../../core/analysis/inspectModel';
import type { EngineHandlers } from './engineHandlers';

export const inspect: EngineHandlers['inspect'] = ({ path }, signal) => inspectModel(path, signal);
