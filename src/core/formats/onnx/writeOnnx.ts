// The files of a model in ONNX. Nothing of it is in memory as a whole: files are made chunk by chunk.
import path from 'node:path';
import { CounterweightError } from '../../../shared/base/errors';
import { externalDataPath } from '../../../shared/base/externalData';
import type { Model } from '../../ir/graph';
import type { OutputFile } from '../format';
import { chunksOf, encodeMessage, type Encoded } from './encodeMessage';
import { ModelProtoSchema } from './onnx_pb';
import { hasExternalData, placeInside, placeOutside, type PlacedModel } from './placeContent';
import { modelToProto } from './writeModel';

/** Protobuf messages are limited to 2 GiB less one byte. */
const largestMessage = 2 ** 31 - 1;

/**
 * The files of a model: the external data file first, where there is one, then the model. A model whose data was
 * external keeps it so; one that is too large for a message (`limit`, given by tests) gets external data.
 * Throws MODEL_TOO_LARGE.
 */
export function writeOnnx(model: Model, file: string, limit = largestMessage): readonly OutputFile[] {
  const proto = modelToProto(model);
  const location = externalDataPath(path.basename(file));
  const attempts: (() => PlacedModel)[] = [
    () => (hasExternalData(proto) ? placeOutside(proto, location, 'kept') : { proto, data: undefined }),
    () => placeOutside(proto, location, 'all'),
  ];
  let length = 0;
  for (const attempt of attempts) {
    const placed = attempt();
    const encoded = encodeMessage(ModelProtoSchema, placed.proto);
    length = encoded.length;
    if (length > limit) continue;
    const modelFile = { path: file, chunks: chunks(encoded) };
    if (!placed.data) return [modelFile];
    return [{ path: path.join(path.dirname(file), location), chunks: placed.data.chunks() }, modelFile];
  }
  throw new CounterweightError('MODEL_TOO_LARGE', { bytes: length, limit });
}

/** The model as one file in memory, all data inside. Throws MODEL_TOO_LARGE. */
export function encodeOnnx(model: Model, limit = largestMessage): Uint8Array {
  const encoded = encodeMessage(ModelProtoSchema, placeInside(modelToProto(model)).proto);
  if (encoded.length > limit)
    throw new CounterweightError('MODEL_TOO_LARGE', { bytes: encoded.length, limit });
  const bytes = new Uint8Array(encoded.length);
  let offset = 0;
  for (const chunk of chunksOf(encoded)) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

const smallPiece = 1 << 16;

/** The chunks of an encoded message, the many small ones joined: every chunk is a call to the system. */
function* chunks(encoded: Encoded): Generator<Uint8Array> {
  let joined: Uint8Array[] = [];
  let length = 0;
  for (const chunk of chunksOf(encoded)) {
    if (length + chunk.length > smallPiece && length > 0) {
      yield Buffer.concat(joined, length);
      joined = [];
      length = 0;
    }
    if (chunk.length > smallPiece) {
      yield chunk;
    } else {
      joined.push(chunk);
      length += chunk.length;
    }
  }
  if (length > 0) yield Buffer.concat(joined, length);
}
