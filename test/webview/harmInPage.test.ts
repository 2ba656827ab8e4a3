// Layers ranked by harm in the panel's page: by several measures, selected by mouse and keyboard, saved and copied.
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { themes } from './harness';
import { asked, describeInBrowser, violations } from './panelInBrowser';

describeInBrowser('layers by harm', ({ open }) => {
  it('are ranked by the measure that is chosen, which is remembered', async () => {
    const page = await open('fewBits', { layer: '/fc1/Gemm', height: 1800 });
    const bySqnr = await figures(page);
    expect(bySqnr).toEqual(bySqnr.toSorted((a, b) => a - b));
    await figure(page).getByRole('radio', { name: 'Max error' }).check({ force: true });
    const byError = await figures(page);
    expect(byError).toEqual(byError.toSorted((a, b) => b - a));
    await page.reload();
    expect(await figure(page).getByRole('radio', { name: 'Max error' }).isChecked()).toBe(true);
  });

  it('are ranked by what was measured of them alone, where it was', async () => {
    const page = await open('fewBits', { layer: '/fc1/Gemm', height: 1800 });
    await figure(page).getByRole('radio', { name: 'KL alone' }).check({ force: true });
    // The settings of the sample are 8, 4 and 3 bits, and its layers have 3.
    expect(await figures(page)).toEqual([0.375, 0.25, 0.125]);
    const without = await open('experiment', { layer: '/fc1/Gemm', height: 1800 });
    expect(await figure(without).getByRole('radio').count()).toBe(3);
  });

  it('are selected by mouse and keyboard, and follow the selection', async () => {
    const page = await open('fewBits', { layer: '/fc1/Gemm', height: 1800 });
    const grid = page.getByRole('grid', { name: 'Layers by harm, SQNR' });
    await grid.getByRole('row', { name: '/fc3/Gemm' }).click();
    await expect.poll(() => asked(page, 'selectLayer')).toEqual([{ layer: '/fc3/Gemm' }]);
    await page.keyboard.press('Home');
    const first = await grid.getByRole('row', { selected: true }).getByRole('rowheader').innerText();
    await page.getByRole('heading', { name: first, exact: true }).waitFor();
    await page.getByRole('grid', { name: 'Layers before and after' }).getByText('/fc2/Gemm').click();
    const selected = grid.getByRole('row', { selected: true }).getByRole('rowheader');
    await expect.poll(() => selected.innerText()).toBe('/fc2/Gemm');
  });

  it('are CSV with every measure, a table, and a picture', async () => {
    const page = await open('fewBits', { layer: '/fc1/Gemm', height: 1800 });
    await figure(page).getByRole('button', { name: 'Copy as CSV' }).click();
    const [{ text }] = (await asked(page, 'copy')) as [{ text: string }];
    const lines = text.trimEnd().split('\n');
    expect(lines[0]).toBe('layer,operator,typeBefore,typeAfter,sqnr,mse,maxError,kl');
    expect(lines).toHaveLength(4);
    await figure(page).getByRole('button', { name: 'Save as PNG' }).click();
    await expect
      .poll(() => asked(page, 'save'))
      .toMatchObject([
        { name: expect.stringContaining('-harm-sqnr.png'), bytes: [137, 80, 78, 71, 13, 10, 26, 10] },
      ]);
    await figure(page).getByRole('button', { name: 'Show as table' }).click();
    expect(await figure(page).getByRole('row').nth(1).locator('td').allInnerTexts()).toHaveLength(3);
  });

  it.each(themes)('are without serious accessibility violations in %s', async (theme) => {
    const page = await open('fewBits', { layer: '/fc1/Gemm', theme });
    expect(await violations(page)).toEqual([]);
  });
});

function figure(page: Page) {
  return page.getByRole('region', { name: 'Layers by harm', exact: true });
}

/** The figures of the rows in their order. */
async function figures(page: Page): Promise<number[]> {
  const texts = await figure(page).locator('tbody tr td:last-child').allInnerTexts();
  return texts.map((text) => Number.parseFloat(text));
}
