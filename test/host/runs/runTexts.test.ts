// What a user reads of a run.
import { describe, expect, it } from 'vitest';
import type { CompressRecord, Run } from '../../../src/host/runs/runRecord';
import {
  runItemTexts,
  runLabel,
  runOutcome,
  runTooltip,
  sizeChangeText,
  stepsText,
} from '../../../src/host/runs/runTexts';
import { curves, diagnosis, report } from './fakeJobs';

function run(change: Partial<CompressRecord>, rest: Partial<Run> = {}): Run {
  return {
    folder: '/runs/a',
    record: {
      version: 1,
      kind: 'compress',
      state: 'finished',
      model: '/models/net.onnx',
      steps: [
        { prune: { sparsity: 0.8, scope: 'global' } },
        { quantize: { bits: 8, granularity: 'channel' } },
      ],
      output: '/models/net.prune80.int8.onnx',
      jobId: 'abc',
      created: '2026-01-01T00:00:00.000Z',
      owner: { pid: 1, session: 's' },
      ...change,
    },
    ...rest,
  };
}

describe('A run in the list', () => {
  it('tells its outcome first, then what it was', () => {
    expect(runItemTexts(run({}, { report: report() }))).toEqual({
      label: '4.1× smaller · 80% zero',
      description: 'net.onnx · prune 80% + int8 per channel',
    });
    expect(runItemTexts(run({ state: 'cancelled' })).label).toBe('Cancelled');
  });

  it('is named after its model and its steps', () => {
    expect(runLabel(run({}))).toBe('net.onnx · prune 80% + int8 per channel');
    expect(stepsText([{ quantize: { granularity: 'tensor' } }])).toBe('int8 per tensor');
    expect(stepsText([{ prune: { sparsity: 0.975 } }])).toBe('prune 97.5%');
    expect(stepsText([{ train: { epochs: 20 } }])).toBe('train 20 epochs');
    expect(stepsText([{ train: { epochs: 1 } }])).toBe('train 1 epoch');
    expect(stepsText([{ distill: {} }])).toBe('distill');
  });

  it('tells how far it is', () => {
    const progress = { phase: 'pruning', fraction: 0.4321, detail: 'conv1' } as const;
    expect(runOutcome(run({ state: 'running' }, { progress }))).toBe('43% · pruning · conv1');
    expect(runOutcome(run({ state: 'running' }))).toBe('Running in another window');
  });

  it('tells its epoch and its validation loss while it trains, and that it is paused', () => {
    const progress = { phase: 'training', fraction: 0.3 } as const;
    const training = run({ state: 'running' }, { progress, curves: curves(3) });
    expect(runOutcome(training)).toBe('30% · epoch 3 of 10 · loss 0.5');
    expect(runOutcome({ ...training, paused: true })).toBe('Paused · epoch 3 of 10 · loss 0.5');
    expect(runOutcome({ ...training, curves: curves(0) })).toBe('30% · training');
    const writing = { ...training, progress: { phase: 'writing', fraction: 0.9 } as const };
    expect(runOutcome(writing)).toBe('90% · writing');
  });

  it('says so where a loss is no number', () => {
    const progress = { phase: 'training', fraction: 0.3 } as const;
    const [epoch] = curves(1).history;
    const diverged = curves(1, { history: [{ ...epoch!, trainLoss: null, validationLoss: null }] });
    expect(runOutcome(run({ state: 'running' }, { progress, curves: diverged }))).toBe('30% · epoch 1 of 10');
  });

  it('that trained tells its verdict and how good the file is', () => {
    const trained = { ...curves(3), ended: 'allEpochs', seconds: 1, frozen: [] } as const;
    const verdict = { ...trained, diagnosis: { verdict: 'overfit', evidence: [], advice: [] } } as const;
    const measured = { loss: 0.42, samples: 100 };
    const both = {
      before: { train: measured, validation: measured },
      after: { train: measured, validation: measured },
    };
    const one = report({ steps: [{ train: { epochs: 3 } }], training: [verdict], generalization: both });
    expect(runOutcome(run({}, { report: one }))).toBe('Overfit · loss 0.42');
    const accuracy = { before: { ...measured, accuracy: 0.5 }, after: { ...measured, accuracy: 0.913 } };
    expect(runOutcome(run({}, { report: { ...one, accuracy } }))).toBe('Overfit · accuracy 91.3%');
    const pruned = { ...one, accuracy, steps: [{ prune: {} }, { train: { epochs: 3 } }] };
    expect(runOutcome(run({}, { report: pruned }))).toBe(
      '4.1× smaller · 80% zero · Overfit · accuracy 91.3%',
    );
  });

  it('of a diagnosis is named so, and tells its verdict and the gap', () => {
    const { steps: _, output: __, ...record } = run({}).record as CompressRecord;
    const judged: Run = {
      folder: '/runs/a',
      record: { ...record, kind: 'diagnosis', learningCurve: false, data: 'glyphs' },
      diagnosis: diagnosis(),
    };
    expect(runItemTexts(judged)).toEqual({
      label: 'Overfit · loss gap 0.5',
      description: 'net.onnx · overfitting diagnosis',
    });
    expect(runTooltip(judged)).toContain('Data: glyphs');
  });

  it('tells its result', () => {
    expect(runOutcome(run({}, { report: report() }))).toBe('4.1× smaller · 80% zero');
    expect(runOutcome(run({}))).toBe('Report is missing');
  });

  it('tells why it failed', () => {
    const failure = { code: 'OUTPUT_EXISTS', values: { path: '/a.onnx' }, log: ['last words'] } as const;
    const failed = run({ state: 'failed', failure });
    const { label, description } = runItemTexts(failed);
    expect(label).toBe('Failed');
    expect(description).toMatch(/^net\.onnx · prune 80% \+ int8 per channel · \/a\.onnx exists already/);
    expect(runTooltip(failed)).toContain('    last words');
  });

  it('that was cut off while it trained tells how far it came', () => {
    const interrupted = { code: 'RUN_INTERRUPTED', values: {}, log: [] } as const;
    const cut = run({ state: 'failed', failure: interrupted }, { curves: curves(3) });
    expect(runOutcome(cut)).toBe('Interrupted · epoch 3 of 10 · loss 0.5');
    expect(runOutcome(run({ state: 'cancelled' }, { curves: curves(5) }))).toBe(
      'Cancelled · epoch 5 of 10 · loss 0.3',
    );
  });

  it('cannot be written into by the names of files', () => {
    const tooltip = runTooltip(run({ model: '/m/[x](command:evil) <b>|.onnx' }));
    expect(tooltip).toContain(String.raw`\[x\]\(command:evil\)`);
    expect(tooltip).toContain(String.raw`\<b\>\|`);
  });
});

describe('The change of size', () => {
  it.each([
    [0.25, '4.0× smaller'],
    [0.05, '20× smaller'],
    [1, undefined],
    [0.999, undefined],
    [1.3, '1.3× larger'],
  ])('of ratio %d reads %s', (ratio, text) => {
    expect(sizeChangeText(ratio)).toBe(text);
  });
});
