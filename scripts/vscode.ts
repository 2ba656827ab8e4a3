// The extension in a real VS Code in the browser, on a sample workspace: `npm run vscode`. Prints the address to open;
// Ctrl+C ends it. The workspace, in .cache/workspace, is kept between runs.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { glyphsProject, writeGlyphsProject } from '../test/support/glyphsProject';
import { sample, writeSampleWorkspace } from '../test/support/sampleWorkspace';
import { vscodeVersions } from '../test/vscode/host/codeServerRelease';
import { installCodeServer } from '../test/vscode/host/installCodeServer';
import { startServer } from '../test/vscode/host/startServer';

async function main(): Promise<void> {
  const workspace = path.resolve('.cache/workspace');
  if (!existsSync(path.join(workspace, sample.small.file))) await writeSampleWorkspace(workspace);
  if (!existsSync(path.join(workspace, glyphsProject.model))) await writeGlyphsProject(workspace);
  const server = await startServer({ server: await installCodeServer(vscodeVersions.floor) });
  const authority = `127.0.0.1:${server.port}`;
  const extension = `vscode-remote://${authority}${path.resolve('.')}`;
  const address = new URL(`http://${authority}/`);
  address.searchParams.set('tkn', server.token);
  address.searchParams.set('folder', workspace);
  address.searchParams.set('payload', JSON.stringify([['extensionDevelopmentPath', extension]]));
  console.log(`VS Code ${vscodeVersions.floor} runs at\n\n  ${address.href}\n\nPress Ctrl+C to end it.`);
  const end = (): void => void server.stop().then(() => process.exit(0));
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
}

void main();
