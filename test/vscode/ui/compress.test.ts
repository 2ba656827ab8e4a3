// Compress…, from the right click to the panel; with compact layers; cancelled; and with its process killed.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sample } from '../../support/sampleWorkspace';
import { editorsStored } from '../host/storedEditors';
import { engineProcesses } from './engineProcesses';
import { openSession, pictureOnFailure, type Session } from './session';
import { startCompression } from './startCompression';

const everything = [
  'Prune and Quantize',
  'Prune 80%',
  'int8 per Channel',
  'Random Inputs',
  'Beside the Original',
];

const compactHalf = [
  'Compact Layers',
  'Low Rank, Half of the Weights',
  'Random Inputs',
  'Beside the Original',
];

describe('compressing a model', () => {
  let session: Session;
  let files: readonly string[];
  beforeAll(async () => {
    session = await openSession();
    files = await session.list();
  });
  beforeEach(() => pictureOnFailure(session));
  afterAll(() => session.close());

  it('estimates the outcome while one chooses', async () => {
    const { bench } = session;
    await bench.choose(bench.file(sample.small.file), 'Compress…');
    await bench.pick('Quantize');
    await bench.pickRow('int8 per Channel').getByText('instead of').waitFor();
    await session.screenshot('compress-estimate');
    await bench.page.keyboard.press('Escape');
    await bench.quickTitle.waitFor({ state: 'hidden' });
    expect(await session.list()).toEqual(files);
  });

  it('writes a new file beside the original and shows the result in the panel', async () => {
    const { bench, panel } = session;
    const before = await session.hash(sample.small.file);
    await bench.openFile(sample.source);
    await startCompression(bench, sample.small.file, everything);
    await bench.editorTab(sample.small.file).waitFor();
    await bench.file('digits.prune80.int8.onnx').waitFor();
    expect(await session.hash(sample.small.file)).toBe(before);
    expect((await session.list()).filter((name) => name.endsWith('.partial'))).toEqual([]);
    await panel.layerRow('conv2').click();
    await panel.figure('Weights').waitFor();
    // The code stays in sight beside the panel.
    expect(await bench.editorTab(sample.source).isVisible()).toBe(true);
    await session.screenshot('compress-result');
  });

  it('shows other pixels before than after', async () => {
    const { panel } = session;
    await panel.chooseSide('Before');
    const before = await panel.pixels('Weights');
    expect(await panel.colours('Weights')).toBeGreaterThan(20);
    await panel.chooseSide('After');
    const after = await panel.pixels('Weights');
    await panel.chooseSide('Error');
    const error = await panel.pixels('Weights');
    expect(new Set([before, after, error]).size).toBe(3);
    await panel.chooseSide('Before');
    expect(await panel.pixels('Weights')).toBe(before);
  });

  it('draws the weights and the errors, with MSE and SQNR', async () => {
    const { panel } = session;
    expect(await panel.colours('Distribution')).toBeGreaterThan(2);
    expect(await panel.colours('Error distribution')).toBeGreaterThan(2);
    const facts = await panel.figure('Error distribution').locator('dl').innerText();
    expect(facts).toMatch(/MSE\s+\d/);
    expect(facts).toMatch(/SQNR\s+[\d.]+ dB/);
  });

  it('has the sizes in a table', async () => {
    const sizes = await session.panel.find('table', 'gzip').first().innerText();
    expect(sizes).toMatch(/kB/);
    expect(sizes).toMatch(/80\.0%/);
  });

  it('brings the panel back after a reload', async () => {
    const { bench, panel } = session;
    await panel.chooseSide('After');
    // It stores while the focus is in the workbench itself.
    await bench.editorTab(sample.source).click();
    await editorsStored(bench.page, /counterweight\.panel.*conv2.*side\W+after/s);
    await bench.page.reload();
    // Pixels are not compared: a new window may come up in another theme first, and zeros have the colour of the page.
    await expect.poll(() => panel.side(), { timeout: 30_000 }).toBe('after');
    expect(await panel.colours('Weights')).toBeGreaterThan(20);
    expect(await panel.layerRow('conv2').getAttribute('aria-selected')).toBe('true');
  });

  it('lists the finished run', async () => {
    const { bench } = session;
    await bench.openContainer('Counterweight');
    const run = bench.treeRow('digits.onnx · prune 80% + int8 per channel');
    await run.waitFor();
    expect(await run.innerText()).toMatch(/smaller/);
  });

  it('shows where the page of the report is, which the browser of another machine cannot open', async () => {
    const { bench } = session;
    await bench.choose(bench.treeRow('digits.onnx · prune 80% + int8 per channel'), 'Open Report');
    await bench.file('report.html').waitFor();
    await bench.openContainer('Explorer');
  });
});

