// What each layer can bear, in a real browser: read, selected and locked by mouse and keyboard, in every theme.
import { expect, it } from 'vitest';
import { themes } from './harness';
import { asked, describeInBrowser, settled, violations } from './panelInBrowser';

describeInBrowser('the sensitivity of layers', ({ open }) => {
  it('is a table of layers by settings, by the measure that is chosen', async () => {
    const page = await open('sensitivity');
    const row = page.getByRole('row', { name: '/fc1/Gemm' });
    await row.waitFor();
    const figures = row.locator('td.heat');
    expect(await figures.first().innerText()).toBe('98.7%');
    const hardest = figures.last();
    const ground = await hardest.evaluate((cell) => getComputedStyle(cell).backgroundColor);
    expect(ground).not.toBe(await figures.first().evaluate((cell) => getComputedStyle(cell).backgroundColor));
    await page.getByRole('radio', { name: 'KL divergence' }).check();
    expect(await figures.first().innerText()).not.toContain('%');
    await hardest.hover();
    const readout = page.locator('.section-sensitivity .readout');
    await readout.getByText('/fc1/Gemm at 95%: Accuracy 10.3% (now 98.7%)').waitFor();
    await page.reload();
    expect(await page.getByRole('radio', { name: 'KL divergence' }).isChecked()).toBe(true);
  });

  it('selects a layer like any other list', async () => {
    const page = await open('manySensitive');
    const row = page.getByRole('row', { name: '/features.4.pointwise/Conv' });
    await row.click();
    await page.getByRole('heading', { name: '/features.4.pointwise/Conv' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.getByRole('heading', { name: '/features.8.pointwise/Conv' }).waitFor();
    expect(await asked(page, 'selectLayer')).toEqual([
      { layer: '/features.4.pointwise/Conv' },
      { layer: '/features.8.pointwise/Conv' },
    ]);
  });

  it('follows a selection that was made elsewhere', async () => {
    const page = await open('manySensitive', { layer: '/classifier/Gemm' });
    const selected = page.getByRole('row', { selected: true });
    expect(await selected.innerText()).toContain('/classifier/Gemm');
    expect(await selected.isVisible()).toBe(true);
  });

  it('locks a layer by mouse and keyboard, and prunes again with the locks', async () => {
    const page = await open('sensitivity');
    await page.getByText('No layer is locked.').waitFor();
    await page.getByRole('button', { name: 'Lock /fc2/Gemm from pruning' }).click();
    await page.getByText('1 layer is locked from pruning.').waitFor();
    // Locking is no selection.
    expect(await asked(page, 'selectLayer')).toEqual([]);
    await page.getByRole('row', { name: '/fc3/Gemm' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('2 layers are locked from pruning.').waitFor();
    await page.getByRole('button', { name: 'Unlock /fc2/Gemm' }).click();
    await page.getByText('1 layer is locked from pruning.').waitFor();
    expect(await asked(page, 'lockLayers')).toEqual([
      { layers: ['/fc2/Gemm'], locked: true },
      { layers: ['/fc3/Gemm'], locked: true },
      { layers: ['/fc2/Gemm'], locked: false },
    ]);
    await page.getByRole('button', { name: 'Prune Again with These Locks' }).click();
    await page.getByRole('button', { name: 'Measure Again…' }).click();
    expect(await asked(page, 'pruneAgain')).toEqual([{}]);
    expect(await asked(page, 'sensitivity')).toEqual([{}]);
  });

  it('starts an ordinary compression where nothing is locked', async () => {
    const page = await open('sensitivity');
    await page.getByRole('button', { name: 'Compress…' }).click();
    expect(await asked(page, 'compress')).toEqual([{}]);
    expect(await asked(page, 'pruneAgain')).toEqual([]);
  });

  it('gives every figure as CSV, the picture as PNG, and the same as a plain table', async () => {
    const page = await open('sensitivity');
    const figure = page.locator('.section-sensitivity');
    await figure.getByRole('button', { name: 'Copy as CSV' }).click();
    const [copied] = (await asked(page, 'copy')) as { text: string }[];
    const lines = copied!.text.trim().split('\n');
    expect(lines[0]).toBe('layer,operator,weights,setting,loss,accuracy,kl,mse');
    expect(lines).toHaveLength(1 + 3 * 7);
    await figure.getByRole('button', { name: 'Save as PNG' }).click();
    await settled(page);
    const [saved] = (await asked(page, 'save')) as { name: string; bytes: number[]; length: number }[];
    expect(saved!.name).toBe('lenet-300-100.onnx-sensitivity-accuracy.png');
    expect(saved!.bytes.slice(0, 4)).toEqual([0x89, 0x50, 0x4e, 0x47]);
    expect(saved!.length).toBeGreaterThan(2000);
    await figure.getByRole('button', { name: 'Show as table' }).click();
    const table = figure.getByRole('region', { name: 'Layers by settings' });
    expect(await table.getByRole('row').count()).toBe(4);
  });

  it.each(themes)('has no barriers in the theme %s', async (theme) => {
    const page = await open('manySensitive', { theme, layer: '/features.4.pointwise/Conv' });
    expect(await violations(page)).toEqual([]);
  });
});
