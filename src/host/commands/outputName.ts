// Names of the files that runs write: the model's own, and what was done to it.
import path from 'node:path';
import { quantizedType } from '../../shared/base/quantizedType';
import type { StepsView } from '../../shared/contracts/viewModels';

/** Like model.prune80.int8.onnx or model.train20.onnx; steps of other kinds go by their names. */
export function outputFileName(model: string, steps: StepsView): string {
  const { name, ext } = path.parse(model);
  const suffixes = steps
    .flatMap((step) => Object.entries(step))
    .map(([id, options]) => suffixOf(id, options));
  return [name, ...suffixes].join('.') + ext;
}

function suffixOf(id: string, options: Readonly<Record<string, unknown>>): string {
  const { sparsity, epochs, ratio, with: form } = options;
  if (id === 'prune' && typeof sparsity === 'number') return `prune${Number((100 * sparsity).toFixed(2))}`;
  if (id === 'train' && typeof epochs === 'number') return `train${epochs}`;
  if (id === 'replace' && typeof form === 'string') return form.replace('depthwise-', '');
  if (id === 'lowRank' && typeof ratio === 'number') return `lowrank${Number((100 * ratio).toFixed(2))}`;
  if (id === 'quantize') return quantizedType(options);
  return id;
}