describe('making layers compact', () => {
  let session: Session;
  beforeAll(async () => {
    session = await openSession();
  });
  beforeEach(() => pictureOnFailure(session));
  afterAll(() => session.close());

  it('writes layers of low rank in place of those that get smaller, without data', async () => {
    const { bench, panel } = session;
    const before = await session.hash(sample.small.file);
    await startCompression(bench, sample.small.file, compactHalf);
    await bench.file('digits.lowrank50.onnx').waitFor();
    expect(await session.hash(sample.small.file)).toBe(before);
    const replaced = panel.layerRow('conv2');
    await replaced.getByText('3 layers').waitFor();
    const shapes = replaced.locator('td', { hasText: '3 layers' });
    expect(await shapes.getAttribute('title')).toMatch(
      /conv2\/reduce: Conv .*\nconv2\/core: Conv .*\nconv2\/expand: Conv /,
    );
    const size = replaced.locator('td', { hasText: '8.84 kB' });
    expect(await size.getAttribute('title')).toContain('Stored: 18,560 bytes before, 8,840 after');
    for (const kept of ['conv1', 'fc'])
      expect(await panel.layerRow(kept).innerText()).not.toContain('layers');
    const sizes = await panel.find('table', 'gzip').first().innerText();
    expect(sizes).toMatch(/Parameters\s+5\.13k\s+2\.7k/);
    expect(sizes).toMatch(/21\.2 kB\s+11\.8 kB/);
    await replaced.click();
    await session.screenshot('compress-compact');
  });
});

describe('a job that does not end well', () => {
  let session: Session;
  let files: readonly string[];
  beforeAll(async () => {
    session = await openSession();
    files = await session.list();
  });
  beforeEach(() => pictureOnFailure(session));
  afterAll(() => session.close());

  it('shows its progress and can be cancelled from the status bar', async () => {
    const { bench } = session;
    await startCompression(bench, sample.large.file, everything);
    await bench.status(/large\.onnx \d+%/).waitFor();
    await bench.openContainer('Counterweight');
    const run = bench.treeRow('large.onnx · prune 80% + int8 per channel');
    await run.getByText(/\d+% ·/).waitFor();
    await session.screenshot('compress-progress');
    await bench.status(/large\.onnx \d+%/).click();
    await bench.page.locator('.quick-input-list .monaco-list-row', { hasText: 'Cancel large.onnx' }).click();
    await run.getByText('cancelled').waitFor();
    await bench.status(/large\.onnx \d+%/).waitFor({ state: 'hidden' });
    expect(withoutRuns(await session.list())).toEqual(files);
  });

  it('is shown as failed, with the reason and nothing left behind, when its process is killed', async () => {
    const { bench, server } = session;
    await bench.openContainer('Explorer');
    const before = new Set(engineProcesses(server.pid));
    await startCompression(bench, sample.large.file, everything);
    await bench.status(/large\.onnx \d+%/).waitFor();
    const started = engineProcesses(server.pid).filter((pid) => !before.has(pid));
    // The estimates run in an engine of their own, which may have been started for this job's questions.
    const [job] = started.slice(-1);
    expect(job).toBeDefined();
    process.kill(job ?? 0, 'SIGKILL');
    const failure = bench.toast(/large\.onnx.*The engine process ended while it was working/);
    await failure.waitFor();
    expect(await failure.innerText()).toContain('SIGKILL');
    await bench.openContainer('Counterweight');
    const run = bench.treeRow(/large\.onnx.*The engine process ended/);
    await run.waitFor();
    await session.screenshot('compress-killed');
    expect(withoutRuns(await session.list())).toEqual(files);
    expect(withoutRuns(await session.list()).filter((name) => name.includes('.partial'))).toEqual([]);
  });
});

/** The records of runs are kept in the workspace; everything else there is the user's. */
function withoutRuns(entries: readonly string[]): readonly string[] {
  return entries.filter((name) => name !== '.counterweight');
}
