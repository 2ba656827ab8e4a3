// ONNX as a format of the product.
import path from 'node:path';
import type { Model } from '../../ir/graph';
import type { Format } from '../format';
import { ModelProtoSchema, type ModelProto } from './onnx_pb';
import { originOf } from './origin';
import { looksEncodedAs } from './readMessage';
import { readOnnx, type ModelRead } from './readModel';
import { writeOnnx } from './writeOnnx';

export const onnxFormat: Format = {
  id: 'onnx',
  title: 'ONNX',
  extensions: ['.onnx'],
  sniff: (head) => looksEncodedAs(ModelProtoSchema, head),
  read: readOnnx,
  write: (model, file) => writeOnnx(model, file),
  files: (model, file) => {
    const names = externalFiles(model).map((name) => path.join(path.dirname(path.resolve(file)), name));
    return [path.resolve(file), ...names];
  },
};

function externalFiles(model: Model): readonly string[] {
  return originOf<ModelProto, ModelRead>(model, ModelProtoSchema)?.read.externalFiles ?? [];
}
