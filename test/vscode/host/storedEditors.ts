// What VS Code in a browser has stored of its open editors. It stores every five seconds or so and not when the page
// goes, so a test that reloads waits until what it wants back is there.
import type { Page } from 'playwright-core';

/** Waits until the stored editors match. Rejects after 30 s. */
export async function editorsStored(page: Page, pattern: RegExp): Promise<void> {
  const end = Date.now() + 30_000;
  while (!pattern.test(await page.evaluate<string>(readEditors))) {
    if (Date.now() > end) throw new Error(`VS Code did not store ${pattern}`);
    await page.waitForTimeout(250);
  }
}

/** Runs in the page: the state of the editors, as JSON, of every workspace that the browser knows. */
const readEditors = `(async () => {
  const settled = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const found = [];
  for (const { name } of await indexedDB.databases()) {
    if (!name.startsWith('vscode-web-state-db')) continue;
    const database = await settled(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      const entries = database.transaction(store).objectStore(store);
      found.push(await settled(entries.get('memento/workbench.parts.editor')));
    }
    database.close();
  }
  return found.join();
})()`;
