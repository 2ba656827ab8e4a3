// The type machinery of contracts. A contract is one interface: a row per request with its parameters and its
// answer, a row per event with its payload; calls, handlers and events derive from it.

/** The contract of a side that serves nothing. */
export interface NoContract {
  readonly serves: 'nothing';
}

/** A call that was cancelled: an answer like any other, which the compiler makes callers look at. */
export const cancelled = Symbol('cancelled');
export type Cancelled = typeof cancelled;

export type RequestName<C> = C extends { requests: infer R } ? keyof R & string : never;
export type Params<C, K> = C extends { requests: infer R }
  ? K extends keyof R
    ? R[K] extends [infer P, unknown]
      ? P
      : never
    : never
  : never;
export type Answer<C, K> = C extends { requests: infer R }
  ? K extends keyof R
    ? R[K] extends [unknown, infer A]
      ? A
      : never
    : never
  : never;
export type EventName<C> = C extends { events: infer E } ? keyof E & string : never;
export type Payload<C, K> = C extends { events: infer E } ? (K extends keyof E ? E[K] : never) : never;

/** One handler per request; a missing one does not compile. The signal is aborted when the caller cancels. */
export type Handlers<C> = {
  readonly [K in RequestName<C>]: (
    params: Params<C, K>,
    signal: AbortSignal,
  ) => Promise<Answer<C, K>> | Answer<C, K>;
};
