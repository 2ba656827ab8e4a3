// Runs a mocha suite inside the extension host of code-server and waits for its verdict.
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CodeServer } from './installCodeServer';
import { openWindow } from './openWindow';
import { startServer } from './startServer';

export interface SuiteRun {
  readonly extension: string;
  /** The bundled module with `run()`. */
  readonly tests: string;
  /** The folder that is opened. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Rejects when the suite gives no verdict in time; a failed test is the suite's own affair, written where it says. */
export async function runInExtensionHost(server: CodeServer, suite: SuiteRun): Promise<void> {
  const running = await startServer({ server, env: suite.env });
  try {
    const settled = new AbortController();
    const verdict = once(settled.signal, 'abort');
    const window = await openWindow(running, {
      folder: suite.folder,
      extension: suite.extension,
      tests: suite.tests,
      prepare: async (page) => {
        // VS Code calls the first when run() has settled, and the second with what the extension host prints.
        await page.exposeFunction('codeAutomationExit', () => settled.abort());
        await page.exposeFunction('codeAutomationLog', () => undefined);
      },
    });
    try {
      const inTime = await Promise.race([verdict.then(() => true), sleep(180_000, false, { ref: false })]);
      if (!inTime)
        throw new Error(`No verdict of the suite in 180 s\n${window.console.slice(-20).join('\n')}`);
    } finally {
      await window.close();
    }
  } finally {
    await running.stop();
  }
}
