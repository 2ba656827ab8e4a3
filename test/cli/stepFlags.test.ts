// How flags become the steps of a compression.
import { describe, expect, it } from 'vitest';
import { quantizePresets } from '../../src/cli/quantizePresets';
import { stepsOf } from '../../src/cli/stepFlags';
import { parseSteps } from '../../src/core/compression/steps';
import { CounterweightError } from '../../src/shared/base/errors';

describe('the flags of compress', () => {
  it('name steps in the order in which they are applied', () => {
    expect(stepsOf({ quantize: 'int8', prune: '0.8', set: [] })).toEqual([
      { prune: { sparsity: 0.8 } },
      { quantize: { bits: 8 } },
    ]);
    expect(stepsOf({ train: '3', prune: '0.8', set: [] })).toEqual([
      { prune: { sparsity: 0.8 } },
      { train: { epochs: 3 } },
    ]);
  });

  it('set options of groups, and truth values', () => {
    const set = ['train.earlyStopping.patience=3', 'train.augment.flip=true', 'train.augment.rotate=10'];
    expect(stepsOf({ train: '5', set })).toEqual([
      { train: { epochs: 5, earlyStopping: { patience: 3 }, augment: { flip: true, rotate: 10 } } },
    ]);
  });

  it('set options of the steps that were named', () => {
    const set = ['prune.scope=layer', 'quantize.granularity=tensor', 'quantize.scheme=asymmetric'];
    const steps = stepsOf({ prune: '0.5', quantize: 'int8', set });
    expect(steps).toEqual([
      { prune: { sparsity: 0.5, scope: 'layer' } },
      { quantize: { bits: 8, granularity: 'tensor', scheme: 'asymmetric' } },
    ]);
    expect(parseSteps(steps)).toHaveLength(2);
  });

  it('prune in a pattern or below a threshold', () => {
    const pattern = { keep: 2, of: 4 };
    expect(stepsOf({ prune: '2:4', set: [] })).toEqual([{ prune: { granularity: 'n:m', pattern } }]);
    expect(stepsOf({ prune: 'below:0.1', set: [] })).toEqual([{ prune: { threshold: 0.1 } }]);
    expect(() => parseSteps(stepsOf({ prune: '4:2', set: [] }))).toThrow(/pattern\.keep must be smaller/);
    expect(() => parseSteps(stepsOf({ prune: 'below:zero', set: [] }))).toThrow(/threshold must be/);
  });

  it('name layers in brackets', () => {
    const set = ['prune.exclude=[conv1, /features/0/Conv]', 'quantize.exclude=[]'];
    expect(stepsOf({ prune: '0.5', quantize: 'int8', set })).toEqual([
      { prune: { sparsity: 0.5, exclude: ['conv1', '/features/0/Conv'] } },
      { quantize: { bits: 8, exclude: [] } },
    ]);
  });

  it.each(Object.keys(quantizePresets))('know the type %s, whose options the step takes', (type) => {
    const [step] = parseSteps(stepsOf({ quantize: type, set: [] }));
    expect(step?.suffix).toBe(type);
  });

  it('let a later setting win', () => {
    expect(stepsOf({ prune: '0.5', set: ['prune.sparsity=0.6', 'prune.sparsity=0.7'] })).toEqual([
      { prune: { sparsity: 0.7 } },
    ]);
  });

  it.each([
    [{ set: [] }, 'USAGE', 'Name what to do'],
    [{ prune: '0.5', set: ['scope=layer'] }, 'USAGE', 'step.option=value'],
    [{ prune: '0.5', set: ['prune.scope'] }, 'USAGE', 'step.option=value'],
    [{ prune: '0.5', set: ['quantize.bits=8'] }, 'USAGE', 'needs --quantize'],
    [{ prune: '0.5', set: ['prun.scope=layer'] }, 'STEP_INVALID', 'the nearest is prune'],
    [{ prune: '0.5', set: ['prune.scop=layer'] }, 'STEP_INVALID', 'the nearest is scope'],
    [{ prune: '0.5', set: ['prune.scope=galaxy'] }, 'STEP_INVALID', 'global or layer'],
    [{ prune: '1.5', set: [] }, 'STEP_INVALID', '1.5'],
    [{ prune: '-0.1', set: [] }, 'STEP_INVALID', '-0.1'],
    [{ prune: 'most', set: [] }, 'STEP_INVALID', 'most'],
    [{ prune: '', set: [] }, 'STEP_INVALID', 'sparsity'],
    [{ quantize: 'int9', set: [] }, 'USAGE', '--quantize int9 is not one of int8, '],
    [{ quantize: 'toString', set: [] }, 'USAGE', 'toString'],
  ])('%o fail with %s', (flags, code, words) => {
    try {
      parseSteps(stepsOf(flags));
    } catch (error) {
      expect(CounterweightError.is(error) && error.code).toBe(code);
      expect((error as Error).message).toContain(words);
      return;
    }
    expect.fail('nothing was refused');
  });
});
