// A recipe from its first key to its run: what is offered, what is explained, what is marked, and the lens over it.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sample } from '../../support/sampleWorkspace';
import { openSession, pictureOnFailure, type Session } from './session';

const name = 'half.counterweight.yaml';

describe('a recipe', () => {
  let session: Session;
  beforeAll(async () => {
    const text = `model: ${sample.small.file}\nsteps:\n  - prune: { sparsety: 0.5 }\n`;
    session = await openSession({ texts: { [name]: text } });
  });
  beforeEach(() => pictureOnFailure(session));
  afterAll(() => session.close());

  it('has what is wrong in it marked, where it stands', async () => {
    const { bench } = session;
    await bench.openFile(name);
    await bench.page.locator('.squiggly-error').first().waitFor();
    const told = 'there is no option sparsety; the nearest is sparsity';
    await bench.hover(bench.editorLine('sparsety').getByText('sparsety'), told);
    await session.screenshot('recipe-problem');
  });

  it('offers the options that can stand there, and explains them', async () => {
    const { bench } = session;
    const { page } = bench;
    await bench.editorLine('sparsety').getByText('sparsety').dblclick();
    await page.keyboard.press('Delete');
    await page.keyboard.press('Control+Space');
    const offered = page.locator('.suggest-widget .monaco-list-row', { hasText: 'sparsity' }).first();
    await offered.waitFor();
    await session.screenshot('recipe-completion');
    await offered.click();
    await expect.poll(() => bench.editorLine('prune').innerText()).toMatch(/\{\s*sparsity:\s*0\.5/);
    await page.locator('.squiggly-error').first().waitFor({ state: 'detached' });
    const told = 'Fraction of the weights that are zero';
    await bench.hover(bench.editorLine('sparsity').getByText('sparsity'), told);
    await session.screenshot('recipe-hover');
  });

  it('runs from the lens over it, after it is saved, as a run of the Experiments view', async () => {
    const { bench, panel } = session;
    const before = await session.hash(sample.small.file);
    await bench.clickLens('Run', bench.page.locator('iframe.webview.ready'));
    await bench.file('digits.prune50.onnx').waitFor();
    expect(await session.hash(sample.small.file)).toBe(before);
    await panel.find('.sizes-table').waitFor();
    await bench.openContainer('Counterweight');
    await bench.treeRow(/digits\.onnx · prune 50/).waitFor();
    await session.screenshot('recipe-run');
  });
});
