// Serves the panel's page without an editor, in the colours of a theme of VS Code and with a made-up model. For looking
// at it by hand (`tsx test/webview/harness.ts`), for screenshots (`… screenshots FOLDER`), and for the tests.
import { createServer, type Server } from 'node:http';
import { mkdir, readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { AddressInfo } from 'node:net';
import { build, type OutputFile } from 'esbuild';
import { chromium, type Browser } from 'playwright-core';
import { bundleOptions } from '../../scripts/bundles';
import type { SampleState } from './fakeEditor';

export const themes = ['dark', 'light', 'hcDark', 'hcLight'] as const;
export type HarnessTheme = (typeof themes)[number];

const bodyClasses: Record<HarnessTheme, string> = {
  dark: 'vscode-dark',
  light: 'vscode-light',
  hcDark: 'vscode-high-contrast',
  hcLight: 'vscode-high-contrast-light vscode-high-contrast',
};

/** The Chromium of the machine; undefined where there is none. */
export const chromiumPath: string | undefined = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((candidate) => candidate !== undefined && existsSync(candidate));

export interface Harness {
  readonly url: (state: SampleState, theme: HarnessTheme, layer?: string) => string;
  readonly close: () => Promise<void>;
}

export async function startHarness(): Promise<Harness> {
  const files = new Map<string, string | Uint8Array>();
  for (const file of await bundle()) files.set(path.basename(file.path), file.contents);
  for (const theme of themes) {
    files.set(`${theme}.css`, await readFile(path.join(import.meta.dirname, 'themes', `${theme}.css`)));
  }
  files.set('webview.css', await readFile(path.join(import.meta.dirname, 'themes', 'webview.css')));
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://harness');
    const file = files.get(pathname.slice(1));
    if (pathname === '/') {
      const theme = themes.find((name) => name === searchParams.get('theme')) ?? 'dark';
      response.setHeader('Content-Type', 'text/html; charset=utf-8');
      response.end(pageHtml(theme));
    } else if (pathname === '/favicon.ico') {
      response.statusCode = 204;
      response.end();
    } else if (file === undefined) {
      response.statusCode = 404;
      response.end();
    } else {
      response.setHeader('Content-Type', contentTypes[path.extname(pathname)] ?? 'application/octet-stream');
      response.end(file);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: (state, theme, layer) => {
      const query = new URLSearchParams({ state, theme, ...(layer === undefined ? {} : { layer }) });
      return `http://127.0.0.1:${port}/?${query.toString()}`;
    },
    close: () => closeServer(server),
  };
}

export async function launchChromium(): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error('There is no Chromium here');
  return chromium.launch({
    executablePath: chromiumPath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--font-render-hinting=none',
      '--force-color-profile=srgb',
    ],
  });
}

const contentTypes: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.ttf': 'font/ttf',
};

/** As strict as the editor's: no inline script or style, nothing from elsewhere. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' blob: data:",
].join('; ');

function pageHtml(theme: HarnessTheme): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>Counterweight</title>
<link rel="stylesheet" href="${theme}.css">
<link rel="stylesheet" href="webview.css">
<link rel="stylesheet" href="panel.css">
</head>
<body class="${bodyClasses[theme]}" data-vscode-theme-kind="${bodyClasses[theme].split(' ')[0]}">
<script type="application/json" id="l10n">{}</script>
<script src="fakeEditor.js"></script>
<script src="panel.js"></script>
</body>
</html>`;
}

/** The page as it ships, and the editor that stands in for the real one beside it. */
async function bundle(): Promise<readonly OutputFile[]> {
  const root = path.join(import.meta.dirname, '..', '..');
  const { panel } = bundleOptions('development', 'dist');
  const result = await build({
    ...panel,
    absWorkingDir: root,
    entryPoints: { panel: 'webview/main.ts', fakeEditor: 'test/webview/fakeEditor.ts' },
    write: false,
    sourcemap: false,
  });
  return result.outputFiles;
}

async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

/** Every state that has a look of its own, in every theme, in a narrow and a wide column. */
async function takeScreenshots(folder: string, only: RegExp): Promise<void> {
  await mkdir(folder, { recursive: true });
  const harness = await startHarness();
  const browser = await launchChromium();
  const shots: readonly [state: SampleState, layer?: string][] = [
    ['empty'],
    ['loading'],
    ['failed'],
    ['job'],
    ['model', '/fc1/Gemm'],
    ['mobilenet', '/features.6.pointwise/Conv'],
    ['experiment', '/fc1/Gemm'],
    ['fewBits', '/fc2/Gemm'],
    ['comparison', '/fc2/Gemm'],
    ['training'],
    ['trained', '/fc1/Gemm'],
    ['pruning'],
    ['pruned', '/fc1/Gemm'],
    ['diverged'],
    ['diagnosis'],
    ['sensitivity', '/fc1/Gemm'],
    ['manySensitive', '/features.6.pointwise/Conv'],
    ['searching'],
    ['search'],
    ['searchStopped'],
  ];
  try {
    for (const theme of themes) {
      for (const [width, height] of [
        [500, 1000],
        [680, 1000],
        [1200, 900],
      ] as const) {
        const context = await browser.newContext({ viewport: { width, height }, reducedMotion: 'reduce' });
        const page = await context.newPage();
        page.on('console', (message) => console.log(message.type(), message.text()));
        page.on('pageerror', (error) => console.log(error));
        for (const [state, layer] of shots) {
          const name = `${state}-${theme}-${width}.png`;
          if (!only.test(name)) continue;
          await page.goto(harness.url(state, theme, layer));
          await page.evaluate(() => document.fonts.ready);
          await page.waitForTimeout(300);
          await page.screenshot({ path: path.join(folder, name) });
        }
        await context.close();
      }
    }
  } finally {
    await browser.close();
    await harness.close();
  }
}

async function main(): Promise<void> {
  const [command, folder = 'out/screenshots', only = '.'] = process.argv.slice(2);
  if (command === 'screenshots') return takeScreenshots(folder, new RegExp(only));
  const harness = await startHarness();
  console.log(harness.url('experiment', 'dark', '/fc1/Gemm'));
}

if (process.argv[1] === import.meta.filename) void main();
