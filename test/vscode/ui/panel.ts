// What a test sees of the panel: its figures, tables and pictures.
import { createHash } from 'node:crypto';
import { source as axeSource } from 'axe-core';
import type { Locator } from 'playwright-core';
import { themes, type Theme } from '../host/quietSettings';
import type { Workbench } from '../host/workbench';

export interface Violation {
  readonly id: string;
  readonly impact: string;
  /** Selectors of the elements at fault. */
  readonly targets: readonly string[];
}

export interface PanelDriver {
  /** Anything in the panel's document. */
  find(selector: string, hasText?: string | RegExp): Locator;
  /** A figure by its title: a picture with its buttons. */
  figure(title: string): Locator;
  /** A button by its label. */
  button(label: string): Locator;
  /** A row of the table of layers. */
  layerRow(layer: string): Locator;
  /** Chooses what the heatmap shows. */
  chooseSide(side: 'Before' | 'After' | 'Error'): Promise<void>;
  /** What the heatmap shows: before, after or error. */
  side(): Promise<string | null>;
  /** A hash of the pixels of a figure's canvas, once two frames in a row agree. */
  pixels(title: string): Promise<string>;
  /** How many colours a figure's canvas shows. */
  colours(title: string): Promise<number>;
  /** Waits until the page has taken over the colours of a theme that was chosen. */
  themed(theme: Theme): Promise<void>;
  /** What axe-core finds serious or critical. */
  violations(): Promise<readonly Violation[]>;
}

export function panel(bench: Workbench): PanelDriver {
  const { page } = bench;
  const find = (selector: string, hasText?: string | RegExp): Locator =>
    bench.webview().locator(selector, hasText === undefined ? {} : { hasText });
  const figure = (title: string): Locator =>
    bench.webview().locator('section.figure', { has: page.locator(`h3:text-is("${title}")`) });
  const canvas = (title: string): Locator => figure(title).locator('canvas').first();
  return {
    find,
    figure,
    button: (label) =>
      find('vscode-button')
        .and(bench.webview().getByText(label, { exact: true }))
        .first(),
    layerRow: (layer) => find(`tr[data-layer="${layer}"]`).first(),
    chooseSide: (side) => figure('Weights').locator('label', { hasText: side }).click(),
    side: () => figure('Weights').locator('input[type=radio]:checked').getAttribute('value'),
    pixels: async (title) => {
      for (let last = ''; ;) {
        const data = await canvas(title).evaluate((element: HTMLCanvasElement) => element.toDataURL());
        if (data === last) return createHash('sha256').update(data).digest('hex');
        last = data;
        await page.waitForTimeout(150);
      }
    },
    colours: (title) =>
      canvas(title).evaluate((element: HTMLCanvasElement) => {
        const context = element.getContext('2d');
        if (!context) return 0;
        const { data } = context.getImageData(0, 0, element.width, element.height);
        return new Set(new Uint32Array(data.buffer)).size;
      }),
    themed: async (theme) => {
      await find(`body[data-vscode-theme-kind="${themes[theme].pageKind}"]`).waitFor();
      // The picker shows the themes that it passes, and the page follows a moment later.
      const colours = (): Promise<string> =>
        find('body').evaluate((body) => {
          const { color, backgroundColor } = getComputedStyle(body);
          return [color, backgroundColor, body.ownerDocument.documentElement.style.cssText].join();
        });
      for (let last = '', now = await colours(); now !== last;) {
        await page.waitForTimeout(400);
        [last, now] = [now, await colours()];
      }
    },
    violations: async () => {
      const frame = page.frames().find((found) => found.url().includes('fake.html'));
      if (frame === undefined) throw new Error('The panel is not open');
      await frame.evaluate(`${axeSource};0`);
      // The window paints the ground behind a page that has none of its own, where axe-core sees white.
      await frame.evaluate(
        `document.documentElement.style.backgroundColor = 'var(--vscode-editor-background)'`,
      );
      const found = await frame.evaluate<Violation[]>(
        `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations.map(
          ({ id, impact, nodes }) => ({ id, impact, targets: nodes.map(({ target }) => target.join(' ')) })))`,
      );
      return found.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    },
  };
}
