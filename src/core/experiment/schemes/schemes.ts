// The schemes that are compared before one is chosen: one row each, with the options of the step that writes it.
import type { SchemeId } from '../../../shared/contracts/schemeViews';

export interface Scheme {
  readonly id: SchemeId;
  /** Of the step `quantize`; what is not given has its default. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** From the most bytes to the fewest. With few bits it pays to cut off what is rare, so that they fit their ranges. */
export const schemes: readonly Scheme[] = [
  { id: 'float16', options: { scheme: 'float16' } },
  { id: 'bfloat16', options: { scheme: 'bfloat16' } },
  { id: 'int8', options: { bits: 8, granularity: 'channel' } },
  { id: 'int8-tensor', options: { bits: 8, granularity: 'tensor' } },
  { id: 'int4-group', options: { bits: 4, granularity: 'group', groupSize: 32, observer: 'mse' } },
  { id: 'int4', options: { bits: 4, granularity: 'channel', observer: 'mse' } },
  { id: 'int3-group', options: { bits: 3, granularity: 'group', groupSize: 32, observer: 'mse' } },
  { id: 'int2-group', options: { bits: 2, granularity: 'group', groupSize: 32, observer: 'mse' } },
];
