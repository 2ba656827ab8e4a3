// Steps that took long are kept: a run that was stopped goes on behind them, and ends as one that was not.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { newModel } from '../../../src/core/architectures/architectures';
import { compressModel } from '../../../src/core/experiment/compressModel';
import { prune } from '../../../src/core/compression/pruning/prune';
import { saveModel } from '../../../src/core/formats/saveModel';
import type { ReportView, StepsView } from '../../../src/shared/contracts/viewModels';
import { useTempFolder } from '../../support/tempFolder';

const folder = useTempFolder();
const steps = [{ prune: { sparsity: 0.75 } }, { train: { epochs: 6 } }, { quantize: {} }];

/** A clock in whose time every step takes long. */
function slowClock(): void {
  const start = performance.now();
  let calls = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => start + 5000 * calls++);
}

afterEach(() => {
  vi.restoreAllMocks();
});

interface Job {
  readonly name?: string;
  readonly resume?: boolean;
  readonly steps?: StepsView;
  readonly seed?: number;
  /** Aborts after so many epochs of training. */
  readonly stopAt?: number;
}

async function run({ name = 'out', stopAt, ...job }: Job): Promise<ReportView> {
  const path = folder.file('new.onnx');
  const model = newModel({ architecture: 'mlp', input: [1, 12, 12], classes: 10, width: 0.25, seed: 1 });
  if (!existsSync(path)) await saveModel(model, path, { jobId: 'test' });
  const controller = new AbortController();
  const runFolder = folder.file(`run-${name}`);
  return compressModel(
    {
      path,
      steps,
      output: folder.file(`${name}.onnx`),
      reportPath: `${runFolder}/report.json`,
      runFolder,
      data: 'glyphs:samples=400,size=12',
      jobId: 'job',
      ...job,
    },
    {
      signal: controller.signal,
      progress: () => undefined,
      curves: ({ history }) => {
        if (history.length === stopAt) controller.abort();
      },
    },
  );
}

function kept(name = 'out'): readonly string[] {
  return readdirSync(folder.file(`run-${name}/checkpoint`)).toSorted();
}

/** A run that was stopped in its training, behind a pruning that took long. */
async function stopped(name = 'out'): Promise<void> {
  slowClock();
  await expect(run({ name, stopAt: 3 })).rejects.toMatchObject({ name: 'AbortError' });
  vi.restoreAllMocks();
}

describe('a step that took long', () => {
  it('is not made again, and the run ends with the same file and report', async () => {
    const whole = await run({ name: 'whole' });
    await stopped();
    expect(kept()).toEqual(['step-0.json', 'step-0.onnx', 'step-1']);
    const parse = vi.spyOn(prune, 'parse');
    const parsed = prune.parse({ sparsity: 0.75 });
    const apply = vi.fn(parsed.apply);
    parse.mockReturnValue({ ...parsed, apply });
    const resumed = await run({ resume: true });
    expect(apply).not.toHaveBeenCalled();
    expect(readFileSync(folder.file('out.onnx')).equals(readFileSync(folder.file('whole.onnx')))).toBe(true);
    expect(resumed.compressed.sparsity).toBe(whole.compressed.sparsity);
    expect(resumed.notes).toEqual(whole.notes);
    expect(resumed.training!.map(({ step, bestEpoch }) => [step, bestEpoch])).toEqual(
      whole.training!.map(({ step, bestEpoch }) => [step, bestEpoch]),
    );
    expect(existsSync(folder.file('run-out/checkpoint'))).toBe(false);
  });

  it('is made again where it went fast, with the same result', async () => {
    await run({ name: 'whole' });
    await expect(run({ stopAt: 3 })).rejects.toMatchObject({ name: 'AbortError' });
    expect(kept()).toEqual(['step-1']);
    await run({ resume: true });
    expect(readFileSync(folder.file('out.onnx')).equals(readFileSync(folder.file('whole.onnx')))).toBe(true);
  });

  it('is made again where only its model was written', async () => {
    await stopped();
    rmSync(folder.file('run-out/checkpoint/step-0.json'));
    slowClock();
    const report = await run({ resume: true });
    expect(report.compressed.sparsity).toBeCloseTo(0.75, 2);
  });

  it('is refused where the run is another one', async () => {
    await stopped();
    const mismatch = { code: 'CHECKPOINT_MISMATCH', values: { difference: 'recipe' } };
    await expect(run({ resume: true, seed: 2 })).rejects.toMatchObject(mismatch);
    await expect(
      run({ resume: true, steps: [{ prune: { sparsity: 0.5 } }, ...steps.slice(1)] }),
    ).rejects.toMatchObject(mismatch);
    const other = newModel({ architecture: 'mlp', input: [1, 12, 12], classes: 10, width: 0.25, seed: 2 });
    rmSync(folder.file('new.onnx'));
    await saveModel(other, folder.file('new.onnx'), { jobId: 'test' });
    await expect(run({ resume: true })).rejects.toMatchObject({ values: { difference: 'model' } });
  });

  it('is told of where it is damaged', async () => {
    await stopped();
    writeFileSync(folder.file('run-out/checkpoint/step-0.json'), '{"version":');
    await expect(run({ resume: true })).rejects.toMatchObject({ code: 'CHECKPOINT_DAMAGED' });
  });
});
