// What a diagnosis says beside its verdict: advice in the order of its effect, and evidence that is measured apart from
// the curves.
import { describe, expect, test } from 'vitest';
import { diagnose } from '../../../../src/core/analysis/overfitting/diagnose';
import {
  balancedPoints,
  classRun,
  codes,
  epochs,
  learningCurve,
  overfitPoints,
  response,
  underfitPoints,
} from './histories';

describe('advice', () => {
  test('for overfitting is to stop where the validation loss was lowest, then what usually helps', () => {
    const { advice } = diagnose(classRun(overfitPoints));
    expect(advice.map(({ note, edit }) => [note.code, edit])).toEqual([
      ['ADVICE_STOP_AT', { set: { 'train.epochs': 4 } }],
      ['ADVICE_MORE_DATA', undefined],
      ['ADVICE_WEIGHT_DECAY', { set: { 'train.weightDecay': 1e-4 } }],
      ['ADVICE_DROPOUT', { set: { 'train.dropout': 0.3 } }],
      ['ADVICE_EARLY_STOPPING', { set: { 'train.earlyStopping.patience': 5 } }],
      ['ADVICE_PRUNE', { add: [{ prune: { sparsity: 0.5 } }] }],
    ]);
  });

  test('puts first what was measured to help most', () => {
    const compression = response(0.9, 0.58, 0.98);
    const { advice } = diagnose(
      classRun(overfitPoints, { learningCurve: learningCurve([2, 1.6, 1.3, 0.9]), compression }),
    );
    expect(advice.map(({ note }) => note.code).slice(0, 3)).toEqual([
      'ADVICE_STOP_AT',
      'ADVICE_MORE_DATA_MEASURED',
      'ADVICE_PRUNE_MEASURED',
    ]);
  });

  test('goes on from the options that the run had', () => {
    const options = { learningRate: 1e-3, weightDecay: 1e-3, dropout: 0.5, earlyStopping: { patience: 3 } };
    const { advice } = diagnose(classRun(overfitPoints, { options }));
    const set = advice.map(({ edit }) => edit?.set);
    expect(set).toContainEqual({ 'train.weightDecay': 0.01 });
    expect(advice.map(({ note }) => note.code)).not.toContain('ADVICE_DROPOUT');
    expect(advice.map(({ note }) => note.code)).not.toContain('ADVICE_EARLY_STOPPING');
  });

  test('for divergence is a tenth of the learning rate, then limited gradients', () => {
    const { advice } = diagnose(classRun([{ train: null, validation: null }]));
    expect(advice.slice(0, 2).map(({ edit }) => edit?.set)).toEqual([
      { 'train.learningRate': 1e-4 },
      { 'train.clipNorm': 1 },
    ]);
  });

  test('for underfitting lets go of what holds the network back', () => {
    const options = { learningRate: 1e-3, weightDecay: 0.01, dropout: 0.5 };
    const { advice } = diagnose(classRun(underfitPoints, { options }));
    expect(advice[0]?.edit?.set).toEqual({ 'train.weightDecay': 0, 'train.dropout': 0 });
    expect(advice.map(({ note }) => note.code)).toContain('ADVICE_WIDER');
  });
});

describe('evidence beside the curves', () => {
  test('tells whether more data helped', () => {
    for (const [last, code] of [
      [0.9, 'DATA_HELPS'],
      [1.28, 'DATA_HELPS_NOT'],
    ] as const) {
      const facts = classRun(balancedPoints, { learningCurve: learningCurve([2, 1.6, 1.3, last]) });
      expect(codes(diagnose(facts))).toContain(code);
    }
  });

  test('tells whether pruning closes the gap, where there is one worth closing', () => {
    for (const [compression, code] of [
      [response(0.8, 0.6), 'PRUNING_HELPS'],
      [response(0.8, 0.78), 'PRUNING_HELPS_NOT'],
      [response(0.8, 0.6, 1.2), 'PRUNING_HELPS_NOT'],
      [response(0.05, 0), 'PRUNING_HELPS_NOT'],
      [response(-0.1, -0.2), 'PRUNING_HELPS_NOT'],
    ] as const) {
      expect(codes(diagnose(classRun(balancedPoints, { compression })))).toContain(code);
    }
  });

  test('names layers with unusual spectra and counts those that were not fitted', () => {
    const spectrum = [
      { layer: 'fc1', exponent: 1.7, eigenvalues: 300 },
      { layer: 'fc2', exponent: 3.2, eigenvalues: 100 },
      { layer: 'fc3', exponent: 8.25, eigenvalues: 60 },
      { layer: 'fc4', exponent: null, eigenvalues: 10, reason: 'too few' },
    ];
    const found = diagnose(classRun(balancedPoints, { spectrum })).evidence.map(({ note }) => note);
    expect(found).toContainEqual({ code: 'SPECTRUM_OVERTRAINED', values: { layers: 'fc1 (1.7)' } });
    expect(found).toContainEqual({ code: 'SPECTRUM_UNDERTRAINED', values: { layers: 'fc3 (8.3)' } });
    expect(found).toContainEqual({ code: 'SPECTRUM_TYPICAL', values: { count: 1, layers: 3 } });
    expect(found).toContainEqual({ code: 'SPECTRUM_SKIPPED', values: { count: 1, reason: 'too few' } });
  });

  test('wonders about validation that is better than training', () => {
    const better = balancedPoints.map((point) => ({
      ...point,
      trainAccuracy: 0.8,
      validationAccuracy: 0.95,
    }));
    const found = diagnose(classRun(better));
    expect(found.evidence.find(({ note }) => note.code === 'VALIDATION_BETTER')?.speaksFor).toBe('leaking');
  });

  test('comes within a fraction of a millisecond, for it is made after every epoch', () => {
    const facts = classRun(epochs(1000, () => overfitPoints[3]!));
    const started = performance.now();
    for (let i = 0; i < 20; i++) diagnose(facts);
    expect((performance.now() - started) / 20).toBeLessThan(20);
  });
});
