// Models in memory as a runtime takes them: changed copies are run without being written to a disk.
import type { Model } from '../ir/graph';
import { encodeOnnx } from './onnx/writeOnnx';

/** The model as one ONNX file in memory, external data included, for running it. Throws MODEL_TOO_LARGE. */
export function modelToBytes(model: Model): Uint8Array {
  return encodeOnnx(model);
}
