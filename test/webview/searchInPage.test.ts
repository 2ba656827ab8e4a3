// A search in the panel's page: points and rows that come while it goes on, a finished one with its winner, and the
// networks that it opens, by mouse and by keyboard.
import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { themes } from './harness';
import { asked, cellsOf, describeInBrowser, settled, violations } from './panelInBrowser';

const folder = '/projects/digits/.counterweight/runs/1/trials';

function table(page: Page): Locator {
  return page.getByRole('table', { name: 'Trials' });
}

async function column(page: Page, name: string): Promise<readonly string[]> {
  const heads = await table(page).locator('thead th').allInnerTexts();
  const index = heads.findIndex((head) => head.trim() === name);
  const cells = await table(page)
    .locator(`tbody tr > :nth-child(${index + 1})`)
    .allInnerTexts();
  return cells.map((cell) => cell.trim());
}

async function tryNetworks(page: Page, count: number): Promise<void> {
  await page.evaluate((networks) => window.fakeEditor.tryNetworks(networks), count);
  await settled(page);
}

function readout(page: Page): Promise<string> {
  return page.locator('.section-search .readout').innerText();
}

function picture(page: Page): Promise<string> {
  return page.locator('.section-search canvas').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
}

describeInBrowser('a search', ({ open }) => {
  describe('while it goes on', () => {
    it('shows each network as it comes, and keeps what was sorted', async () => {
      const page = await open('searching');
      expect(await readout(page)).toBe('7 of 12 networks; macs ≤ 2M');
      const before = await picture(page);
      await table(page).getByRole('button', { name: 'Accuracy' }).click();
      await tryNetworks(page, 9);
      expect(await readout(page)).toBe('9 of 12 networks; macs ≤ 2M');
      expect(await picture(page)).not.toBe(before);
      const accuracies = (await column(page, 'Accuracy')).map(Number.parseFloat);
      expect(accuracies).toHaveLength(9);
      expect(accuracies).toEqual(accuracies.toSorted((a, b) => b - a));
    });

    it('draws nothing for mere progress, and keeps the focus where it is', async () => {
      const page = await open('searching');
      await table(page).getByRole('button', { name: '3', exact: true }).focus();
      const before = await picture(page);
      await page.evaluate(() => window.fakeEditor.resend());
      await settled(page);
      expect(await picture(page)).toBe(before);
      await tryNetworks(page, 8);
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('3');
    });

    it('can be held and cancelled', async () => {
      const page = await open('searching');
      await page.getByRole('button', { name: 'Pause' }).click();
      await page.getByRole('button', { name: 'Cancel' }).click();
      expect(await asked(page, 'pauseJob')).toEqual([{ id: 'job-4', paused: true }]);
      expect(await asked(page, 'cancelJob')).toEqual([{ id: 'job-4' }]);
    });
  });

  it('that was stopped shows what it had tried, and goes on', async () => {
    const page = await open('searchStopped');
    expect(await readout(page)).toBe('5 of 12 networks; macs ≤ 2M');
    await table(page).getByRole('button', { name: '2', exact: true }).click();
    expect(await asked(page, 'openModel')).toEqual([{ path: `${folder}/2/rung-1.onnx` }]);
    await page.getByRole('button', { name: 'Resume' }).click();
    expect(await asked(page, 'resumeRun')).toEqual([{}]);
    expect(await violations(page)).toEqual([]);
  });

  describe('that is over', () => {
    it('tells the winner, what it costs and reaches', async () => {
      const page = await open('search');
      const winner = page.locator('.section-winner');
      expect(await winner.locator('.facts').innerText()).toMatch(/MACs\s+1\.96M, 98% of the budget/);
      expect(await cellsOf(winner.locator('tbody tr').last())).toEqual([
        '97.80%',
        '94.10%',
        '−3.7 pp',
        '93.60%',
      ]);
      await page.getByRole('button', { name: 'Open Network' }).click();
      await page.getByRole('button', { name: 'Search Again…' }).click();
      expect(await asked(page, 'openModel')).toEqual([{ path: '/projects/digits/models/network.onnx' }]);
      expect(await asked(page, 'searchAgain')).toEqual([{}]);
    });

    it('sorts its trials by any column, what is unknown last', async () => {
      const page = await open('search');
      await table(page).getByRole('button', { name: 'Loss' }).click();
      const losses = await column(page, 'Loss');
      expect(losses.at(-1)).toBe('–');
      const known = losses.slice(0, -1).map(Number);
      expect(known).toEqual(known.toSorted((a, b) => b - a));
      await table(page).getByRole('button', { name: 'Architecture' }).click();
      const architectures = await column(page, 'Architecture');
      expect(architectures).toEqual(architectures.toSorted());
      await page.reload();
      expect(await column(page, 'Architecture')).toEqual(architectures);
    });

    it('opens networks from the table, but none that diverged', async () => {
      const page = await open('search');
      await table(page).getByRole('button', { name: '11 (winner)' }).click();
      expect(await asked(page, 'openModel')).toEqual([{ path: `${folder}/11/rung-2.onnx` }]);
      expect(await table(page).getByRole('button', { name: '10', exact: true }).count()).toBe(0);
    });

    it('opens networks from the picture, by keyboard and by pointer', async () => {
      const page = await open('search', { width: 1200 });
      const canvas = page.getByRole('application', { name: /^Cost and accuracy of network\.onnx/ });
      await canvas.focus();
      await page.keyboard.press('Home');
      expect(await readout(page)).toMatch(
        /^Trial 5: ds-cnn, width 0\.71, depth 0\.5, .* MACs 640,000; accuracy 71\.3%/,
      );
      await page.keyboard.press('ArrowRight');
      expect(await readout(page)).toMatch(/^Trial 6: /);
      await page
        .locator('.section-search [aria-live="polite"]', { hasText: 'Trial 6:' })
        .waitFor({ state: 'attached' });
      await page.keyboard.press('Enter');
      await page.keyboard.press('End');
      expect(await readout(page)).toMatch(/^Trial 7: /);
      // The pointer finds the same point again.
      const box = (await canvas.boundingBox())!;
      let found = '';
      for (let x = box.width - 20; x > 40 && !found.startsWith('Trial'); x -= 8) {
        for (let y = 10; y < box.height - 40 && !found.startsWith('Trial'); y += 8) {
          await page.mouse.move(box.x + x, box.y + y);
          found = await readout(page);
        }
      }
      expect(found).toMatch(/^Trial 7: /);
      await page.mouse.down();
      await page.mouse.up();
      expect(await asked(page, 'openModel')).toEqual([
        { path: `${folder}/6/rung-1.onnx` },
        { path: `${folder}/7/rung-2.onnx` },
      ]);
    });

    it('is copied as CSV, saved as a picture and shown as a table', async () => {
      const page = await open('search');
      const figure = page.locator('.section-search');
      await figure.getByRole('button', { name: 'Copy as CSV' }).click();
      const [copied] = (await asked(page, 'copy')) as { text: string }[];
      expect(copied?.text.split('\n')).toHaveLength(14);
      await figure.getByRole('button', { name: 'Save as PNG' }).click();
      await expect.poll(() => asked(page, 'save')).toMatchObject([{ name: 'network.onnx-search.png' }]);
      await figure.getByRole('button', { name: 'Show as table' }).click();
      expect(await figure.locator('.figure-table tbody tr').count()).toBe(12);
    });

    it.each(themes)('is accessible in the theme %s', async (theme) => {
      const page = await open('search', { theme, width: 1200 });
      await settled(page);
      expect(await violations(page)).toEqual([]);
    });
  });
});
