// What readers take out of the panel: tables, CSV and pictures of its charts.
import { expect, it } from 'vitest';
import { asked, describeInBrowser } from './panelInBrowser';

describeInBrowser('a chart', ({ open }) => {
  it('is also a table, and copied as CSV', async () => {
    const page = await open('experiment', { layer: '/fc2/Gemm' });
    const figure = page.getByRole('region', { name: 'Error distribution' });
    await figure.getByRole('button', { name: 'Show as table' }).click();
    const rows = await figure.getByRole('row').allInnerTexts();
    expect(rows[0]!.split('\t')).toEqual(['From', 'To', 'Count']);
    expect(rows).toHaveLength(65);
    await figure.getByRole('button', { name: 'Copy as CSV' }).click();
    const [{ text }] = (await asked(page, 'copy')) as [{ text: string }];
    const lines = text.trimEnd().split('\n');
    expect(lines[0]).toBe('From,To,Count');
    expect(lines.slice(1)).toEqual(rows.slice(1).map((row) => row.split('\t').join(',')));
    const counted = lines.slice(1).reduce((sum, line) => sum + Number(line.split(',')[2]), 0);
    expect(counted).toBe(100 * 300);
  });

  it('copies every cell of the heatmap', async () => {
    const page = await open('model', { layer: '/fc3/Gemm' });
    await page.getByRole('region', { name: 'Weights' }).getByRole('button', { name: 'Copy as CSV' }).click();
    const [{ text }] = (await asked(page, 'copy')) as [{ text: string }];
    const lines = text.trimEnd().split('\n');
    expect(lines).toHaveLength(11);
    expect(lines[0]!.split(',')).toHaveLength(101);
  });

  it('is saved as a picture', async () => {
    const page = await open('experiment', { layer: '/fc2/Gemm' });
    for (const name of ['Weights', 'Distribution', 'Error distribution']) {
      await page
        .getByRole('region', { name, exact: true })
        .getByRole('button', { name: 'Save as PNG' })
        .click();
    }
    await expect.poll(() => asked(page, 'save')).toHaveLength(3);
    const saved = (await asked(page, 'save')) as { name: string; bytes: number[]; length: number }[];
    expect(saved.map(({ name }) => name)).toEqual([
      'fc2-Gemm-after.png',
      'fc2-Gemm-weights.png',
      'fc2-Gemm-errors.png',
    ]);
    for (const { bytes, length } of saved) {
      expect(bytes).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
      expect(length).toBeGreaterThan(1000);
    }
  });

  it('has counts on a logarithmic axis where wished', async () => {
    const page = await open('experiment', { layer: '/fc2/Gemm' });
    const figure = page.getByRole('region', { name: 'Distribution', exact: true });
    const picture = () =>
      figure.locator('canvas').evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
    const linear = await picture();
    await figure.getByRole('button', { name: 'log scale of counts' }).click();
    expect(await picture()).not.toBe(linear);
  });
});
