// Runs that train, prune and fine-tune: their curves in one picture with the sparsity, the zeros of each layer, what
// became of the generalization gap, and two of them side by side.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sample } from '../../support/sampleWorkspace';
import { themes, type Theme } from '../host/quietSettings';
import { openSession, pictureOnFailure, type Session } from './session';

const recipes = {
  'rounds.counterweight.yaml': `model: ${sample.small.file}
data: glyphs:samples=800,labelNoise=0.1
steps:
  - train: { epochs: 12, learningRate: 0.01, keep: last }
  - prune: { sparsity: 0.8, schedule: iterative, rounds: 2, fineTune: { epochs: 2, learningRate: 0.01 } }
`,
  'blocks.counterweight.yaml': `model: ${sample.small.file}
data: glyphs:samples=800,labelNoise=0.1
steps:
  - prune: { sparsity: 0.5, granularity: block, block: { rows: 4, columns: 4 } }
  - train: { epochs: 6, learningRate: 0.01 }
`,
} as const;

describe('a run that prunes', () => {
  let session: Session;
  beforeAll(async () => {
    session = await openSession({ texts: recipes });
  });
  beforeEach(() => pictureOnFailure(session));
  afterAll(() => session.close());

  it('is run from a recipe, one after the other', async () => {
    const { bench, panel } = session;
    await bench.openFile('blocks.counterweight.yaml');
    await bench.clickLens('Run', bench.page.locator('iframe.webview.ready'));
    await panel.find('.sizes-table').waitFor({ timeout: 60_000 });
    await bench.openFile('rounds.counterweight.yaml');
    await bench.clickLens('Run', panel.find('.job'));
    await session.screenshot('pruning-live');
    await panel.find('.sizes-table').waitFor({ timeout: 60_000 });
  });

  it('is one picture of its steps, with the phases and the sparsity in the table too', async () => {
    const { panel } = session;
    expect(await panel.find('canvas.line-chart').count()).toBe(2);
    expect(await panel.colours('Accuracy')).toBeGreaterThan(5);
    await panel.figure('Accuracy').scrollIntoViewIfNeeded();
    await session.screenshot('pruning-curves');
    const toggle = panel.figure('Accuracy').locator('[aria-label="Show as table"]');
    await toggle.click();
    const row = panel.figure('Accuracy').locator('tr', { hasText: 'prune 80%' });
    const cells = (await row.first().innerText()).split('\t');
    expect(cells).toEqual(expect.arrayContaining(['14', 'prune 80%', '80%']));
    await toggle.click();
  });

  it('says why the file is no smaller, judges what it was, became and is, and shows the zeros of each layer', async () => {
    const { panel } = session;
    await panel.find('.section-sizes', 'Zeros are stored like other numbers').waitFor();
    expect(await panel.find('.verdicts .verdict').count()).toBe(3);
    await panel.find('.section-generalization').scrollIntoViewIfNeeded();
    await session.screenshot('pruning-gap');
    expect(await panel.colours('Zeros of each layer')).toBeGreaterThan(2);
    await panel.figure('Zeros of each layer').scrollIntoViewIfNeeded();
    await session.screenshot('pruning-zeros');
  });

  it('shows the blocks of a mask, before and after', async () => {
    const { bench, panel } = session;
    await bench.openContainer('Counterweight');
    await bench.clickRow(/digits\.onnx · prune 50/, panel.find('h1, h2', /prune50/).first());
    await panel.layerRow('conv2').click();
    await panel.chooseSide('After');
    const after = await panel.pixels('Weights');
    await panel.figure('Weights').scrollIntoViewIfNeeded();
    await session.screenshot('pruning-blocks');
    await panel.chooseSide('Before');
    expect(await panel.pixels('Weights')).not.toBe(after);
  });

  it('is compared with another one by all that was measured', async () => {
    const { bench, panel } = session;
    const runs = bench.view('Experiments').locator('.monaco-list-row', { hasText: 'digits.onnx' });
    await expect.poll(() => runs.count()).toBe(2);
    await runs.first().click();
    await runs.nth(1).click({ modifiers: ['Control'] });
    await bench.choose(runs.nth(1), 'Compare Selected Results');
    await panel.find('.runs-table').waitFor({ timeout: 30_000 });
    // The older one comes first.
    expect(await panel.find('.runs-table tr', 'Steps').innerText()).toMatch(
      /prune 50% \+ train\s+train \+ prune 80%/,
    );
    for (const row of [
      'File, gzip',
      'File, zeros left out',
      'File, entropy bound',
      'Sparsity',
      'MACs',
      'Latency',
    ]) {
      expect(await panel.find('.sizes-table tr', row).count()).toBe(1);
    }
    await panel.figure('Accuracy of both runs').waitFor();
    expect(await panel.find('.verdicts .verdict').count()).toBe(2);
  });

  it.each(Object.keys(themes) as Theme[])('is compared in the theme %s', async (theme) => {
    const { bench, panel } = session;
    await bench.chooseTheme(theme);
    await panel.themed(theme);
    await panel.figure('Accuracy of both runs').scrollIntoViewIfNeeded();
    await panel.pixels('Accuracy of both runs');
    await session.screenshot(`compared-runs-${theme}`);
    expect(await panel.violations()).toEqual([]);
  });

  it('is run again as it was, to another file, and asked for again with its answers', async () => {
    const { bench, panel } = session;
    const runs = bench.view('Experiments').locator('.monaco-list-row', { hasText: 'digits.onnx' });
    const first = bench.treeRow(/digits\.onnx · prune 50/);
    await bench.choose(first, 'Run Again');
    await expect.poll(() => runs.count()).toBe(3);
    await panel.find('h1', /prune50\.train6-2/).waitFor({ timeout: 30_000 });
    expect(await session.list()).toContain('digits.prune50.train6-2.onnx');
    await bench.choose(first, 'Run Again With Changes…');
    await bench.quickTitle.waitFor();
    await session.screenshot('pruning-again');
    await bench.page.keyboard.press('Escape');
  });
});
