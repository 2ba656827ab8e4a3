// What a run keeps in its folder: its recipe, its epochs each once, and checkpoints until it is done.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readEventFile } from './tensorboard/readEventFile';
import { openRunFiles, readEvents } from '../../../src/core/experiment/runFiles';
import type { CurvesView, EpochView } from '../../../src/shared/contracts/viewModels';
import { CounterweightError } from '../../../src/shared/base/errors';
import { useTempFolder } from '../../support/tempFolder';

const folder = useTempFolder();
const recipe = { model: '/nets/a.onnx', data: 'glyphs', seed: 1, steps: [{ train: { epochs: 3 } }] };

function epoch(number: number): EpochView {
  return { epoch: number, trainLoss: 1 / (number + 1), validationLoss: 1, learningRate: 0.1, seconds: 1 };
}

function curves(epochs: number): CurvesView {
  return {
    step: 0,
    epochs: 3,
    history: Array.from({ length: epochs + 1 }, (_, number) => epoch(number)),
    bestEpoch: null,
    loss: 'crossEntropy',
    samples: { train: 10, validation: 5 },
    parameters: 1,
    diagnosis: { verdict: 'undecided', evidence: [], advice: [] },
  };
}

const open = (resume: boolean) => openRunFiles(folder.file('run'), recipe, { resume, jobId: 'job' });
const events = () => readEvents(folder.file('run/events.jsonl'));

describe('the folder of a run', () => {
  it('holds the recipe and every epoch once, over interruptions', async () => {
    const first = await open(false);
    await first.recordCurves(curves(0));
    await first.recordCurves(curves(1));
    // The machine went down in the middle of a line.
    writeFileSync(folder.file('run/events.jsonl'), '{"event":"epo', { flag: 'a' });
    mkdirSync(first.checkpointFolder);
    const second = await open(true);
    await second.recordCurves(curves(1));
    await second.recordCurves(curves(3));
    const written = await events();
    expect(written.flatMap((line) => (line.event === 'epoch' ? [line.epoch] : []))).toEqual([0, 1, 2, 3]);
    expect(written.filter(({ event }) => event !== 'epoch').map(({ event }) => event)).toEqual([
      'started',
      'resumed',
    ]);
    expect(readFileSync(folder.file('run/recipe.yaml'), 'utf8')).toContain('model: /nets/a.onnx');
  });

  it('is not begun anew over checkpoints, and has none when the run is done', async () => {
    const files = await open(false);
    mkdirSync(files.checkpointFolder);
    await expect(open(false)).rejects.toMatchObject({ code: 'RUN_UNFINISHED' });
    await (await open(true)).finish();
    expect(existsSync(files.checkpointFolder)).toBe(false);
    await expect(open(false)).resolves.toBeDefined();
  });

  it('tells how the run ended, and begins anew over an earlier one', async () => {
    const first = await open(false);
    await first.recordCurves(curves(2));
    await first.finish();
    const other = { ...recipe, seed: 2 };
    const second = await openRunFiles(folder.file('run'), other, { resume: false, jobId: 'job' });
    await second.recordCurves(curves(0));
    await second.stop(new CounterweightError('DATA_INVALID', { data: 'x', problem: 'y' }));
    const third = await open(true);
    await third.stop(new DOMException('cancelled', 'AbortError'));
    const told = (await events()).map((line) => (line.event === 'failed' ? line.code : line.event));
    expect(told.join(' ')).toBe(
      'started epoch epoch epoch finished started epoch DATA_INVALID resumed cancelled',
    );
    expect(readFileSync(folder.file('run/recipe.yaml'), 'utf8')).toContain('seed: 2');
  });

  it('counts the epochs of all steps through for TensorBoard', async () => {
    const files = await open(false);
    await files.recordCurves(curves(2));
    await files.recordCurves({ ...curves(1), step: 2 });
    const [name = ''] = readdirSync(folder.file('run/tensorboard'));
    const read = readEventFile(readFileSync(folder.file(`run/tensorboard/${name}`)));
    expect(read.slice(1).map(({ step, scalars }) => [step, scalars['loss/train']])).toEqual([
      [0, 1],
      [1, 0.5],
      [2, Math.fround(1 / 3)],
      [2, 1],
      [3, 0.5],
    ]);
  });
});
