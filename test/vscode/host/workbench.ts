// What a test does to the workbench by mouse and keyboard, with the waits that each step needs. The selectors hold in
// every release of `codeServerRelease.ts`.
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { themes, type Theme } from './quietSettings';

export interface Workbench {
  readonly page: Page;
  /** Runs a command of the palette by its full title. */
  command(title: string): Promise<void>;
  /** A row of the open quick pick, by its label without icons. */
  pickRow(label: string): Locator;
  /** Chooses a row of the open quick pick. */
  pick(label: string): Promise<void>;
  /** The text field of the open quick input. */
  readonly quickInput: Locator;
  /** The title line of the open quick input. */
  readonly quickTitle: Locator;
  /** The message under the text field of a quick input. */
  quickMessage(text: string | RegExp): Locator;
  /** A file in the Explorer. */
  file(name: string): Locator;
  /** Opens a text file from the Explorer with a double click. */
  openFile(name: string): Promise<void>;
  /** An entry of the open context menu. */
  menuItem(label: string): Locator;
  /** Right-clicks and chooses an entry. */
  choose(target: Locator, label: string): Promise<void>;
  closeMenu(): Promise<void>;
  toast(text: string | RegExp): Locator;
  toastButton(text: string | RegExp, label: string): Locator;
  status(text: string | RegExp): Locator;
  dialogButton(text: string | RegExp, label: string | RegExp): Locator;
  /** An icon of the activity bar. */
  container(name: string): Locator;
  /** Shows a container of the side bar. */
  openContainer(name: string): Promise<void>;
  /** The body of a view in the side bar, by its title. */
  view(title: string): Locator;
  /** A row of any tree in the side bar. */
  treeRow(text: string | RegExp): Locator;
  /** Clicks a row until what it leads to shows: what a row does is lost while VS Code draws its tree anew. */
  clickRow(text: string | RegExp, result: Locator): Promise<void>;
  lens(text: string | RegExp): Locator;
  /** Clicks a lens until what it leads to shows: a click is lost when the editor draws its lenses anew under it. */
  clickLens(text: string | RegExp, result: Locator): Promise<void>;
  /** Points at something until the editor's hover with this text shows; only a pointer that moves brings one up. */
  hover(target: Locator, text: string): Promise<void>;
  /** A line of the open text editor. */
  editorLine(text: string | RegExp): Locator;
  editorTab(text: string | RegExp): Locator;
  /** The document of the one visible webview. */
  webview(): FrameLocator;
  /** Chooses a colour theme and waits until the window shows it. */
  chooseTheme(theme: Theme): Promise<void>;
}

