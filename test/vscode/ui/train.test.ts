// Train / Fine-tune… from right-click to curves and a verdict, and advice that is followed.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sample } from '../../support/sampleWorkspace';
import { themes, type Theme } from '../host/quietSettings';
import { openSession, pictureOnFailure, type Session } from './session';
import { startTraining, trainCommand } from './startTraining';

describe('training a model', () => {
  let session: Session;
  beforeAll(async () => void (session = await openSession()));
  beforeEach(() => pictureOnFailure(session));
  afterAll(() => session.close());

  it('offers what is built in, and refuses figures that no training takes', async () => {
    const { bench } = session;
    const files = await session.list();
    await bench.choose(bench.file(sample.small.file), trainCommand);
    await bench.pickRow('Glyphs').waitFor();
    await session.screenshot('train-data');
    await bench.pick('Glyphs');
    await bench.pickRow('Fine-tune Gently').waitFor();
    await session.screenshot('train-plan');
    await bench.pick('Custom…');
    await bench.quickTitle.getByText('(3/8)').waitFor();
    await bench.quickInput.fill('0');
    await bench.quickMessage('1 ≤ n ≤ 100000').waitFor();
    await session.screenshot('train-figure');
    await bench.quickInput.press('Enter');
    await bench.quickTitle.getByText('(3/8)').waitFor();
    await bench.page.keyboard.press('Escape');
    await bench.quickTitle.waitFor({ state: 'hidden' });
    expect(await session.list()).toEqual(files);
  });

  it('writes a trained file beside the original, with curves and a verdict in the panel', async () => {
    const { bench, panel } = session;
    const before = await session.hash(sample.small.file);
    await bench.openFile(sample.source);
    await startTraining(bench, sample.small.file, ['Fine-tune Gently']);
    await bench.file('digits.train3.onnx').waitFor();
    expect(await session.hash(sample.small.file)).toBe(before);
    await panel.figure('Loss').waitFor();
    expect(await panel.colours('Loss')).toBeGreaterThan(5);
    await panel.find('.verdict-words').waitFor();
    // The code stays in sight beside the panel.
    expect(await bench.editorTab(sample.source).isVisible()).toBe(true);
    await bench.openContainer('Counterweight');
    const run = bench.treeRow('digits.onnx · train 3 epochs');
    await run.getByText(/accuracy \d/).waitFor();
  });

  it.each(Object.keys(themes) as Theme[])('shows it in the theme %s', async (theme) => {
    const { bench, panel } = session;
    await bench.chooseTheme(theme);
    await panel.themed(theme);
    await panel.pixels('Loss');
    await session.screenshot(`train-result-${theme}`);
    expect(await panel.violations()).toEqual([]);
  });

  it('shows what advice changes before it starts anything', async () => {
    const { bench, panel } = session;
    const files = await session.list();
    await panel.button('Apply…').click();
    await bench.pickRow('Train With This Change').waitFor();
    await session.screenshot('train-advice');
    expect(await bench.pickRow('Train With This Change').innerText()).toMatch(/train\.\w+.*→/);
    await bench.page.keyboard.press('Escape');
    expect(await session.list()).toEqual(files);
  });

  it('asks again what was answered when a run is repeated with changes', async () => {
    const { bench } = session;
    const run = bench.treeRow('digits.onnx · train 3 epochs');
    await bench.choose(run, 'Run Again With Changes…');
    await bench.pickRow('Glyphs').and(bench.page.locator('.focused')).waitFor();
    await bench.pick('Glyphs');
    await bench.pickRow('As Before').waitFor();
    await bench.pick('Custom…');
    await bench.quickTitle.getByText('(3/8)').waitFor();
    await expect.poll(() => bench.quickInput.inputValue()).toBe('3');
    await bench.quickInput.fill('1');
    for (const step of [4, 5]) {
      await bench.quickInput.press('Enter');
      await bench.quickTitle.getByText(`(${step}/8)`).waitFor();
    }
    await bench.quickInput.press('Enter');
    await bench.pick('Adam');
    await bench.pick('No Early Stopping');
    await bench.pickRow('Beside the Original').getByText('train.epochs: 3 → 1').waitFor();
    await session.screenshot('train-again');
    await bench.pick('Beside the Original');
    await bench
      .treeRow('digits.onnx · train 1 epoch')
      .getByText(/accuracy \d/)
      .waitFor();
    expect(await session.list()).toContain('digits.train1.onnx');
  });
});
