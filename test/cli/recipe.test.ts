// `compress --recipe` as a user runs it: a file says what is done, and flags change what it says.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { newModel } from '../../src/core/architectures/architectures';
import type { ReportView } from '../../src/shared/contracts/viewModels';
import { useBundle } from '../support/useBundle';
import { denseModel, writeModel } from '../support/sampleModels';
import { useTempFolder } from '../support/tempFolder';
import { runCli, startCli, type CliResult } from './support/runCli';

const cli = useBundle('src/cli/main.ts');
const temp = useTempFolder();

const run = (...args: string[]): Promise<CliResult> => runCli(cli.path, args, temp.path);

function recipe(text: string): void {
  writeFileSync(temp.file('r.counterweight.yaml'), text);
}

const flags = ['compress', '--recipe', 'r.counterweight.yaml', '-o', 'out'] as const;

describe('compress --recipe', () => {
  it('does what the recipe says to the model that it names', async () => {
    await writeModel(temp.file('m.onnx'), denseModel([16, 8, 4]));
    recipe('model: m.onnx\nseed: 4\nsteps:\n  - prune: { sparsity: 0.5 }\n  - quantize:\n');
    const { code, stdout, stderr } = await run(...flags, '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const report = JSON.parse(stdout) as ReportView;
    expect(report.steps).toMatchObject([{ prune: { sparsity: 0.5 } }, { quantize: { bits: 8 } }]);
    expect(report.compressed.path).toBe(temp.file('out/m.prune50.int8.onnx'));
    expect(existsSync(report.compressed.path)).toBe(true);
    expect(report.compressed.sparsity).toBeGreaterThanOrEqual(0.5);
  });

  it('takes another model, and values from --set', async () => {
    await writeModel(temp.file('m.onnx'), denseModel([16, 8, 4]));
    await writeModel(temp.file('other.onnx'), denseModel([8, 8, 4]));
    recipe('model: m.onnx\nsteps:\n  - prune: { sparsity: 0.5 }\n');
    const { code, stdout } = await run(...flags, 'other.onnx', '--set', 'prune.sparsity=0.75', '--json');
    expect(code).toBe(0);
    const report = JSON.parse(stdout) as ReportView;
    expect(report.original.path).toBe('other.onnx');
    expect(report.steps).toMatchObject([{ prune: { sparsity: 0.75 } }]);
    expect(report.compressed.sparsity).toBe(0.75);
  });

  it('says where the recipe is wrong', async () => {
    recipe('model: m.onnx\nsteps:\n  - prune: { sparsety: 0.5 }\n');
    const { code, stdout, stderr } = await run(...flags, '--json');
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^error: RECIPE_INVALID: .*line 3, column 14: step 1, prune: there is no option sparsety/,
    );
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'RECIPE_INVALID' } });
    expect(existsSync(temp.file('out'))).toBe(false);
  });

  it.each([
    [['--prune', '0.5'], 'leave out --prune'],
    [['--set', 'prune.sparsity=2'], '--set prune.sparsity=2: step 1, prune: option sparsity must be'],
    [['--set', 'quantize.bits=8'], 'the recipe has no step quantize'],
  ])('refuses flags that do not go with it: %j', async (more, problem) => {
    recipe('model: m.onnx\nsteps:\n  - prune: { sparsity: 0.5 }\n');
    const { code, stderr } = await run(...flags, ...more);
    expect(code).toBe(2);
    expect(stderr).toContain(problem);
  });

  it('is not needed, but then the model is', async () => {
    const { code, stderr } = await run('compress', '--prune', '0.5', '-o', 'out');
    expect(code).toBe(2);
    expect(stderr).toContain('Name the model, or a recipe');
  });
});

describe('a recipe that is interrupted', () => {
  const runFolder = 'out/m.prune50.train30.run';

  it('goes on where it was, and leaves no checkpoint', async () => {
    const network = newModel({ architecture: 'mlp', input: [1, 12, 12], classes: 10, width: 0.25, seed: 1 });
    await writeModel(temp.file('m.onnx'), network);
    recipe(`
model: m.onnx
data: { train: "glyphs:samples=300,size=12" }
steps:
  - prune: { sparsity: 0.5 }
  - train: { epochs: 30, batch: 8 }
`);
    const running = startCli(cli.path, flags, temp.path);
    const events = temp.file(`${runFolder}/events.jsonl`);
    const epochs = (): number =>
      existsSync(events) ? readFileSync(events, 'utf8').split('"epoch",').length - 1 : 0;
    await expect.poll(epochs, { timeout: 30_000, interval: 10 }).toBeGreaterThan(3);
    running.interrupt();
    const { code, stderr } = await running.result;
    expect(code).toBe(130);
    expect(stderr).toContain('the same command with --resume goes on from it');
    expect(readdirSync(temp.file('out'))).toEqual(['m.prune50.train30.run']);
    expect((await run(...flags)).stderr).toContain('RUN_UNFINISHED');

    const resumed = JSON.parse((await run(...flags, '--resume', '--json')).stdout) as ReportView;
    expect(resumed.training?.[0]?.history).toHaveLength(31);
    expect(resumed.compressed.sparsity).toBeCloseTo(0.5, 2);
    expect(readdirSync(temp.file(runFolder)).toSorted()).toEqual([
      'events.jsonl',
      'recipe.yaml',
      'tensorboard',
    ]);
  });

  it('is kept with what it made, and makes it again byte for byte', async () => {
    const network = newModel({ architecture: 'mlp', input: [1, 12, 12], classes: 10, width: 0.25, seed: 1 });
    await writeModel(temp.file('m.onnx'), network);
    recipe(`
model: m.onnx
data: { train: "glyphs:samples=300,size=12", validation: 0.2 }
seed: 5
steps:
  - train: { epochs: 3, batch: 8, dropout: 0.1 }
  - prune: { sparsity: 0.5, fineTune: { epochs: 1 } }
  - quantize: {}
`);
    expect(await run(...flags)).toMatchObject({ code: 0 });
    const name = 'm.train3.prune50.int8';
    const kept = `out/${name}.run/recipe.yaml`;
    // From another folder than the recipe's.
    const again = await run('compress', '--recipe', kept, '-o', 'deep/again', '--json');
    expect(again.code).toBe(0);
    const [first, second] = ['out', 'deep/again'].map((made) =>
      readFileSync(temp.file(`${made}/${name}.onnx`)),
    );
    expect(first?.equals(second ?? Buffer.alloc(0))).toBe(true);
    const recipes = ['out', 'deep/again'].map((made) =>
      readFileSync(temp.file(`${made}/${name}.run/recipe.yaml`), 'utf8'),
    );
    expect(recipes[1]).toBe(recipes[0]);
    const page = readFileSync(temp.file(`out/${name}.report.html`), 'utf8');
    expect(page).toContain(`counterweight compress --recipe ${name}.run/recipe.yaml -o again`);
  }, 60_000);

  it('leaves nothing where it failed', async () => {
    await writeModel(temp.file('m.onnx'), denseModel([16, 8, 4]));
    recipe('model: m.onnx\ndata: glyphs\nsteps: [train: {}]\n');
    const { code } = await run('compress', '--recipe', 'r.counterweight.yaml', '-o', 'deep/out');
    expect(code).toBe(1);
    expect(existsSync(temp.file('deep'))).toBe(false);
  });
});
