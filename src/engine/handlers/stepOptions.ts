// The options of every recipe step with their ranges and defaults, for the forms in the editor.
import { describeOptions } from '../../core/compression/describeOptions';
import { steps } from '../../core/compression/steps';
import type { EngineHandlers } from './engineHandlers';

export const stepOptions: EngineHandlers['stepOptions'] = () =>
  Object.fromEntries(steps.map(({ id, schema }) => [id, describeOptions(schema)]));
