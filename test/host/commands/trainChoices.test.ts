// What the answers to Train… mean, and what advice makes of a recipe.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dataTexts, describesData, glyphsFor } from '../../../src/host/commands/dataChoices';
import { applyEdit, changesOf, trainingOf, withTraining } from '../../../src/host/commands/recipeEdits';
import { RecentData } from '../../../src/host/commands/recentData';
import {
  currentPatience,
  currentValue,
  optionRange,
  parseOption,
  trainSteps,
} from '../../../src/host/commands/trainChoices';
import { describeOptions } from '../../../src/core/compression/describeOptions';
import { steps as stepTable } from '../../../src/core/compression/steps';
import type { StepOptionView, StepOptionsView } from '../../../src/shared/contracts/stepOptions';

const options: StepOptionsView = Object.fromEntries(
  stepTable.map(({ id, schema }) => [id, describeOptions(schema)]),
);

function option(name: string): StepOptionView {
  const found = options['train']?.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`No option ${name}`);
  return found;
}

describe('The steps of a training', () => {
  it('are one step with the preset, for a model that is trained for the first time', () => {
    expect(trainSteps([], { plan: 'gentle' })).toEqual([{ train: { epochs: 3, learningRate: 1e-4 } }]);
  });

  it('are those of the run that is repeated, with what was chosen anew', () => {
    const before = [{ prune: { sparsity: 0.5 } }, { train: { epochs: 2, weightDecay: 0.1 } }];
    expect(trainSteps(before, { plan: 'given' })).toBe(before);
    expect(trainSteps(before, { plan: 'custom', epochs: 9, patience: 5 })).toEqual([
      { prune: { sparsity: 0.5 } },
      { train: { epochs: 9, weightDecay: 0.1, earlyStopping: { patience: 5 } } },
    ]);
  });

  it('lose early stopping where it is not wanted', () => {
    const before = [{ train: { epochs: 2, earlyStopping: { patience: 3 } } }];
    expect(trainSteps(before, { plan: 'custom', patience: null })).toEqual([{ train: { epochs: 2 } }]);
  });

  it('train before the weights become integers', () => {
    expect(
      withTraining([{ prune: {} }, { quantize: {} }], { epochs: 1 }).map((step) => Object.keys(step)),
    ).toEqual([['prune'], ['train'], ['quantize']]);
  });

  it('of every preset are allowed', () => {
    for (const plan of ['gentle', 'train'] as const) {
      const training = trainingOf(trainSteps([], { plan }));
      expect(() => stepTable.find(({ id }) => id === 'train')?.parse(training)).not.toThrow();
    }
  });
});

describe('A figure', () => {
  it.each([
    ['epochs', '12', 12],
    ['epochs', ' 12 ', 12],
    ['epochs', '1.5', undefined],
    ['epochs', '0', undefined],
    ['epochs', '', undefined],
    ['learningRate', '1e-3', 0.001],
    ['learningRate', '0,01', 0.01],
    ['learningRate', '0', undefined],
    ['learningRate', '100', 100],
    ['learningRate', '101', undefined],
    ['learningRate', 'fast', undefined],
    ['learningRate', 'Infinity', undefined],
    ['momentum', '0', 0],
    ['momentum', '1', undefined],
  ])('of %s that is typed as %j is %s', (name, text, value) => {
    expect(parseOption(option(name), text)).toBe(value);
  });

  it('is allowed here exactly where the engine allows it', () => {
    const train = stepTable.find(({ id }) => id === 'train')!;
    const isAllowed = (name: string, value: number): boolean => {
      try {
        train.parse({ [name]: value });
        return true;
      } catch {
        return false;
      }
    };
    const names = fc.constantFrom('epochs', 'learningRate', 'batch', 'momentum', 'dropout', 'weightDecay');
    const values = fc.oneof(
      fc.integer({ min: -2, max: 70_000 }),
      fc.double({ min: -1, max: 101, noNaN: true }),
    );
    fc.assert(
      fc.property(names, values, (name, value) => {
        expect(parseOption(option(name), String(value)) !== undefined).toBe(isAllowed(name, value));
      }),
    );
  });

  it('has its range in words', () => {
    expect(optionRange(option('epochs'))).toBe('Enter a whole number: 1 ≤ n ≤ 100000.');
    expect(optionRange(option('learningRate'))).toBe('Enter a number: 0 < n ≤ 100.');
    expect(optionRange(option('momentum'))).toBe('Enter a number: 0 ≤ n < 1.');
  });

  it('is what the run had, else the default', () => {
    expect(currentValue([], option('batch'))).toBe('64');
    expect(currentValue([{ train: { batch: 16 } }], option('batch'))).toBe('16');
    expect(currentPatience([])).toBeNull();
    expect(currentPatience([{ train: { earlyStopping: { patience: 4 } } }])).toBe(4);
  });
});

