// Opens a VS Code window in Chromium: a page on a running server, with extensions in development and, for tests inside
// the extension host, the module that holds them. Nothing but the server can be reached from it.
import path from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { findChromium } from './chromium';
import type { RunningServer } from './startServer';

export interface WindowOptions {
  /** The folder that is opened. */
  readonly folder: string;
  /** Folder of an extension in development. */
  readonly extension?: string;
  /** A module with `run()`, loaded in the extension host. */
  readonly tests?: string;
  /** Called before the page is loaded. */
  readonly prepare?: (page: Page) => Promise<void>;
}

export interface CodeWindow {
  readonly page: Page;
  /** What the page's console showed. */
  readonly console: readonly string[];
  close(): Promise<void>;
}

const browserArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--font-render-hinting=none',
  '--force-color-profile=srgb',
];

export async function openWindow(server: RunningServer, options: WindowOptions): Promise<CodeWindow> {
  const browser = await chromium.launch({ executablePath: findChromium(), args: browserArguments });
  try {
    return await loadWorkbench(browser, server, options);
  } catch (error) {
    await browser.close();
    throw error;
  }
}

async function loadWorkbench(
  browser: Browser,
  server: RunningServer,
  options: WindowOptions,
): Promise<CodeWindow> {
  const origin = `http://127.0.0.1:${server.port}`;
  const context = await browser.newContext({
    viewport: { width: 1400, height: 900 },
    deviceScaleFactor: 1,
    reducedMotion: 'reduce',
    // What the window shows until it has read its settings.
    colorScheme: 'dark',
    locale: 'en-US',
    timezoneId: 'UTC',
  });
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin });
  await context.addCookies([{ name: 'vscode-tkn', value: server.token, url: origin }]);
  await context.route(
    (url) => url.hostname !== '127.0.0.1',
    (route) => route.abort(),
  );
  await nameDevelopment(context, server, options);
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const printed: string[] = [];
  page.on('console', (message) => printed.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => printed.push(`page error: ${error.message}`));
  await options.prepare?.(page);
  const address = `${origin}/?${new URLSearchParams({ folder: path.resolve(options.folder) })}`;
  await page.goto(address, { timeout: 60_000 });
  await page.locator('.monaco-workbench').waitFor({ timeout: 60_000 });
  return { page, console: printed, close: () => browser.close() };
}

/**
 * Names the extension and the tests in the page's configuration before the workbench reads it. (The address's entry
 * "payload" does so too, but newer versions heed it only in a mode that refuses modal dialogs. Changing the page on its
 * way makes Chromium block its sockets.) The script is text because a bundler may add names to a function that the
 * page does not know.
 */
async function nameDevelopment(
  context: BrowserContext,
  server: RunningServer,
  options: WindowOptions,
): Promise<void> {
  const address = (file: string): object => ({
    $mid: 1,
    scheme: 'vscode-remote',
    authority: `127.0.0.1:${server.port}`,
    path: path.resolve(file),
  });
  const development = {
    extensions: options.extension === undefined ? [] : [address(options.extension)],
    ...(options.tests === undefined ? {} : { extensionTestsPath: address(options.tests) }),
  };
  await context.addInitScript({
    content: `
      if (window.top === window) {
        new MutationObserver((_, observer) => {
          const meta = document.getElementById('vscode-workbench-web-configuration');
          if (!meta) return;
          observer.disconnect();
          const settings = JSON.parse(meta.dataset.settings);
          settings.developmentOptions = { ...settings.developmentOptions, ...${JSON.stringify(development)} };
          meta.dataset.settings = JSON.stringify(settings);
        }).observe(document, { childList: true, subtree: true });
      }`,
  });
}
