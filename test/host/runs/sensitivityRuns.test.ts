// Measurements of what layers can bear among the runs: started like any job, read again later, and told in words.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseSensitivity, type Run } from '../../../src/host/runs/runRecord';
import { runItemTexts, runTooltip, stepsText } from '../../../src/host/runs/runTexts';
import type { SensitivityReportView } from '../../../src/shared/contracts/sensitivityViews';
import { useRuns } from './runsFixture';

const at = useRuns();

const asked = {
  kind: 'sensitivity',
  model: '/models/net.onnx',
  data: 'glyphs',
  method: 'prune',
  granularity: 'channel',
} as const;

const report: SensitivityReportView = {
  version: 1,
  kind: 'sensitivity',
  created: '2026-01-02T03:04:05.000Z',
  seconds: 2,
  path: '/models/net.onnx',
  data: 'glyphs',
  seed: 1,
  step: 'prune',
  granularity: 'channel',
  settings: [0.5],
  baseline: { accuracy: 0.9, loss: 0.3, samples: 100 },
  layers: [
    { name: 'conv1', operator: 'Conv', parameters: 100, points: [{ setting: 0.5, kl: 0.4, mse: 1 }] },
    { name: 'fc', operator: 'Gemm', parameters: 100, points: [{ setting: 0.5, kl: 0.1, mse: 1 }] },
  ],
  notes: [],
};

describe('A measurement of what layers can bear', () => {
  it('is a job of the engine on the model and its data', async () => {
    const run = await at.experiments.start(asked);
    expect(at.jobs.last.kind).toBe('sensitivity');
    const { jobId } = run.record;
    expect(at.jobs.last.params).toEqual({
      path: '/models/net.onnx',
      data: 'glyphs',
      kind: 'prune',
      granularity: 'channel',
      runFolder: run.folder,
      jobId,
    });
  });

  it('is finished with its report, also after a reload', async () => {
    const run = await at.experiments.start(asked);
    const end = at.ended();
    at.jobs.last.finish(report);
    expect((await end).sensitivity).toEqual(report);
    writeFileSync(path.join(run.folder, 'report.json'), JSON.stringify(report));
    at.reopen();
    await at.experiments.refresh();
    expect(at.experiments.find(run.folder)?.sensitivity).toEqual(report);
  });

  it('that did not get to its end starts anew', async () => {
    const run = await at.experiments.start(asked);
    const end = at.ended();
    at.experiments.cancel(run);
    const { record, resumable } = await end;
    expect([record.state, resumable]).toEqual(['cancelled', undefined]);
  });

  it('names the layer that bears least', () => {
    const record = { ...asked, version: 1, state: 'finished', jobId: 'j', created: '' } as const;
    const run: Run = {
      folder: '/runs/a',
      record: { ...record, owner: { pid: 1, session: '' } },
      sensitivity: report,
    };
    expect(runItemTexts(run)).toEqual({
      label: 'conv1 is the most sensitive',
      description: 'net.onnx · sensitivity to fewer channels',
    });
    expect(runTooltip(run)).toContain('Data: glyphs');
    const quantized: Run = { ...run, record: { ...run.record, ...asked, method: 'quantize' } };
    expect(runItemTexts(quantized).description).toBe('net.onnx · sensitivity to quantization');
  });

  it.each([
    ['another kind', { kind: 'diagnosis' }],
    ['layers without points', { layers: [{ name: 'conv' }] }],
    ['no baseline', { baseline: null }],
    ['an unknown step', { step: 'distill' }],
  ])('is not taken from a file with %s', (_, change) => {
    expect(parseSensitivity(JSON.stringify({ ...report, ...change }))).toBeUndefined();
    expect(parseSensitivity(JSON.stringify(report))).toEqual(report);
  });
});

describe('the steps of a pruning', () => {
  it('tell how many layers are locked', () => {
    expect(stepsText([{ prune: { sparsity: 0.9, exclude: ['a', 'b'] } }])).toBe('prune 90% (2 locked)');
    expect(stepsText([{ prune: { sparsity: 0.9 } }])).toBe('prune 90%');
  });
});
