// `search` as a user runs it: what it finds, prints and refuses, and how it survives being cancelled and killed.
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { openModel } from '../../src/core/formats/openModel';
import type { SearchReportView } from '../../src/shared/contracts/searchViews';
import type { ModelView } from '../../src/shared/contracts/viewModels';
import { startCli } from './support/runCli';
import { useUntrainedProject } from './support/untrainedProject';

const { temp, cli, run } = useUntrainedProject();

const command =
  'search --architecture mlp,lenet-5 --data glyphs:samples=200,size=16 --budget macs<=60k --trials 4 --epochs 4';

describe('search', () => {
  it('finds, trains and writes a network that keeps the budget', async () => {
    const { code, stdout, stderr } = await run(`${command} -o found --json`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const report = JSON.parse(stdout) as SearchReportView;
    expect(JSON.parse(await readFile(temp.file('found/report.json'), 'utf8'))).toEqual(report);
    const inspected = await run('inspect found/model.onnx --json');
    const { totals } = JSON.parse(inspected.stdout) as ModelView;
    expect(totals.macs).toBeLessThanOrEqual(60_000);
    expect(report.winner.costs).toMatchObject({ macs: totals.macs, bytes: totals.bytes });
    expect(report.winner.generalization.test?.accuracy).toBeGreaterThan(0.3);

    const again = await run(`${command} -o found`);
    expect(again).toMatchObject({ code: 1, stdout: '' });
    expect(again.stderr).toMatch(/^error: OUTPUT_EXISTS: .*model\.onnx/);
  });

  it('prints trials, winner and measures for people', async () => {
    const { code, stdout, stderr } = await run(`${command} -o found`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Wrote .*model\.onnx$/m);
    expect(stdout).toMatch(/^Trial +Architecture +Width +Depth +Input +Parameters +MACs +Bytes +Epochs/m);
    expect(stdout.match(/ winner$/gm)).toHaveLength(1);
    expect(stdout).toMatch(/^Winner: trial \d, (mlp|lenet-5), width [\d.]+, depth [\d.]+, input 1x16x16$/m);
    expect(stdout).toMatch(/^Budget: macs ≤ 60,000; it takes [\d,]+ \(\d+\.\d%\)$/m);
    expect(stdout).toMatch(/^Test +500 +\d/m);
  });

  it.each(['SIGINT', 'SIGKILL'] as const)('goes on after %s as if nothing had been', async (end) => {
    const running = startCli(cli(), [...command.split(' '), '-o', 'found'], temp.path);
    const trials = async () =>
      existsSync(temp.file('found/trials.jsonl'))
        ? (await readFile(temp.file('found/trials.jsonl'), 'utf8')).split('\n').length - 1
        : 0;
    await expect.poll(trials, { timeout: 60_000, interval: 10 }).toBeGreaterThan(1);
    process.kill(running.pid, end);
    const { code, stderr, stdout } = await running.result;
    expect(stdout).toBe('');
    expect(code).toBe(end === 'SIGINT' ? 130 : null);
    if (end === 'SIGINT') expect(stderr).toMatch(/^Cancelled\. .*found; .* --resume goes on from it\.\n$/);

    const anew = await run(`${command} -o found`);
    expect(anew.stderr).toMatch(/^error: RUN_UNFINISHED: .*found/);

    const [resumed, whole] = await Promise.all([
      run(`${command} -o found --resume --json`),
      run(`${command} -o whole --json`),
    ]);
    const reports = [resumed, whole].map(({ stdout: text }) => JSON.parse(text) as SearchReportView);
    const [first, second] = reports.map(({ winner, search: { trials: all } }) => ({
      winner: winner.trial,
      trials: all.map(({ validation, costs, epochs }) => ({ validation, costs, epochs })),
      weights: Buffer.concat(openModel(winner.path).graph.initializers.map((tensor) => tensor.bytes())),
    }));
    expect(first).toEqual(second);
  });

  it.each([
    ['--budget macs<2M', 2, 'BUDGET_INVALID', 'not of the form'],
    ['--budget flops<=2M', 2, 'BUDGET_INVALID', 'one of parameters, macs, bytes, latency'],
    ['--budget latency<=2', 2, 'BUDGET_INVALID', 'ms, us, s for latency'],
    ['--budget macs<=10', 1, 'SEARCH_NOTHING_FITS', 'times as much'],
    ['--budget macs<=1M --architecture lenet', 2, 'ARCHITECTURE_INVALID', 'known are'],
    ['--budget macs<=1M --trials 0', 2, 'USAGE', 'whole number from 1 to 1000'],
    ['--budget macs<=1M --epochs some', 2, 'USAGE', 'whole number from 1'],
    ['', 2, 'USAGE', '--budget'],
  ])('refuses %s and leaves nothing', async (flags, code, error, words) => {
    const failed = await run(
      `search --architecture mlp --data glyphs:samples=50,size=8 ${flags} -o found`.replace(/ +/g, ' '),
    );
    expect(failed).toMatchObject({ code, stdout: '' });
    expect(failed.stderr).toMatch(new RegExp(`^error: ${error}: [^\\n]+\\n$`));
    expect(failed.stderr).toContain(words);
    expect(await readdir(temp.path)).toEqual([]);
  });
});
