// The version of the standard operators that a model is written in.
import type { Model } from '../../ir/graph';

/** Version of the standard operator domain, which some files call "ai.onnx"; 1 where the model does not state it. */
export function standardOpset(model: Model): number {
  return model.opsets.get('') ?? model.opsets.get('ai.onnx') ?? 1;
}

/** Whether a domain is that of the standard operators. */
export function isStandardDomain(domain: string): boolean {
  return domain === '' || domain === 'ai.onnx';
}
