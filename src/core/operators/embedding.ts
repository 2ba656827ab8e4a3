// The fused input layer of BERT-like networks: words, positions and segments looked up, added and normalized.
import type { Operator, WeightInput } from './operator';

const tables: readonly WeightInput[] = [
  { input: 2, role: 'weight', outputAxis: 0 },
  { input: 3, role: 'weight', outputAxis: 0 },
  { input: 4, role: 'weight', outputAxis: 0 },
  { input: 5, role: 'normalization' },
  { input: 6, role: 'normalization' },
];

export const embeddingOperators: readonly Operator[] = [
  embedding('EmbedLayerNormalization', false),
  embedding('QEmbedLayerNormalization', true),
];

function embedding(name: string, quantized: boolean): Operator {
  return {
    name,
    domain: 'com.microsoft',
    weights: () => (quantized ? tables.map((table) => ({ ...table, quantized })) : tables),
    shape: ({ inputShape }) => {
      const ids = inputShape(0);
      const words = inputShape(2);
      const shape = ids && words && [...ids, words[1]];
      return [{ shape }, { shape: ids && [ids[0]] }, { shape }];
    },
  };
}
