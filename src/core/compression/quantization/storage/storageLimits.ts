// What the opset of a model does not let its weights be stored as, where it cannot be raised.
import type { Model } from '../../../ir/graph';
import { raiseOpset, type RaisedOpset } from '../../../operators/opsets/raiseOpset';
import { standardOpset } from '../../../operators/opsets/standardOpset';

export interface StorageLimits {
  readonly opset: number;
  /** Why groups cannot have scales of their own, in words; undefined where they can. */
  readonly groups: string | undefined;
  /** Why bfloat16 cannot be cast back, in words; undefined where it can. */
  readonly bfloat16: string | undefined;
}

/** DequantizeLinear has blocks since this version, and takes integers of 4 bits. */
export const blockedOpset = 21;

/** Cast knows bfloat16 since this version. */
export const bfloat16Opset = 13;

const known = new WeakMap<Model, StorageLimits>();

/** Found out once for each model, as estimates ask for every weight. */
export function storageLimits(model: Model): StorageLimits {
  const limits = known.get(model) ?? {
    opset: standardOpset(model),
    groups: obstacle(model, blockedOpset),
    bfloat16: obstacle(model, bfloat16Opset),
  };
  known.set(model, limits);
  return limits;
}

function obstacle(model: Model, needed: RaisedOpset): string | undefined {
  const raised = raiseOpset(model, needed);
  if ('model' in raised) return undefined;
  return `it needs opset ${needed}, to which this model cannot be raised because of ${raised.refused.join(', ')}`;
}
