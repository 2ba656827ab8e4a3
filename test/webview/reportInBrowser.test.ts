// report.html opened from a file in a real browser, in light and dark, wide and narrow, with names that mean harm.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportHtml } from '../../src/core/experiment/report/html/reportHtml';
import { harmful, sampleReport } from '../core/experiment/report/sampleReport';
import { useTempFolder } from '../support/tempFolder';
import { chromiumPath, launchChromium } from './harness';
import { violations } from './panelInBrowser';

const folder = useTempFolder();

describe.runIf(chromiumPath !== undefined)('report.html', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  it.each([
    ['light', 1200],
    ['light', 600],
    ['dark', 1200],
    ['dark', 600],
  ] as const)('stands in %s at a width of %i, and runs and loads nothing', async (colorScheme, width) => {
    const file = path.join(folder.path, 'report.html');
    writeFileSync(file, reportHtml(sampleReport(), { recipe: harmful, command: 'counterweight compress' }));
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(pathToFileURL(file).href);
    expect(requests).toHaveLength(1);
    const found = await page.evaluate(() => ({
      harmed: 'harmed' in window,
      elements: document.querySelectorAll('script, img, iframe, link').length,
      overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      name: document.querySelector('.layer-name')?.textContent?.trim(),
      charts: [...document.querySelectorAll('.chart svg')].map(
        (svg) => svg.getBoundingClientRect().height > 100,
      ),
      background: getComputedStyle(document.body).backgroundColor,
    }));
    expect(found).toEqual({
      harmed: false,
      elements: 0,
      overflow: 0,
      name: harmful,
      charts: [true, true, true, true],
      background: colorScheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(22, 25, 29)',
    });
    expect(await violations(page)).toEqual([]);
    await page.close();
  });
});
