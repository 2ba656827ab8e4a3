// What the rest of the host asks of the engine, whichever process answers.
import type { Cancelled, Answer, Params, RequestName } from '../shared/contracts/contract';
import type { EngineContract } from '../shared/contracts/engineContract';

export interface EngineCalls {
  /** Answers exactly once; rejects with a CounterweightError, also when the process dies. */
  call<K extends RequestName<EngineContract>>(
    name: K,
    params: Params<EngineContract, K>,
    signal?: AbortSignal,
  ): Promise<Answer<EngineContract, K> | Cancelled>;
}
