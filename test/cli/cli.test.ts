// The command line as a user runs it: a process with arguments, streams and an exit code.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { openModel } from '../../src/core/formats/openModel';
import type { ComparisonView, ModelView, ReportView } from '../../src/shared/contracts/viewModels';
import { useBundle } from '../support/useBundle';
import { denseModel, unknownOperatorModel, writeModel } from '../support/sampleModels';
import { hasShared, sharedFile } from '../support/sharedFiles';
import { useTempFolder } from '../support/tempFolder';
import { runCli, startCli, type CliResult } from './support/runCli';

const cli = useBundle('src/cli/main.ts');
const temp = useTempFolder();

const run = (...args: string[]): Promise<CliResult> => runCli(cli.path, args, temp.path);

describe('inspect', () => {
  it('prints one JSON document and nothing else', async () => {
    await writeModel(temp.file('m.onnx'), denseModel([16, 8, 4]));
    const { code, stdout, stderr } = await run('inspect', 'm.onnx', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const model = JSON.parse(stdout) as ModelView;
    expect(model.totals.parameters).toBe(16 * 8 + 8 * 4);
    expect(model.totals.macs).toBe(16 * 8 + 8 * 4);
    expect(model.totals.bytes).toBe((await stat(temp.file('m.onnx'))).size);
    expect(model.layers.map(({ name, parameters }) => [name, parameters])).toEqual([
      ['dense0', 128],
      ['dense1', 32],
    ]);
    expect(model.layers[0]?.tensors[0]).toMatchObject({
      name: 'w0',
      type: 'float32',
      shape: [16, 8],
      bytes: 512,
    });
  });

  it('prints a table for people', async () => {
    await writeModel(temp.file('m.onnx'), denseModel([16, 8, 4]));
    const { code, stdout, stderr } = await run('inspect', 'm.onnx');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^dense0 +MatMul +128 /m);
    expect(stdout).toMatch(/^Total +160 /m);
  });

  it('works for an operator that nobody knows, and says so', async () => {
    await writeModel(temp.file('m.onnx'), unknownOperatorModel());
    const { code, stdout } = await run('inspect', 'm.onnx', '--json');
    expect(code).toBe(0);
    const { warnings, totals } = JSON.parse(stdout) as ModelView;
    expect(totals.parameters).toBe(16 * 16 + 16 * 4);
    expect(warnings).toContainEqual(
      expect.objectContaining({
        code: 'OPERATOR_UNKNOWN',
        values: expect.objectContaining({ operator: 'Mystery', domain: 'com.example' }) as unknown,
      }),
    );
  });

  it('passes nothing on to the terminal that would steer it', async () => {
    const steering = '\u001b[2Jname\u0007';
    const model = denseModel([4, 4]);
    const nodes = model.graph.nodes.map((node) => ({ ...node, name: steering }));
    await writeModel(temp.file('m.onnx'), { ...model, graph: { ...model.graph, nodes } });
    const { stdout } = await run('inspect', 'm.onnx');
    expect(stdout).toContain('[2Jname');
    expect(stdout).not.toContain('\u001b');
    expect(stdout).not.toContain('\u0007');
  });
});

