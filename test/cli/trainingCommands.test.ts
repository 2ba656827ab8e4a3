// `new`, `train` and `evaluate` as a user runs them: what they write and say, and how a training run survives being
// cancelled and killed.
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { openModel } from '../../src/core/formats/openModel';
import type { EvaluationView } from '../../src/shared/contracts/evaluationView';
import type { EpochView, MeasureView, ModelView, ReportView } from '../../src/shared/contracts/viewModels';
import { useUntrainedProject } from './support/untrainedProject';
import { startCli, type CliResult } from './support/runCli';

const { temp, cli, run, writeUntrained } = useUntrainedProject();

const data = '--data glyphs:samples=300,size=12';
interface TrainDocument {
  readonly history: readonly EpochView[];
  readonly verdict: string;
  readonly test?: MeasureView;
  readonly report: ReportView;
}

async function trained(args: string): Promise<TrainDocument> {
  const { code, stdout, stderr } = await run(`${args} --json`);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as TrainDocument;
}

describe('new', () => {
  it('writes a network and answers as inspect does', async () => {
    const made = await run(`new lenet-300-100 --input 1x28x28 --classes 10 -o m.onnx --json`);
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(made.stdout).toBe((await run('inspect m.onnx --json')).stdout);
    const view = JSON.parse(made.stdout) as ModelView;
    expect(view.totals.parameters).toBe(266_610);
    expect(view.outputs).toEqual([{ name: 'logits', type: 'float32', shape: ['batch', 10] }]);
  });

  it('prints the layers for people', async () => {
    const { stdout } = await run('new mlp --input 1x12x12 --classes 10 --width 0.125 -o m.onnx');
    expect(stdout).toMatch(/^Wrote m\.onnx\n/);
    expect(stdout).toMatch(/^fc1 +Gemm +4,640 /m);
  });

  it('makes the same file for the same seed, and never overwrites one', async () => {
    const command = 'new mlp --input 16 --classes 3 --seed';
    for (const [seed, file] of ['7 -o a.onnx', '7 -o b.onnx', '8 -o c.onnx'].map((end) =>
      end.split(' -o '),
    )) {
      expect((await run(`${command} ${seed} -o ${file}`)).code).toBe(0);
    }
    const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((name) => readFile(temp.file(`${name}.onnx`))));
    expect(a?.equals(b!)).toBe(true);
    expect(a?.equals(c!)).toBe(false);
    const again = await run(`${command} 9 -o a.onnx`);
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(/^error: OUTPUT_EXISTS: /);
    expect((await readFile(temp.file('a.onnx'))).equals(a!)).toBe(true);
  });

  it.each([
    ['new lenet --input 1x28x28 --classes 10 -o m.onnx', 'ARCHITECTURE_INVALID', 'known are lenet-300-100'],
    ['new lenet-5 --input 1x8x8 --classes 10 -o m.onnx', 'ARCHITECTURE_INVALID', 'too small'],
    ['new lenet-5 --input 1x28x28 -o m.onnx', 'ARCHITECTURE_INVALID', 'needs a number of classes'],
    ['new mlp --input 4xx4 --classes 2 -o m.onnx', 'USAGE', 'sizes like 1x28x28'],
    ['new mlp --input 4 --classes two -o m.onnx', 'USAGE', 'It must be a number. Try'],
    ['new mlp --classes 2 -o m.onnx', 'USAGE', '--input'],
  ])('refuses %s', async (args, code, words) => {
    const failed = await run(args);
    expect(failed).toMatchObject({ code: 2, stdout: '' });
    expect(failed.stderr).toMatch(new RegExp(`^error: ${code}: [^\\n]+\\n$`));
    expect(failed.stderr).toContain(words);
    expect(await readdir(temp.path)).toEqual([]);
  });
});

