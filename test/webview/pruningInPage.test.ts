// A run that prunes in the panel's page: one picture of all its training, that goes on while it runs.
import type { Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { asked, describeInBrowser, settled, violations } from './panelInBrowser';

describeInBrowser('a run that prunes', ({ open }) => {
  it('goes on in the same picture from step to step, and names what is going on', async () => {
    const page = await open('pruning');
    const facts = page.locator('.facts').first();
    expect(await facts.innerText()).toMatch(/Epoch\s+20 of 26\s+Phase\s+prune 78\.5% · fine-tune/);
    const accuracy = figure(page, 'Accuracy');
    const canvas = accuracy.locator('canvas');
    await canvas.evaluate((element) => element.setAttribute('data-kept', 'yes'));
    await canvas.press('Home');
    await canvas.press('ArrowRight');
    expect(await readout(accuracy)).toMatch(/^Epoch 1, train: .*, sparsity 0%$/);
    await page.evaluate(() => window.fakeEditor.train(9));
    await page.getByText('23 of 26').waitFor();
    await canvas.press('End');
    expect(await readout(accuracy)).toMatch(/^Epoch 23, fine-tune: .*, sparsity 90%$/);
    expect(await canvas.getAttribute('data-kept')).toBe('yes');
    // From the last epoch of a phase to the network that was pruned, which stands at the same place.
    await canvas.press('ArrowLeft');
    expect(await readout(accuracy)).toMatch(/^Epoch 22, prune 90%: .*, sparsity 90%$/);
    await canvas.press('ArrowLeft');
    expect(await readout(accuracy)).toMatch(/^Epoch 22, fine-tune: .*, sparsity 78\.5%$/);
  });

  it('draws the sparsity in the colour of its legend, and of its axis', async () => {
    const page = await open('pruned', { layer: '/fc1/Gemm', height: 1600 });
    const loss = figure(page, 'Loss');
    expect((await loss.locator('.series-legend').innerText()).split(/\s+/)).toEqual([
      'Train',
      'Validation',
      'Sparsity',
    ]);
    await settled(page);
    const [level, drawn] = await loss.locator('canvas').evaluate((element) => {
      const canvas = element as HTMLCanvasElement;
      const style = getComputedStyle(document.body).getPropertyValue('--counterweight-level');
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      const colors = new Set<string>();
      for (let i = 0; i < data.length; i += 4) colors.add(`rgb(${data[i]}, ${data[i + 1]}, ${data[i + 2]})`);
      return [style, colors.has(style)] as const;
    });
    expect([level, drawn]).toEqual([expect.stringMatching(/^rgb/), true]);
  });

  it('is a table with the phases and the sparsity, and CSV', async () => {
    const page = await open('pruned', { layer: '/fc1/Gemm', height: 1600 });
    const loss = figure(page, 'Loss');
    await loss.getByRole('button', { name: 'Show as table' }).click();
    const pruned = loss.getByRole('row').filter({ hasText: 'prune 53.6%' });
    expect((await pruned.innerText()).split('\t')).toEqual([
      '14',
      'prune 53.6%',
      expect.any(String),
      expect.any(String),
      expect.any(String),
      '53.6%',
      '5.00e-4',
      '0',
    ]);
    await loss.getByRole('button', { name: 'Copy as CSV' }).click();
    const [{ text }] = (await asked(page, 'copy')) as [{ text: string }];
    expect(text.split('\n')[0]).toMatch(/^epoch,step,phase,trained,.*,sparsity$/);
    expect(await violations(page)).toEqual([]);
  });

  it('has a bar for each layer, which selects it, and the same as table and CSV', async () => {
    const page = await open('pruned', { layer: '/fc1/Gemm', height: 2000 });
    const zeros = figure(page, 'Zeros of each layer');
    const canvas = zeros.locator('canvas');
    const box = (await canvas.boundingBox())!;
    // The second of three rows, below the axis.
    await canvas.click({ position: { x: box.width / 3, y: 26 + 45 } });
    await expect.poll(() => asked(page, 'selectLayer')).toEqual([{ layer: '/fc2/Gemm' }]);
    await zeros.getByRole('button', { name: 'Show as table' }).click();
    const cells = await zeros.getByRole('row', { name: /fc1/ }).locator('td').allInnerTexts();
    expect(cells).toEqual(['Gemm', '0.00%', '79.90%', '+79.9 pp']);
    await zeros.getByRole('button', { name: 'Copy as CSV' }).click();
    const [{ text }] = (await asked(page, 'copy')) as [{ text: string }];
    expect(text.trimEnd().split('\n')).toHaveLength(4);
  });

  it('says what pruning did to the gap, with the figures and the verdict of each network', async () => {
    const page = await open('pruned', { layer: '/fc1/Gemm', height: 3000 });
    await page
      .getByText('narrowed the generalization gap from 14.3 to 6.8 points of accuracy, by 7.5')
      .waitFor();
    const table = page.getByRole('table', { name: 'Generalization' });
    const cells = await table
      .getByRole('row', { name: /^Accuracy\s*trained/ })
      .locator('td')
      .allInnerTexts();
    expect(cells).toEqual(['98.50%', '84.20%', '−14.3 pp', '']);
    const verdicts = page.locator('.verdicts h3').filter({ hasNotText: /^$/ });
    expect(await verdicts.allInnerTexts()).toEqual([
      'before',
      'Underfit',
      'trained',
      'Overfit',
      'after',
      'Balanced',
    ]);
    await page.getByText('a decline of 14.5%, above the usual limit of 10%').waitFor();
  });

  it('scrolls through the bars of more layers than fit', async () => {
    const page = await open('manyPruned');
    const scroller = page.getByRole('group', { name: 'Zeros of each layer' });
    const [height, content] = await scroller.evaluate((each) => [each.clientHeight, each.scrollHeight]);
    expect(height).toBeLessThan(400);
    expect(content).toBeGreaterThan(10_000);
    await scroller.focus();
    await page.keyboard.press('End');
    await expect.poll(() => scroller.evaluate((each) => each.scrollTop)).toBeGreaterThan(9000);
  });
});

function figure(within: Page | Locator, name: string): Locator {
  return within.getByRole('region', { name, exact: true });
}

async function readout(within: Locator): Promise<string> {
  return within.locator('.readout').innerText();
}
