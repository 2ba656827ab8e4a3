// The sessions of a run by batch size: full batches, and the one or two sizes of what an epoch leaves over.
import type { StepSession } from './stepSession';

export interface SessionCache {
  of(batch: number): Promise<StepSession>;
  /** Frees all of them. */
  dispose(): Promise<void>;
}

/** Each session holds memory for its values between nodes, so that what was not used for long is freed. */
const most = 3;

export function sessionCache(make: (batch: number) => Promise<StepSession>): SessionCache {
  // In the order of their last use.
  const sessions = new Map<number, StepSession>();
  return {
    of: async (batch) => {
      const session = sessions.get(batch) ?? (await make(batch));
      sessions.delete(batch);
      sessions.set(batch, session);
      const [oldest] = sessions.keys();
      if (sessions.size > most && oldest !== undefined) {
        const unused = sessions.get(oldest);
        sessions.delete(oldest);
        await unused?.dispose();
      }
      return session;
    },
    dispose: async () => {
      const all = [...sessions.values()];
      sessions.clear();
      await Promise.all(all.map((session) => session.dispose()));
    },
  };
}
