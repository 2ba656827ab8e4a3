// Schemes of quantization side by side in the panel's page: measured when asked for, of the model or of a layer, and
// taken over with a click.
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { asked, cellsOf, describeInBrowser, violations, type PanelInBrowser } from './panelInBrowser';
import { themes } from './harness';

describeInBrowser('schemes of quantization', ({ open }) => {
  it('are compared when it is asked for, not before', async () => {
    const page = await open('model', { layer: '/fc2/Gemm' });
    await page.locator('summary', { hasText: 'Quantization' }).click();
    expect(await asked(page, 'schemes')).toEqual([]);
    await page.getByRole('button', { name: 'Compare Schemes' }).click();
    await page.getByRole('progressbar', { name: 'Comparing schemes' }).waitFor();
    const row = page
      .getByRole('table', { name: 'Schemes for lenet' })
      .getByRole('row', { name: /int8 per channel/ });
    await row.waitFor();
    expect(await cellsOf(row)).toEqual([
      expect.stringMatching(/^\d+ kB$/),
      expect.stringMatching(/^\d+\.\d dB$/),
      expect.any(String),
      expect.any(String),
      'Use',
    ]);
    expect(await asked(page, 'schemes')).toHaveLength(1);
  });

  it('can be cancelled while they are measured', async () => {
    const page = await open('model', { layer: '/fc2/Gemm' });
    await page.locator('summary', { hasText: 'Quantization' }).click();
    await page.getByRole('button', { name: 'Compare Schemes' }).click();
    await page.getByRole('button', { name: 'Cancel' }).press('Enter');
    await page.getByRole('button', { name: 'Compare Schemes' }).waitFor();
    expect(await page.getByRole('alert').filter({ hasText: /./ }).count()).toBe(0);
  });

  it('are taken over into a compression, for the model or for the layer that is selected', async () => {
    const page = await compared({ open });
    await page.getByRole('button', { name: 'Use int4 per channel…' }).press('Enter');
    await expect.poll(() => asked(page, 'useScheme')).toEqual([{ id: 'int4' }]);
    await page.getByRole('radio', { name: 'Selected layer' }).check({ force: true });
    await page.getByRole('table', { name: 'Schemes for layer /fc2/Gemm' }).waitFor();
    await page.getByRole('row', { name: /fc1/ }).first().click();
    await page.getByRole('table', { name: 'Schemes for layer /fc1/Gemm' }).waitFor();
    await page.getByRole('button', { name: 'Use int3 in groups of 32…' }).click();
    await expect
      .poll(() => asked(page, 'useScheme'))
      .toEqual([{ id: 'int4' }, { id: 'int3-group', layer: '/fc1/Gemm' }]);
  });

  it('leave small layers alone, and say why', async () => {
    const page = await open('mobilenet', { layer: '/features.2.depthwise/Conv' });
    await compare(page);
    await page.getByText('3 layers keep their type', { exact: true }).waitFor();
    await page.getByRole('radio', { name: 'Selected layer' }).check({ force: true });
    await page.getByText(/^Keeps its type: its 576 bytes are so few/).waitFor();
    expect(await page.getByRole('button', { name: /^Use / }).count()).toBe(0);
  });

  it('are a table for reading, CSV with every layer, and a picture', async () => {
    const page = await compared({ open });
    const figure = page.getByRole('region', { name: 'Schemes side by side' });
    await figure.getByRole('button', { name: 'Save as PNG' }).click();
    await expect.poll(() => asked(page, 'save')).toHaveLength(1);
    const [saved] = (await asked(page, 'save')) as { name: string; bytes: number[]; length: number }[];
    expect(saved).toMatchObject({
      name: 'lenet-300-100.onnx-schemes.png',
      bytes: [137, 80, 78, 71, 13, 10, 26, 10],
    });
    expect(saved!.length).toBeGreaterThan(5000);
    await figure.getByRole('button', { name: 'Copy as CSV' }).click();
    const [{ text }] = (await asked(page, 'copy')) as [{ text: string }];
    const lines = text.trimEnd().split('\n');
    expect(lines[0]).toBe('scheme,layer,bytes,mse,sqnrDb,maxError,kept');
    const schemes = await figure.getByRole('row').count();
    expect(lines).toHaveLength(1 + (schemes - 1) * 4);
    await figure.getByRole('button', { name: 'Show as table' }).click();
    await figure.getByRole('columnheader', { name: 'Kept' }).waitFor();
  });

  it.each(themes)('are without serious accessibility violations in %s', async (theme) => {
    const page = await open('model', { layer: '/fc2/Gemm', theme });
    await compare(page);
    expect(await violations(page)).toEqual([]);
  });
});

async function compared({ open }: Pick<PanelInBrowser, 'open'>): Promise<Page> {
  const page = await open('model', { layer: '/fc2/Gemm', height: 1400 });
  await compare(page);
  return page;
}

async function compare(page: Page): Promise<void> {
  await page.locator('summary', { hasText: 'Quantization' }).click();
  await page.getByRole('button', { name: 'Compare Schemes' }).click();
  await page.getByRole('region', { name: 'Schemes side by side' }).waitFor();
}