describe('Advice', () => {
  const before = [{ prune: { sparsity: 0.5 } }, { train: { epochs: 2 } }];

  it('sets values by their path and puts new steps at the end', () => {
    const edit = {
      set: { 'train.weightDecay': 0.01, 'train.earlyStopping.patience': 3 },
      add: [{ prune: { sparsity: 0.8 } }],
    };
    expect(applyEdit(before, edit)).toEqual([
      { prune: { sparsity: 0.5 } },
      { train: { epochs: 2, weightDecay: 0.01, earlyStopping: { patience: 3 } } },
      { prune: { sparsity: 0.8 } },
    ]);
    expect(before[1]).toEqual({ train: { epochs: 2 } });
  });

  it('makes a step of its own where there is none to change', () => {
    expect(applyEdit([], { set: { 'train.dropout': 0.2 } })).toEqual([{ train: { dropout: 0.2 } }]);
  });

  it('cannot reach what all objects share', () => {
    applyEdit(before, { set: { 'train.__proto__.polluted': 1, '__proto__.polluted': 1 } });
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it('is told as what it changes, against the defaults where nothing was written', () => {
    const edit = {
      set: { 'train.weightDecay': 0.01, 'train.earlyStopping.patience': 3, 'train.epochs': 2 },
      add: [{ prune: { sparsity: 0.8 } }],
    };
    expect(changesOf(before, applyEdit(before, edit), options)).toEqual([
      'train.weightDecay: 0 → 0.01',
      'train.earlyStopping.patience: not set → 3',
      'then prune 80%',
    ]);
    expect(changesOf(before, before, options)).toEqual([]);
    expect(changesOf(before, before.slice(0, 1), options)).toEqual(['without train 2 epochs']);
  });
});

function inputs(shape: readonly (number | string | null)[]): Parameters<typeof glyphsFor>[0] {
  return { inputs: [{ name: 'x', type: 'float32', shape }] };
}

describe('Data', () => {
  it.each([
    [['batch', 1, 28, 28], 'glyphs'],
    [['batch', 1, 32, 32], 'glyphs:size=32'],
    [[1, 3, 32, 32], 'glyphs'],
    [[null, 1, 32, 16], 'glyphs'],
    [[null, 1, 'h', 'w'], 'glyphs'],
    [[1, 784], 'glyphs'],
  ] as const)('that is built in has the size of an input %j', (shape, spec) => {
    expect(glyphsFor(inputs(shape))).toBe(spec);
  });

  it('is named by the last part of its path', () => {
    expect(dataTexts('/data/digits.npz')).toEqual({ label: 'digits.npz', description: '/data' });
    expect(dataTexts('glyphs:samples=100')).toEqual({ label: 'Glyphs', description: 'samples=100' });
  });

  it('is described by a file with the keys of data', () => {
    expect(describesData('train: { images: a }\ntest: { images: b }')).toBe(true);
    expect(describesData('model: a.onnx\nsteps:\n  - train: { epochs: 3 }')).toBe(false);
  });

  it('that was used last comes first, five of it', () => {
    let stored: readonly string[] = [];
    const recent = new RecentData({ get: () => stored, set: (specs) => (stored = specs) });
    for (const spec of ['a', 'b', 'c', 'a', 'd', 'e', 'f']) recent.add(spec);
    expect(recent.specs).toEqual(['f', 'e', 'd', 'a', 'c']);
  });
});
