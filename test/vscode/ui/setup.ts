// Once before the tests: installs the VS Code that they run in and makes the sample workspace that each copies.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { writeSampleWorkspace } from '../../support/sampleWorkspace';
import { vscodeVersions } from '../host/codeServerRelease';
import { installCodeServer, type CodeServer } from '../host/installCodeServer';

declare module 'vitest' {
  interface ProvidedContext {
    codeServer: CodeServer;
    sampleWorkspace: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const which = process.env['COUNTERWEIGHT_VSCODE'] === 'newest' ? 'newest' : 'floor';
  const sample = await mkdtemp(path.join(tmpdir(), 'cw-sample-'));
  project.provide('codeServer', await installCodeServer(vscodeVersions[which]));
  project.provide('sampleWorkspace', sample);
  await writeSampleWorkspace(sample);
  return () => rm(sample, { recursive: true, force: true });
}
