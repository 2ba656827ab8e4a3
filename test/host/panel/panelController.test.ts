// The panel's states, with an engine whose answers come in every order.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LockedLayers } from '../../../src/host/models/lockedLayers';
import { PanelController } from '../../../src/host/panel/panelController';
import type { Run } from '../../../src/host/runs/runRecord';
import { CounterweightError } from '../../../src/shared/base/errors';
import type { SensitivityReportView } from '../../../src/shared/contracts/sensitivityViews';
import type { LayerDetailView } from '../../../src/shared/contracts/layerViews';
import { curves, diagnosis, report } from '../runs/fakeJobs';
import { model, tensor } from '../views/exampleModel';
import { lockMemory } from '../models/lockMemory';
import { FakeEngine } from './fakeEngine';

let engine = new FakeEngine();
let controller: PanelController;
let run: Run | undefined;
let selections: string[] = [];
let locks: LockedLayers;

beforeEach(() => {
  locks = new LockedLayers(lockMemory());
  engine = new FakeEngine();
  run = undefined;
  selections = [];
  controller = new PanelController({
    engine,
    readModel: (path) =>
      path === '/bad.onnx'
        ? Promise.reject(new CounterweightError('FILE_EMPTY', { path }))
        : Promise.resolve(model(path)),
    findRun: () => Promise.resolve(run),
    findSensitivity: () => undefined,
    locks,
  });
  controller.onDidSelect(({ layer }) => selections.push(layer));
});

afterEach(() => controller.dispose());

