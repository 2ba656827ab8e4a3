// The grid of quantized weights in the panel's page: drawn into the histogram, of all channels or of one of them.
import type { Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { asked, describeInBrowser, settled, violations } from './panelInBrowser';

describeInBrowser('the grid of quantized weights', ({ open }) => {
  it('is the widest at first, and says what its values are', async () => {
    const page = await open('fewBits', { layer: '/fc2/Gemm', height: 1800 });
    const facts = figure(page, 'Distribution').locator('.facts');
    expect(await facts.innerText()).toMatch(
      /^Grid\s+int3, 100 channels\s+Channel\s+\d+, the widest\s+Levels\s+[67]\s+Scale\s+0\.\d+\s+Zero point\s+0$/,
    );
    expect(await figure(page, 'Error distribution').locator('.facts').innerText()).toMatch(
      /Half a step\s+0\.\d+$/,
    );
  });

  it('is that of one channel where a number is typed, and of all again where it is taken out', async () => {
    const page = await open('fewBits', { layer: '/fc2/Gemm', height: 1800 });
    const weights = figure(page, 'Distribution');
    await settled(page);
    const whole = await picture(weights);
    const field = page.getByRole('spinbutton', { name: 'Channel' });
    await field.fill('7');
    await expect.poll(() => weights.locator('.facts').innerText()).toMatch(/Channel\s+7\s+Levels/);
    expect(await asked(page, 'grid')).toEqual([{ index: 7 }]);
    expect(await picture(weights)).not.toBe(whole);
    // The histogram holds the 300 weights of the channel, and its table too.
    await weights.getByRole('button', { name: 'Show as table' }).click();
    const counts = await weights
      .getByRole('row')
      .filter({ hasText: 'Before' })
      .locator('td:last-child')
      .allInnerTexts();
    expect(counts.reduce((sum, count) => sum + Number(count), 0)).toBe(300);
    await weights.getByRole('button', { name: 'Show as table' }).click();
    // By keyboard, as every field of numbers.
    await field.focus();
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => weights.locator('.facts').innerText()).toMatch(/Channel\s+8\s+Levels/);
    await field.fill('');
    await expect.poll(() => picture(weights)).toBe(whole);
  });

  it('stays as it is for a number that no channel has', async () => {
    const page = await open('fewBits', { layer: '/fc3/Gemm', height: 1800 });
    const field = page.getByRole('spinbutton', { name: 'Channel' });
    await field.fill('10');
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    expect(await asked(page, 'grid')).toEqual([]);
    expect(await violations(page)).toEqual([]);
  });

  it('is lines for few values, and a band for many', async () => {
    const few = await columnsOfGrid(await open('fewBits', { layer: '/fc2/Gemm', height: 1800 }));
    const many = await columnsOfGrid(await open('experiment', { layer: '/fc2/Gemm', height: 1800 }));
    expect(few.lines).toBeGreaterThanOrEqual(4);
    expect(few.tinted).toBeLessThan(0.2);
    expect(many.tinted).toBeGreaterThan(0.8);
  });
});

function figure(page: Page, name: string): Locator {
  return page.getByRole('region', { name, exact: true });
}

function picture(within: Locator): Promise<string> {
  return within.locator('canvas').evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
}

/** Along a row of pixels near the top of the chart: columns that are not the page's, and how many runs of them. */
async function columnsOfGrid(page: Page): Promise<{ readonly lines: number; readonly tinted: number }> {
  await settled(page);
  return figure(page, 'Distribution')
    .locator('canvas')
    .evaluate((element) => {
      const canvas = element as HTMLCanvasElement;
      const left = Math.round(canvas.width * 0.18);
      const width = canvas.width - left - 4;
      const { data } = canvas
        .getContext('2d')!
        .getImageData(left, Math.round(canvas.height * 0.22), width, 1);
      const drawn = Array.from({ length: width }, (_, x) => data[4 * x + 3]! > 0);
      return {
        lines: drawn.filter((is, x) => is && !drawn[x - 1]).length,
        tinted: drawn.filter(Boolean).length / width,
      };
    });
}
