// The layers that pruning leaves alone: kept by model, told of when they change, and carried into the steps of a run.
import { describe, expect, it } from 'vitest';
import { excludedBy, LockedLayers, withLocks } from '../../../src/host/models/lockedLayers';
import type { ModelView } from '../../../src/shared/contracts/viewModels';
import { model } from '../views/exampleModel';
import { lockMemory } from './lockMemory';

describe('the locks of a model', () => {
  it('are kept by its path, over a restart, and told of when they change', () => {
    const memory = lockMemory();
    const locks = new LockedLayers(memory);
    const told: string[] = [];
    locks.onDidChange((path) => told.push(path));
    locks.set('/a.onnx', ['conv'], true);
    locks.set('/b.onnx', ['fc'], true);
    locks.set('/a.onnx', ['fc', 'head'], true);
    expect(new LockedLayers(memory).of('/a.onnx')).toEqual(['conv', 'fc', 'head']);
    expect(locks.of('/b.onnx')).toEqual(['fc']);
    locks.set('/a.onnx', ['conv', 'fc'], false);
    expect(locks.of('/a.onnx')).toEqual(['head']);
    expect(told).toEqual(['/a.onnx', '/b.onnx', '/a.onnx', '/a.onnx']);
  });

  it('say nothing where nothing changes, and leave nothing behind', () => {
    const memory = lockMemory();
    const locks = new LockedLayers(memory);
    const told: string[] = [];
    locks.onDidChange((path) => told.push(path));
    locks.set('/a.onnx', ['conv'], false);
    locks.set('/a.onnx', ['conv'], true);
    locks.set('/a.onnx', ['conv'], true);
    expect(told).toHaveLength(1);
    locks.set('/a.onnx', ['conv'], false);
    expect(memory.get()).toEqual({});
    expect(locks.of('constructor')).toEqual([]);
  });

  it('are those of layers with weights that the file has still', () => {
    const view: ModelView = model('/a.onnx');
    const [withWeights] = view.layers.filter(({ sparsity }) => sparsity !== null);
    const without = view.layers.find(({ sparsity }) => sparsity === null);
    const locks = new LockedLayers(lockMemory());
    const names = [withWeights!.name, 'gone', ...(without ? [without.name] : [])];
    locks.set('/a.onnx', names, true);
    expect(locks.in(view)).toEqual([withWeights!.name]);
  });
});

describe('steps with locks', () => {
  const steps = [{ prune: { sparsity: 0.5, exclude: ['old'] } }, { train: { epochs: 1 } }];

  it('leave exactly the locked layers out of every pruning', () => {
    expect(withLocks(steps, ['conv'])).toEqual([
      { prune: { sparsity: 0.5, exclude: ['conv'] } },
      { train: { epochs: 1 } },
    ]);
    expect(withLocks(steps, [])).toEqual([{ prune: { sparsity: 0.5 } }, { train: { epochs: 1 } }]);
    expect(steps[0]).toEqual({ prune: { sparsity: 0.5, exclude: ['old'] } });
  });

  it('tell which layers they leave out', () => {
    expect(excludedBy(steps)).toEqual(['old']);
    expect(excludedBy([{ prune: { exclude: ['a', 3, 'b'] } }, { prune: { exclude: ['a'] } }])).toEqual([
      'a',
      'b',
    ]);
  });
});
