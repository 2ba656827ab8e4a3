// Order and filter of the Layers tree.
import { describe, expect, it } from 'vitest';
import { arrangeLayers, type LayerOrder } from '../../../src/host/views/layerNodes';
import { model } from './exampleModel';

function names(order: LayerOrder, filter = ''): string[] {
  return arrangeLayers(model(), order, filter).map(({ name }) => name);
}

describe('The layers of a model', () => {
  it.each([
    ['graph', ['fc1', 'relu', 'fc2', 'fc3']],
    ['size', ['fc2', 'fc1', 'fc3', 'relu']],
    ['macs', ['fc2', 'fc1', 'relu', 'fc3']],
    ['sparsity', ['fc3', 'fc1', 'fc2', 'relu']],
  ] as const)('in the order of %s have the largest first and the unknown last', (order, expected) => {
    expect(names(order)).toEqual(expected);
  });

  it('are filtered by name, operator and tensors, without regard to case', () => {
    expect(names('graph', 'FC2')).toEqual(['fc2']);
    expect(names('graph', ' relu ')).toEqual(['relu']);
    expect(names('graph', 'weight')).toEqual(['fc1', 'fc2', 'fc3']);
    expect(names('graph', 'nothing')).toEqual([]);
  });
});
