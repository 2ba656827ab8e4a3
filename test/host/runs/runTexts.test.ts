// What a user reads of a run.
import { describe, expect, it } from 'vitest';
import type { Run, RunRecord } from '../../../src/host/runs/runRecord';
import {
  runItemTexts,
  runLabel,
  runOutcome,
  runTooltip,
  sizeChangeText,
  stepsText,
} from '../../../src/host/runs/runTexts';
import { report } from './fakeJobs';

function run(change: Partial<RunRecord>, rest: Partial<Run> = {}): Run {
  return {
    folder: '/runs/a',
    record: {
      version: 1,
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
    expect(stepsText([{ distill: {} }])).toBe('distill');
  });

  it('tells how far it is', () => {
    const progress = { phase: 'pruning', fraction: 0.4321, detail: 'conv1' } as const;
    expect(runOutcome(run({ state: 'running' }, { progress }))).toBe('43% · pruning · conv1');
    expect(runOutcome(run({ state: 'running' }))).toBe('Running in another window');
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
