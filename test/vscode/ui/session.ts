// A window on a copy of the sample workspace, with the extension in it: what every test of the user interface starts
// with, and what it needs to look at from outside.
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inject, onTestFailed } from 'vitest';
import { openWindow } from '../host/openWindow';
import type { Settings } from '../host/quietSettings';
import { startServer, type RunningServer } from '../host/startServer';
import { workbench, type Workbench } from '../host/workbench';
import { panel, type PanelDriver } from './panel';

export interface SessionOptions {
  readonly settings?: Settings;
  /** Where the extension is installed; without it, the one in development is loaded. */
  readonly extensionsFolder?: string;
  /** Files to put into the workspace before it is opened. */
  readonly files?: readonly string[];
  /** Text files, by their names, to put there too: what is written while a window opens, the Explorer may not notice. */
  readonly texts?: Readonly<Record<string, string>>;
}

export interface Session {
  readonly bench: Workbench;
  readonly panel: PanelDriver;
  readonly server: RunningServer;
  /** The folder that is open. */
  readonly folder: string;
  /** Names in the open folder, hidden ones too. */
  list(): Promise<readonly string[]>;
  hash(name: string): Promise<string>;
  /** Keeps a picture of the window in out/screenshots. */
  screenshot(name: string): Promise<void>;
  close(): Promise<void>;
}

export async function openSession(options: SessionOptions = {}): Promise<Session> {
  const codeServer = inject('codeServer');
  const folder = await mkdtemp(path.join(tmpdir(), 'cw-ws-'));
  await cp(inject('sampleWorkspace'), folder, { recursive: true });
  for (const file of options.files ?? []) await cp(file, path.join(folder, path.basename(file)));
  for (const [name, text] of Object.entries(options.texts ?? {}))
    await writeFile(path.join(folder, name), text);
  const { settings, extensionsFolder } = options;
  const server = await startServer({
    server: codeServer,
    ...(settings === undefined ? {} : { settings }),
    ...(extensionsFolder === undefined ? {} : { extensionsFolder }),
  });
  const development = extensionsFolder === undefined ? { extension: path.resolve('.') } : {};
  const window = await openWindow(server, { folder, ...development }).catch(async (error: unknown) => {
    await server.stop();
    throw error;
  });
  const bench = workbench(window.page);
  await bench.container('Counterweight').waitFor();
  const screenshots = path.resolve('out/screenshots', codeServer.version);
  const screenshot = async (name: string): Promise<void> => {
    await mkdir(screenshots, { recursive: true });
    await window.page.screenshot({ path: path.join(screenshots, `${name}.png`) });
  };
  return {
    bench,
    panel: panel(bench),
    server,
    folder,
    list: () => readdir(folder),
    hash: async (name) =>
      createHash('sha256')
        .update(await readFile(path.join(folder, name)))
        .digest('hex'),
    screenshot,
    close: async () => {
      await window.close();
      await server.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Keeps a picture of the window when the test at hand fails. */
export function pictureOnFailure(session: Session): void {
  onTestFailed(({ task }) => session.screenshot(`failed ${task.name.replaceAll(/\W+/g, ' ')}`));
}