export function workbench(page: Page): Workbench {
  const quickInput = page
    .locator('.quick-input-widget:visible input.input, .quick-input-widget:visible input[type=text]')
    .first();
  const menu = page.locator('.context-view .monaco-menu').first();
  const driver: Workbench = {
    page,
    quickInput,
    quickTitle: page.locator('.quick-input-widget:visible .quick-input-title'),
    command: (title) => runCommand(page, quickInput, title),
    pickRow: (label) => {
      const text = new RegExp(`^\\s*${label.replaceAll(/[^\w\s]/g, '\\$&')}\\s*$`);
      const name = page.locator('.label-name', { hasText: text });
      return page.locator('.quick-input-list .monaco-list-row', { has: name }).first();
    },
    pick: (label) => driver.pickRow(label).click(),
    quickMessage: (text) => page.locator('.quick-input-message', { hasText: text }),
    file: (name) => page.locator(labelled('.explorer-folders-view .monaco-list-row', name)).first(),
    openFile: async (name) => {
      await driver.file(name).dblclick();
      await page.locator(`.tab[data-resource-name="${name}"]`).waitFor();
      // It takes the focus a moment later.
      await page.locator('.editor-instance .monaco-editor.focused').waitFor();
    },
    menuItem: (label) =>
      page
        .locator(
          `.context-view .action-menu-item[aria-label="${label}"], .context-view .action-label[aria-label="${label}"]`,
        )
        .first(),
    choose: async (target, label) => {
      const item = driver.menuItem(label);
      for (let attempt = 0; attempt < 8; attempt++) {
        // A menu holds what was known when it opened, so it is opened anew until it has the entry.
        if (!(await item.isVisible())) await target.click({ button: 'right' });
        if (!(await becomesVisible(item, 2000))) {
          await driver.closeMenu();
          continue;
        }
        // It ignores clicks in its first moments, and it closes when something else takes the focus.
        const clicked = await item.click({ timeout: 2000 }).then(
          () => true,
          () => false,
        );
        if (clicked && (await becomesHidden(menu, 1000))) return;
      }
      throw new Error(`The menu has no ${label}, or stays open`);
    },
    closeMenu: async () => {
      for (let attempt = 0; attempt < 5; attempt++) {
        await page.keyboard.press('Escape');
        if (await becomesHidden(menu, 1000)) return;
      }
      throw new Error('The menu stays open');
    },
    toast: (text) => page.locator('.notification-toast', { hasText: text }).first(),
    toastButton: (text, label) => driver.toast(text).locator('.monaco-button', { hasText: label }).first(),
    status: (text) => page.locator('.statusbar-item', { hasText: text }).first(),
    dialogButton: (text, label) =>
      page.locator('.monaco-dialog-box', { hasText: text }).locator('.monaco-button', { hasText: label }),
    container: (name) => page.locator(`.activitybar .action-label[aria-label^="${name}"]`).first(),
    openContainer: async (name) => {
      // A click on the icon of what is open closes it.
      const open = page.locator(`.activitybar .action-item.checked .action-label[aria-label^="${name}"]`);
      if (!(await open.isVisible())) await driver.container(name).click();
      await open.waitFor();
    },
    view: (title) =>
      page
        .locator('.pane', { has: page.locator(`.pane-header[aria-label^="${title}"]`) })
        .locator('.pane-body'),
    treeRow: (text) => page.locator('.sidebar .pane-body .monaco-list-row', { hasText: text }).first(),
    lens: (text) => page.locator('.codelens-decoration > :is(a, span)', { hasText: text }).first(),
    clickRow: (text, result) => clickUntil(driver.treeRow(text), result),
    clickLens: async (text, result) => {
      await page.keyboard.press('Escape');
      await clickUntil(driver.lens(text), result);
    },
    hover: async (target, text) => {
      const shown = page.locator('.monaco-hover', { hasText: text });
      for (let attempt = 0; attempt < 6; attempt++) {
        await page.mouse.move(0, 0);
        await target.hover();
        if (await becomesVisible(shown, 3000)) return;
      }
      throw new Error(`No hover says: ${text}`);
    },
    editorLine: (text) => page.locator('.editor-instance .view-line', { hasText: text }).first(),
    editorTab: (text) => page.locator('.tabs-container .tab', { hasText: text }).first(),
    // The page holds VS Code's own frame with its service worker, which holds the extension's document.
    webview: () => page.frameLocator('iframe.webview.ready').first().frameLocator('iframe#active-frame'),
    chooseTheme: async (theme) => {
      await driver.command('Preferences: Color Theme');
      await quickInput.fill(themes[theme].label);
      await page
        .locator(`.quick-input-list .monaco-list-row.focused[aria-label^="${themes[theme].label}"]`)
        .waitFor();
      await quickInput.press('Enter');
      await page.locator(`.monaco-workbench.${themes[theme].workbenchClass}`).waitFor();
    },
  };
  return driver;
}

async function clickUntil(target: Locator, result: Locator): Promise<void> {
  for (let attempt = 0; attempt < 4; attempt++) {
    await target.click();
    if (await becomesVisible(result, 5000)) return;
  }
  throw new Error(`A click leads to nothing: ${String(target)}`);
}

/**
 * F1 can be lost while something takes the focus, and the palette lists only the commands known when it opened, so it
 * is opened anew until it has the command.
 */
async function runCommand(page: Page, input: Locator, title: string): Promise<void> {
  const row = page.locator(labelled('.quick-input-list .monaco-list-row', title)).first();
  for (let attempt = 0; attempt < 8; attempt++) {
    await page.keyboard.press('F1');
    if (!(await becomesVisible(input, 2000))) continue;
    await input.fill(`>${title}`);
    if (await becomesVisible(row, 2000)) return row.click();
    await page.keyboard.press('Escape');
    await becomesHidden(input, 1000);
  }
  throw new Error(`The palette has no command ${title}`);
}

/** Rows announce their label alone or followed by what else they show. */
function labelled(rows: string, label: string): string {
  return `${rows}[aria-label="${label}"], ${rows}[aria-label^="${label},"]`;
}

function becomesHidden(locator: Locator, timeout: number): Promise<boolean> {
  return locator.waitFor({ state: 'hidden', timeout }).then(
    () => true,
    () => false,
  );
}

function becomesVisible(locator: Locator, timeout: number): Promise<boolean> {
  return locator.waitFor({ timeout }).then(
    () => true,
    () => false,
  );
}
