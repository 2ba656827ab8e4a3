// What the panel shows of a search while it goes on and when it is over, and which files its page may open.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LockedLayers } from '../../../src/host/models/lockedLayers';
import { PanelController } from '../../../src/host/panel/panelController';
import type { Run } from '../../../src/host/runs/runRecord';
import { lockMemory } from '../models/lockMemory';
import { searchReport, trials } from '../runs/fakeJobs';

let run: Run;
let controller: PanelController;

const record = {
  version: 1,
  kind: 'search',
  model: '/models/found.onnx',
  data: 'glyphs',
  architectures: ['resnet-8'],
  budget: { measure: 'macs', limit: 2e6 },
  trials: 4,
  epochs: 6,
  jobId: 'job-1',
  created: '2026-01-02T03:04:05.000Z',
  owner: { pid: 1, session: 'this' },
} as const;

beforeEach(() => {
  controller = new PanelController({
    engine: { call: () => Promise.reject(new Error('nothing is asked of the engine')) },
    readModel: () => Promise.reject(new Error('no model is read')),
    findRun: () => Promise.resolve(run),
    findSensitivity: () => undefined,
    locks: new LockedLayers(lockMemory()),
  });
});
afterEach(() => controller.dispose());

describe('A panel that shows a search', () => {
  it('shows what was tried so far, and lets its networks be opened', async () => {
    const diverged = { ...trials(3).trials[2]!, train: null, validation: null, path: '' };
    const tried = { ...trials(2), trials: [...trials(2).trials, diverged] };
    run = {
      folder: '/runs/1',
      record: { ...record, state: 'running' },
      progress: { phase: 'training', fraction: 0.5 },
      trials: tried,
    };
    await controller.show({ kind: 'run', folder: '/runs/1' });
    expect(controller.state.subject).toMatchObject({
      kind: 'job',
      job: { id: 'job-1', title: 'found.onnx · search, macs ≤ 2M', search: tried, canPause: true },
    });
    expect(controller.files).toEqual(['/runs/1/trials/1/rung-0.onnx', '/runs/1/trials/2/rung-0.onnx']);
  });

  it('shows what one that was cancelled had tried, and that it can go on', async () => {
    run = {
      folder: '/runs/1',
      record: { ...record, state: 'cancelled' },
      resumable: true,
      trials: trials(2),
    };
    await controller.show({ kind: 'run', folder: '/runs/1' });
    expect(controller.state.subject).toMatchObject({ kind: 'failed', resumable: true, search: trials(2) });
    expect(controller.files).toEqual(['/runs/1/trials/1/rung-0.onnx', '/runs/1/trials/2/rung-0.onnx']);
  });

  it('shows the report of a finished one, and lets the winner be opened too', async () => {
    run = { folder: '/runs/1', record: { ...record, state: 'finished' }, search: searchReport() };
    await controller.show({ kind: 'run', folder: '/runs/1' });
    expect(controller.state.subject).toEqual({ kind: 'search', report: searchReport() });
    expect(controller.files).toHaveLength(5);
    expect(controller.files[0]).toBe('/models/found.onnx');
    expect(controller.runFolder).toBe('/runs/1');
  });
});