describe('compress', () => {
  it('writes a smaller file that opens, and its report beside it', async () => {
    await writeModel(temp.file('m.onnx'), denseModel([256, 128, 10]));
    const { code, stdout, stderr } = await run(
      ...'compress m.onnx --prune 0.8 --quantize int8 -o made/out --json'.split(' '),
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const report = JSON.parse(stdout) as ReportView;
    expect((await readdir(temp.file('made/out'))).toSorted()).toEqual([
      'm.prune80.int8.onnx',
      'm.prune80.int8.report.html',
      'm.prune80.int8.report.json',
      'm.prune80.int8.report.md',
      'm.prune80.int8.run',
    ]);
    const saved = await readFile(temp.file('made/out/m.prune80.int8.report.json'), 'utf8');
    expect(JSON.parse(saved)).toEqual(report);
    const written = temp.file('made/out/m.prune80.int8.onnx');
    expect(report.compressed.bytes).toBe((await stat(written)).size);
    expect(report.compressed.sparsity).toBeCloseTo(0.8, 2);
    expect(report.ratio).toBeLessThan(0.3);
    expect(openModel(written).graph.nodes.length).toBeGreaterThan(0);
  });

  it('writes the file without measuring it where that is asked for', async () => {
    await writeModel(temp.file('m.onnx'), denseModel([32, 16, 4]));
    const { code, stdout, stderr } = await run(
      ...'compress m.onnx --quantize int8 --no-measure -o .'.split(' '),
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('The files were not run, as was asked for');
    expect(stdout).not.toContain('Time of one run');
    expect(openModel(temp.file('m.int8.onnx')).graph.nodes.length).toBeGreaterThan(0);
  });

  it('never overwrites: a second run takes other names', async () => {
    await writeModel(temp.file('m.onnx'), denseModel([32, 16, 4]));
    const args = ['compress', 'm.onnx', '--prune', '0.5', '-o', '.'];
    expect((await run(...args)).code).toBe(0);
    const first = await readFile(temp.file('m.prune50.onnx'));
    expect((await run(...args, '--set', 'prune.scope=layer')).code).toBe(0);
    expect(await readFile(temp.file('m.prune50.onnx'))).toEqual(first);
    expect((await readdir(temp.path)).filter((name) => name.endsWith('.onnx')).toSorted()).toEqual([
      'm.onnx',
      'm.prune50-2.onnx',
      'm.prune50.onnx',
    ]);
  });

  it('takes options of the steps', async () => {
    await writeModel(temp.file('m.onnx'), denseModel([32, 16, 4]));
    const { code, stdout } = await run(
      ...'compress m.onnx --quantize int8 --set quantize.granularity=tensor'.split(' '),
      ...'--set quantize.scheme=asymmetric -o . --json'.split(' '),
    );
    expect(code).toBe(0);
    const { steps } = JSON.parse(stdout) as ReportView;
    expect(steps).toMatchObject([{ quantize: { bits: 8, granularity: 'tensor', scheme: 'asymmetric' } }]);
  });

  it('prints what became of the sizes and the layers for people', async () => {
    await writeModel(temp.file('m.onnx'), denseModel([32, 16, 4]));
    const { code, stdout, stderr } = await run('compress', 'm.onnx', '--prune', '0.5', '-o', '.');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Wrote .*m\.prune50\.onnx$/m);
    expect(stdout).toMatch(/^Not zero +576 +288 +0\.500$/m);
    expect(stdout).toMatch(/^dense0 +MatMul +512 /m);
  });
});

describe('compare', () => {
  it('measures what a compression changed', async () => {
    await writeModel(temp.file('m.onnx'), denseModel([32, 16, 4]));
    await run('compress', 'm.onnx', '--prune', '0.5', '-o', '.');
    const { code, stdout, stderr } = await run('compare', 'm.onnx', 'm.prune50.onnx', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { layers, outputs } = JSON.parse(stdout) as ComparisonView;
    expect(layers.map(({ name }) => name)).toEqual(['dense0', 'dense1']);
    expect(layers.every(({ mse = 0 }) => mse > 0)).toBe(true);
    expect(outputs).toMatchObject([{ name: 'y' }]);
    expect((await run('compare', 'm.onnx', 'm.prune50.onnx')).stdout).toMatch(/^y +/m);
  });

  it('finds no difference between a file and itself', async () => {
    await writeModel(temp.file('m.onnx'), denseModel([32, 16, 4]));
    const { stdout } = await run('compare', 'm.onnx', 'm.onnx', '--json');
    const { layers, outputs } = JSON.parse(stdout) as ComparisonView;
    expect([...layers, ...outputs].map(({ mse }) => mse)).toEqual([0, 0, 0]);
  });

  it('says which of the two is not there', async () => {
    await writeModel(temp.file('m.onnx'), denseModel([4, 4]));
    const { code, stderr } = await run('compare', 'm.onnx', 'other.onnx');
    expect(code).toBe(1);
    expect(stderr).toContain('error: FILE_NOT_FOUND: There is no file other.onnx');
  });
});

describe('the command line', () => {
  it.each([
    ['--help', 'inspect'],
    ['inspect --help', 'counterweight inspect model.onnx --json'],
    ['compare --help', '--data'],
    ['compress --help', 'quantize.granularity'],
  ])('explains itself: %s', async (args, words) => {
    const { code, stdout, stderr } = await run(...args.split(' '));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(words);
  });

  it.each([
    ['', 'No command was given'],
    ['inspekt m.onnx', 'Did you mean inspect?'],
    ['inspect', "missing required argument 'model'"],
    ['inspect a b', 'too many arguments'],
    ['inspect m.onnx --jsn', 'Did you mean --json?'],
    ['compress m.onnx --prune 0.8', '-o, --output'],
    ['compress m.onnx -o out', '--prune 0.8'],
    ['compress m.onnx -o out --prune 0.8 --set scope=layer', 'step.option=value'],
    ['compress m.onnx -o out --prune 2', 'STEP_INVALID'],
    ['compress m.onnx -o out --prune 0.8 --set prune.scope=all', 'STEP_INVALID'],
  ])('refuses wrong usage with exit code 2: %s', async (args, words) => {
    await writeModel(temp.file('m.onnx'), denseModel([4, 4]));
    const words1 = args.split(' ').filter(Boolean);
    const { code, stdout, stderr } = await run(...words1);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^error: (USAGE|STEP_INVALID): [^\n]+\n$/);
    expect(stderr).toContain(words);
    const json = await run(...words1, '--json');
    expect(json.code).toBe(2);
    const parsed = JSON.parse(json.stdout) as { error: { code: string; message: string } };
    expect(json.stderr).toBe(`error: ${parsed.error.code}: ${parsed.error.message}\n`);
    expect(await readdir(temp.path)).toEqual(['m.onnx']);
  });

  it('prints a stack trace only when it is asked for', async () => {
    const plain = await run('inspect', 'none.onnx');
    expect(plain.stderr.split('\n')).toHaveLength(2);
    const verbose = await run('inspect', 'none.onnx', '--verbose');
    expect(verbose.stderr).toMatch(/^ +at .*openModel/m);
  });

  it('ends quietly when its reader goes away', async () => {
    await writeModel(temp.file('m.onnx'), denseModel(Array<number>(400).fill(4)));

    const command = `"${process.execPath}" "${cli.path}" inspect m.onnx --json | head -c 10`;
    const { stderr, stdout } = spawnSync('sh', ['-c', command], { cwd: temp.path, encoding: 'utf8' });
    expect({ stdout: stdout.length, stderr }).toEqual({ stdout: 10, stderr: '' });
  });
});

describe('Ctrl+C', () => {
  it.each([0, 50, 100, 200, 400, 800])(
    'leaves nothing and exits with 130, %i ms after the work began',
    async (delayMs) => {
      await writeModel(temp.file('m.onnx'), denseModel(Array<number>(9).fill(1024)));
      const args = 'compress m.onnx --prune 0.8 --quantize int8 -o out --json'.split(' ');
      const running = startCli(cli.path, args, temp.path);
      // The folder is made when the model was read and the work begins.
      await expect.poll(() => existsSync(temp.file('out')), { timeout: 30_000, interval: 5 }).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      running.interrupt();
      const { code, stdout, stderr } = await running.result;
      expect({ code, stderr }).toEqual({ code: 130, stderr: 'Cancelled; nothing was written.\n' });
      expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'CANCELLED' } });
      expect(await readdir(temp.path)).toEqual(['m.onnx']);
    },
  );

  it('twice ends at once and leaves no partial file', async () => {
    await writeModel(temp.file('m.onnx'), denseModel(Array<number>(9).fill(1024)));
    const running = startCli(cli.path, 'compress m.onnx --prune 0.8 -o out'.split(' '), temp.path);
    const names = async (): Promise<readonly string[]> => readdir(temp.path, { recursive: true });
    await expect
      .poll(async () => (await names()).join(' '), { timeout: 30_000, interval: 1 })
      .toContain('partial');
    running.interrupt();
    running.interrupt();
    expect((await running.result).code).toBe(130);
    expect((await names()).filter((name) => name.includes('partial'))).toEqual([]);
  });
});

describe.runIf(hasShared)('on real files', () => {
  it('inspects, compresses and compares a convolutional network', async () => {
    const original = sharedFile('models/onnx/ort_squeezenet_tensor_input.onnx');
    expect((await run('inspect', original, '--json')).code).toBe(0);
    const compressed = await run(
      'compress',
      original,
      '--prune',
      '0.8',
      '--quantize',
      'int8',
      '-o',
      '.',
      '--json',
    );
    expect(compressed).toMatchObject({ code: 0, stderr: '' });
    const report = JSON.parse(compressed.stdout) as ReportView;
    expect(report.ratio).toBeLessThan(0.3);
    expect((await run('compare', original, report.compressed.path, '--json')).code).toBe(0);
  });

  it('says what to do with a file that ONNX Runtime has converted', async () => {
    const { code, stderr } = await run('inspect', sharedFile('models/onnx/ort_mnist.basic.ort'));
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: ORT_FORMAT: .*\.onnx file that it was made from\.\n$/);
  });
});