/** Lets everything that is ready to run, run. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function detail(layer: string): LayerDetailView {
  return { layer, before: { tensor: tensor(`${layer}.weight`) } } as LayerDetailView;
}

function aRun(state: Run['record']['state'], rest: Partial<Run> = {}): Run {
  const record = {
    version: 1,
    kind: 'compress',
    state,
    model: '/models/net.onnx',
    steps: [{ prune: { sparsity: 0.8 } }],
    output: '/models/net.prune80.onnx',
    jobId: 'job1',
    created: '',
    owner: { pid: 1, session: '' },
  } as const;
  return { folder: '/runs/a', record, ...rest };
}

describe('A panel that is asked for a model', () => {
  it('shows that it reads, then the model with its largest layer', async () => {
    const kinds: (string | undefined)[] = [];
    controller.onDidChange((state) => kinds.push(state.subject?.kind));
    void controller.show({ kind: 'model', path: '/a.onnx' });
    await settle();
    expect(kinds).toEqual(['loading', 'model', 'model']);
    expect(controller.state.selectedLayer).toBe('fc2');
    engine.last('layer').answer(detail('fc2'));
    await settle();
    expect(controller.state.detail).toEqual({ kind: 'ready', detail: detail('fc2') });
  });

  it('shows what is wrong with a file that cannot be read', async () => {
    await controller.show({ kind: 'model', path: '/bad.onnx' });
    expect(controller.state.subject).toEqual({
      kind: 'failed',
      path: '/bad.onnx',
      message: '/bad.onnx is empty. Export or download the model again.',
    });
  });

  it('gives every snapshot a higher revision', async () => {
    const revisions: number[] = [];
    controller.onDidChange(({ revision }) => revisions.push(revision));
    void controller.show({ kind: 'model', path: '/a.onnx' }, 'fc1');
    await settle();
    expect(revisions).toEqual(revisions.toSorted((a, b) => a - b));
    expect(new Set(revisions).size).toBe(revisions.length);
  });

  it('forgets a model whose reading ends after another was asked for', async () => {
    void controller.show({ kind: 'model', path: '/a.onnx' });
    void controller.show({ kind: 'model', path: '/b.onnx' });
    await settle();
    expect(controller.model?.path).toBe('/b.onnx');
    expect(engine.calls.map(({ params }) => params['path'])).toEqual(['/b.onnx']);
  });
});

describe('Selecting', () => {
  beforeEach(async () => {
    void controller.show({ kind: 'model', path: '/a.onnx' }, 'fc1');
    await settle();
  });

  it('cancels the detail that is on its way and never shows it', async () => {
    const first = engine.last('layer');
    void controller.selectLayer('fc3');
    expect(first.signal?.aborted).toBe(true);
    engine.last('layer').answer(detail('fc3'));
    first.answer(detail('fc1'));
    await settle();
    expect(controller.state.detail).toEqual({ kind: 'ready', detail: detail('fc3') });
    expect(selections).toEqual(['fc1', 'fc3']);
  });

  it('a layer without weights asks the engine nothing', async () => {
    const before = engine.calls.length;
    await controller.selectLayer('relu');
    expect(engine.calls).toHaveLength(before);
    expect(controller.state).toMatchObject({ selectedLayer: 'relu', detail: { kind: 'none' } });
  });

  it('a layer that the model does not have changes nothing', async () => {
    const { revision } = controller.state;
    await controller.selectLayer('nowhere');
    expect(controller.state.revision).toBe(revision);
  });

  it('a layer that only the result of a run has is asked for too', async () => {
    const layer = {
      name: 'fc1/new',
      operator: 'Gemm',
      change: 'added',
      parameters: 0,
      sparsityBefore: null,
      sparsityAfter: 0,
      bytesBefore: 0,
      bytesAfter: 4,
      typeBefore: null,
      typeAfter: 'float32',
    } as const;
    run = aRun('finished', {
      report: report({ layers: [layer, { ...layer, name: 'old', change: 'removed' }] }),
    });
    void controller.show({ kind: 'run', folder: '/runs/a' });
    await settle();
    void controller.selectLayer('fc1/new');
    expect(engine.last('layer').params).toMatchObject({
      layer: 'fc1/new',
      compressed: '/models/net.prune80.onnx',
    });
    void controller.selectLayer('old');
    expect(engine.last('layer').params).toMatchObject({ layer: 'fc1/new' });
    expect(selections).not.toContain('fc1/new');
  });

  it('a tensor asks for that tensor of the selected layer', async () => {
    void controller.selectTensor('fc1.bias');
    await settle();
    expect(engine.last('layer').params).toEqual({ path: '/a.onnx', layer: 'fc1', tensor: 'fc1.bias' });
  });

  it('shows why a layer cannot be shown', async () => {
    engine.last('layer').fail(new CounterweightError('LAYER_UNKNOWN', { path: '/a.onnx', layer: 'fc1' }));
    await settle();
    expect(controller.state.detail).toEqual({ kind: 'failed', message: '/a.onnx has no layer fc1.' });
  });

  it('finer cells are asked for the tensor that is on show', async () => {
    engine.last('layer').answer(detail('fc1'));
    await settle();
    const region = { row: 0, column: 0, rows: 4, columns: 4 };
    void controller.region('before', region, new AbortController().signal);
    expect(engine.last('region').params).toEqual({
      path: '/a.onnx',
      layer: 'fc1',
      tensor: 'fc1.weight',
      side: 'before',
      region,
    });
  });

  it('the weights on one grid are asked for the tensor that is on show', async () => {
    engine.last('layer').answer(detail('fc1'));
    await settle();
    void controller.grid(3, new AbortController().signal);
    expect(engine.last('grid').params).toEqual({
      path: '/a.onnx',
      layer: 'fc1',
      tensor: 'fc1.weight',
      index: 3,
    });
  });

  it('schemes are compared once, and stand for steps of all layers or of one', async () => {
    const { signal } = new AbortController();
    expect(() => controller.stepsFor('int4', undefined)).toThrow(CounterweightError);
    const first = controller.schemes(signal);
    const answer = { schemes: [{ id: 'int4', options: { bits: 4 } }] };
    engine.last('schemes').answer(answer);
    expect(await first).toBe(answer);
    expect(await controller.schemes(signal)).toBe(answer);
    expect(engine.calls.filter(({ name }) => name === 'schemes')).toHaveLength(1);
    expect(controller.stepsFor('int4', undefined)).toEqual([{ quantize: { bits: 4 } }]);
    expect(controller.stepsFor('int4', 'fc1')).toEqual([{ quantize: { perLayer: { fc1: { bits: 4 } } } }]);
    expect(() => controller.stepsFor('int8', undefined)).toThrow(CounterweightError);
  });
});

describe('A panel that is asked for a run', () => {
  it('shows the job while it runs, and its result when it is there', async () => {
    run = aRun('running', { progress: { phase: 'pruning', fraction: 0.5 } });
    await controller.show({ kind: 'run', folder: '/runs/a' });
    expect(controller.state.subject).toMatchObject({
      kind: 'job',
      job: { id: 'job1', progress: { fraction: 0.5 } },
    });
    run = aRun('finished', { report: report() });
    void controller.update(run);
    await settle();
    expect(controller.state.subject?.kind).toBe('experiment');
    expect(engine.last('layer').params).toMatchObject({
      path: '/models/net.onnx',
      compressed: '/models/net.prune80.onnx',
    });
    expect(controller.files).toEqual(['/models/net.onnx', '/models/net.prune80.onnx', '/runs/a']);
  });

  it('shows curves, and what can be done about the job', async () => {
    run = aRun('running', { progress: { phase: 'training', fraction: 0.2 }, curves: curves(2) });
    await controller.show({ kind: 'run', folder: '/runs/a' });
    expect(controller.state.subject).toMatchObject({
      job: { curves: { epochs: 10 }, paused: false, canPause: true },
    });
    void controller.update({ ...run, paused: true });
    expect(controller.state.subject).toMatchObject({ job: { paused: true, canPause: true } });
    void controller.update({ ...run, cancelling: true });
    expect(controller.state.subject).toMatchObject({ job: { canPause: false } });
    void controller.update({ ...run, progress: { phase: 'measuring', fraction: 0.9 } });
    expect(controller.state.subject).toMatchObject({ job: { canPause: false } });
  });

  it('shows how far a run came that was cut off, and that it can go on', async () => {
    const failed = aRun('failed', { resumable: true, curves: curves(3) });
    const failure = { code: 'RUN_INTERRUPTED', values: {}, log: [] } as const;
    run = { ...failed, record: { ...failed.record, failure } };
    await controller.show({ kind: 'run', folder: '/runs/a' });
    expect(controller.state.subject).toMatchObject({
      kind: 'failed',
      resumable: true,
      curves: { history: [{ epoch: 1 }, { epoch: 2 }, { epoch: 3 }] },
    });
  });

  it('shows what each layer can bear, with the layers of the model and their locks', async () => {
    const sensitivity = { layers: [], path: '/models/net.onnx' } as unknown as SensitivityReportView;
    run = aRun('finished', { sensitivity });
    const view = model('/models/net.onnx');
    const [first, second] = view.layers.filter((layer) => layer.sparsity !== null).map(({ name }) => name);
    locks.set('/models/net.onnx', [first!, 'gone'], true);
    void controller.show({ kind: 'run', folder: '/runs/a' });
    await settle();
    expect(controller.state.subject).toEqual({ kind: 'sensitivity', model: view, report: sensitivity });
    expect(controller.state.locked).toEqual([first]);
    expect(controller.modelPath).toBe('/models/net.onnx');
    controller.lockLayers([second!, 'nobody knows it'], true);
    expect(controller.state.locked.toSorted()).toEqual([first!, second!].toSorted());
    expect(locks.of('/models/net.onnx')).toEqual([first, 'gone', second]);
    const { revision } = controller.state;
    locks.set('/models/other.onnx', ['x'], true);
    expect(controller.state.revision).toBe(revision);
  });

  it('shows what a diagnosis found', async () => {
    run = aRun('finished', { diagnosis: diagnosis() });
    await controller.show({ kind: 'run', folder: '/runs/a' });
    expect(controller.state.subject).toEqual({ kind: 'diagnosis', report: diagnosis() });
    expect(controller.modelPath).toBe('/models/net.onnx');
    expect(controller.runFolder).toBe('/runs/a');
    expect(controller.files).toEqual(['/models/net.onnx', '/runs/a']);
  });

  it('leaves another run alone', async () => {
    await controller.show({ kind: 'model', path: '/bad.onnx' });
    const { revision } = controller.state;
    await controller.update(aRun('finished', { report: report() }));
    expect(controller.state.revision).toBe(revision);
  });

  it.each([
    [aRun('cancelled'), 'cancelled'],
    [aRun('finished'), 'no report'],
    [undefined, 'no report'],
  ])('says what there is to say of one without a result', async (found, words) => {
    run = found;
    await controller.show({ kind: 'run', folder: '/runs/a' });
    expect(controller.state.subject).toMatchObject({
      kind: 'failed',
      message: expect.stringContaining(words) as string,
    });
  });
});

describe('A panel that is asked for a comparison', () => {
  it('lays the second model beside the first', async () => {
    void controller.show({ kind: 'comparison', before: '/a.onnx', after: '/b.onnx' });
    await settle();
    engine.last('compare').answer({ layers: [], outputs: [], comparedOn: '', notes: [] });
    await settle();
    expect(controller.state.subject).toMatchObject({ kind: 'comparison', after: { path: '/b.onnx' } });
    expect(engine.last('layer').params).toMatchObject({ path: '/a.onnx', compressed: '/b.onnx' });
  });

  it('has the reports of two runs with their results, as long as both are there', async () => {
    const runs = { before: '/runs/a', after: '/runs/b' };
    for (const [found, expected] of [
      [aRun('finished', { report: report() }), { before: report(), after: report() }],
      [undefined, undefined],
    ] as const) {
      run = found;
      void controller.show({ kind: 'comparison', before: '/a.onnx', after: '/b.onnx', runs });
      await settle();
      engine.last('compare').answer({ layers: [], outputs: [], comparedOn: '', notes: [] });
      await settle();
      const { subject } = controller.state;
      expect(subject?.kind === 'comparison' ? subject.runs : 'none').toEqual(expected);
      void controller.show({ kind: 'model', path: '/a.onnx' });
      await settle();
    }
  });
});
