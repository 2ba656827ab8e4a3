// What the recipe steps can be told, asked from the engine.
import { CounterweightError } from '../../shared/base/errors';
import { cancelled } from '../../shared/contracts/contract';
import type { StepOptionsView } from '../../shared/contracts/stepOptions';
import type { EngineCalls } from '../engineCalls';

export async function stepOptions(engine: EngineCalls): Promise<StepOptionsView> {
  const options = await engine.call('stepOptions', {});
  if (options === cancelled) {
    throw new CounterweightError('CONNECTION_CLOSED', { reason: 'it is no longer needed' });
  }
  return options;
}
