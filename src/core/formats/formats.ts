// The table of file formats. Reading tries them in order: the first one whose `sniff` knows the content is it.
import type { Model } from '../ir/graph';
import type { Format } from './format';
import { onnxFormat } from './onnx/onnxFormat';

export const formats: readonly Format[] = [onnxFormat];

/** The format that a model was read from or made for. */
export function formatOf(model: Model): Format {
  const format = formats.find((candidate) => candidate.id === model.format);
  if (!format) throw new Error(`There is no format ${model.format}`);
  return format;
}
