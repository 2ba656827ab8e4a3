// The panel's page in a real browser for a group of tests: opened for each, closed after it, and with nothing gone wrong
// in between.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type Axe from 'axe-core';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import type { SampleState } from './fakeEditor';
import { chromiumPath, launchChromium, startHarness, type Harness, type HarnessTheme } from './harness';

export interface OpenOptions {
  readonly theme?: HarnessTheme;
  readonly layer?: string;
  readonly width?: number;
  readonly height?: number;
}

export interface PanelInBrowser {
  readonly open: (state: SampleState, options?: OpenOptions) => Promise<Page>;
  readonly url: Harness['url'];
}

/** A group of tests of the page; counted as skipped, with a word why, where there is no Chromium. */
export function describeInBrowser(name: string, tests: (panel: PanelInBrowser) => void): void {
  if (chromiumPath === undefined) {
    console.warn(
      'No Chromium was found (CHROMIUM_PATH, /usr/bin/chromium): the page is not tried in a browser.',
    );
  }
  describe.runIf(chromiumPath !== undefined)(name, () => {
    let harness: Harness;
    let browser: Browser;
    let context: BrowserContext | undefined;
    let problems: string[] = [];

    beforeAll(async () => {
      [harness, browser] = await Promise.all([startHarness(), launchChromium()]);
    });
    afterAll(async () => {
      await browser.close();
      await harness.close();
    });
    afterEach(async () => {
      await context?.close();
      context = undefined;
      expect(problems).toEqual([]);
    });

    tests({
      url: (...parameters) => harness.url(...parameters),
      open: async (state, { theme = 'dark', layer, width = 680, height = 1000 } = {}) => {
        context = await browser.newContext({ viewport: { width, height }, reducedMotion: 'reduce' });
        const page = await context.newPage();
        page.setDefaultTimeout(10_000);
        problems = [];
        page.on('pageerror', (error) => problems.push(error.message));
        page.on('console', (message) => {
          if (message.type() === 'error') problems.push(message.text());
        });
        await page.goto(harness.url(state, theme, layer));
        return page;
      },
    });
  });
}

const axePath = createRequire(import.meta.url).resolve('axe-core');

/** What axe-core finds serious or critical, as "rule: element". */
export async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate((await readFile(axePath, 'utf8')) + ';0');
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: typeof Axe };
    const { violations: found } = await axe.run(document, { resultTypes: ['violations'] });
    return found
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
  });
}

/** What the editor was asked under a name, in order. */
export async function asked(page: Page, name: string): Promise<unknown[]> {
  return page.evaluate(
    (wanted) => window.fakeEditor.asked.filter((entry) => entry.name === wanted).map(({ params }) => params),
    name,
  );
}

/** The layers in the order in which they are shown. */
export async function names(page: Page): Promise<readonly string[]> {
  return page
    .locator('.layer-table:not(.harm-table) tbody tr:not([hidden])')
    .evaluateAll((lines) => lines.map((line) => (line as HTMLElement).dataset['layer'] ?? ''));
}

export async function cellsOf(row: Locator): Promise<readonly string[]> {
  return row.locator('td').allInnerTexts();
}

export async function readout(page: Page): Promise<string> {
  return page.locator('.readout').innerText();
}

/** Two frames: what was asked for has been drawn. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(
    () => new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))),
  );
  await page.waitForTimeout(50);
}

export async function pixels(page: Page): Promise<string> {
  return page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('canvas.heatmap')!;
    return canvas.toDataURL();
  });
}