describe('train', () => {
  it('writes a better model, its curves, and what it does on test samples', async () => {
    await writeUntrained();
    const { history, verdict, test, report } = await trained(
      `train m.onnx ${data} --epochs 4 --batch 16 --learning-rate 0.01 -o out.onnx`,
    );
    expect(history.map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3, 4]);
    expect(history.at(-1)?.trainLoss).toBeLessThan(0.5 * (history[0]?.trainLoss ?? 0));
    expect(verdict).toBe(report.training?.[0]?.diagnosis.verdict);
    expect(test?.accuracy).toBeGreaterThan(0.5);
    expect(report.steps).toMatchObject([
      { train: { epochs: 4, batch: 16, learningRate: 0.01, optimizer: 'adam' } },
    ]);
    expect(report.generalization?.after.test).toEqual(test);
    expect((await readdir(temp.path)).toSorted()).toEqual([
      'm.onnx',
      'out.onnx',
      'out.report.html',
      'out.report.json',
      'out.report.md',
      'out.run',
    ]);
    expect(JSON.parse(await readFile(temp.file('out.report.json'), 'utf8'))).toEqual(report);

    const evaluated = await run(`evaluate out.onnx --data glyphs:size=12,samples=${test?.samples} --json`);
    expect(evaluated).toMatchObject({ code: 0, stderr: '' });
    const view = JSON.parse(evaluated.stdout) as EvaluationView;
    expect(view).toMatchObject({ loss: test?.loss, accuracy: test?.accuracy, lossKind: 'crossEntropy' });
    expect(view.latency.p95Ms).toBeGreaterThanOrEqual(view.latency.medianMs);
  });

  it('prints curves, verdict and measures for people', async () => {
    await writeUntrained();
    const { code, stdout, stderr } = await run(`train m.onnx ${data} --epochs 2 -o out.onnx`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Wrote .*out\.onnx$/m);
    expect(stdout).toMatch(/^Epoch +Train loss +Validation loss +Accuracy +Validation +Learning rate/m);
    expect(stdout).toMatch(/^ +2 +\d/m);
    expect(stdout).toMatch(/^Verdict: \w+$/m);
    expect(stdout).toMatch(/^Test +\d+ +\d/m);
  });

  it('takes every option by its path', async () => {
    await writeUntrained();
    const { report } = await trained(
      `train m.onnx ${data} --epochs 2 --optimizer sgd --set train.schedule=cosine --set train.earlyStopping.patience=1 --seed 5 -o out.onnx`,
    );
    expect(report.seed).toBe(5);
    expect(report.steps).toMatchObject([
      { train: { optimizer: 'sgd', schedule: 'cosine', earlyStopping: { patience: 1 } } },
    ]);
  });

  it.each([
    [
      `train m.onnx ${data} --epochs 0 -o out.onnx`,
      2,
      'STEP_INVALID',
      'option epochs must be a whole number',
    ],
    [`train m.onnx ${data} --set train.epoch=2 -o out.onnx`, 2, 'STEP_INVALID', 'the nearest is epochs'],
    [`train m.onnx ${data} --set prune.sparsity=0.5 -o out.onnx`, 2, 'USAGE', 'no option of training'],
    ['train m.onnx -o out.onnx', 2, 'USAGE', '--data'],
    ['train m.onnx --data none -o out.onnx', 1, 'DATA_INVALID', 'none'],
    ['train m.onnx --data glyphs:size=16 -o out.onnx', 1, 'DATA_INVALID', '[1, 16, 16]'],
    [`train m.onnx ${data} -o m.onnx`, 1, 'OUTPUT_EXISTS', 'm.onnx'],
    [
      `train m.onnx ${data} --learning-rate 100 --optimizer sgd -o out.onnx`,
      1,
      'TRAINING_DIVERGED',
      'learningRate 10',
    ],
  ])('refuses %s and leaves nothing', async (args, code, error, words) => {
    await writeUntrained();
    const failed = await run(args);
    expect(failed).toMatchObject({ code, stdout: '' });
    expect(failed.stderr).toMatch(new RegExp(`^error: ${error}: [^\\n]+\\n$`));
    expect(failed.stderr).toContain(words);
    expect(await readdir(temp.path)).toEqual(['m.onnx']);
  });
});

describe('a training run that is interrupted', () => {
  const command = `train m.onnx ${data} --epochs 30 --batch 8 -o out.onnx`;
  const runFolder = 'out.run';

  /** Starts a run and ends it once it has come to some epochs. */
  async function interrupted(end: 'SIGINT' | 'SIGKILL'): Promise<CliResult> {
    const running = startCli(cli(), command.split(' '), temp.path);
    const events = temp.file(`${runFolder}/events.jsonl`);
    const epochs = async () =>
      existsSync(events) ? (await readFile(events, 'utf8')).split('"epoch",').length - 1 : 0;
    await expect.poll(epochs, { timeout: 30_000, interval: 10 }).toBeGreaterThan(3);
    process.kill(running.pid, end);
    return running.result;
  }

  it.each(['SIGINT', 'SIGKILL'] as const)(
    'by %s goes on where it was and ends with the same weights',
    async (end) => {
      await writeUntrained();
      const { code, stderr, stdout } = await interrupted(end);
      expect(stdout).toBe('');
      expect(code).toBe(end === 'SIGINT' ? 130 : null);
      if (end === 'SIGINT') {
        expect(stderr).toMatch(
          /^Cancelled\. The checkpoint is in .*out\.run; .* --resume goes on from it\.\n$/,
        );
      }
      expect((await readdir(temp.path)).filter((name) => !name.startsWith('.'))).toEqual([
        'm.onnx',
        runFolder,
      ]);

      const anew = await run(command);
      expect(anew).toMatchObject({ code: 1, stdout: '' });
      expect(anew.stderr).toMatch(/^error: RUN_UNFINISHED: .*out\.run/);

      const resumed = await trained(`${command} --resume`);
      expect(resumed.history.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 31 }, (_, i) => i));
      expect(existsSync(temp.file(`${runFolder}/checkpoint`))).toBe(false);

      await trained(command.replace('out.onnx', 'whole.onnx'));
      const [first, second] = ['out.onnx', 'whole.onnx'].map((name) =>
        Buffer.concat(openModel(temp.file(name)).graph.initializers.map((tensor) => tensor.bytes())),
      );
      expect(first?.equals(second!)).toBe(true);
    },
  );

  it('keeps its recipe and its curves, and what somebody else has put beside them', async () => {
    await writeUntrained();
    await mkdir(temp.file(runFolder));
    await writeFile(temp.file(`${runFolder}/mine.txt`), 'mine');
    const { code } = await run(`train m.onnx ${data} --epochs 1 -o out.onnx`);
    expect(code).toBe(0);
    expect((await readdir(temp.file(runFolder))).toSorted()).toEqual([
      'events.jsonl',
      'mine.txt',
      'recipe.yaml',
      'tensorboard',
    ]);
  });
});
