import type { Model } from '../ir/graph';
import { encodeOnnx } from './onnx/writeOnnx';

/** The model as one ONNX file in memory, external data included, for running it. Throws MODEL_TOO_LARGE. */
export function modelToBytes(model: Model): Uint8Array {
  return encodeOnnx(model);
}
