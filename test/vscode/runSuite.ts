// Bundles the tests that run inside the extension host and runs them in a VS Code. Prints a line per test.
// Usage: tsx test/vscode/runSuite.ts [floor|newest]; the report goes to out/reports/suite-<which>.json.
import { mkdir, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { writeSampleWorkspace } from '../support/sampleWorkspace';
import { vscodeVersions } from './host/codeServerRelease';
import { codeServerRunsHere, installCodeServer } from './host/installCodeServer';
import { runInElectron } from './host/runInElectron';
import { runInExtensionHost } from './host/runInExtensionHost';

interface MochaReport {
  readonly stats: { readonly passes: number; readonly failures: number; readonly pending: number };
  readonly tests: readonly {
    readonly fullTitle: string;
    readonly duration?: number;
    readonly err: { readonly message?: string; readonly stack?: string };
  }[];
  readonly failures: readonly { readonly fullTitle: string; readonly err: { readonly stack?: string } }[];
}

async function main(which: 'floor' | 'newest'): Promise<void> {
  const version = vscodeVersions[which];
  const report = path.resolve(`out/reports/suite-${which}.json`);
  await mkdir(path.dirname(report), { recursive: true });
  await rm(report, { force: true });
  const tests = await bundle();
  const folder = await mkdtemp(path.join(tmpdir(), 'cw-suite-'));
  try {
    await writeSampleWorkspace(folder);
    const suite = { extension: path.resolve('.'), tests, folder, env: { COUNTERWEIGHT_TEST_REPORT: report } };
    if (codeServerRunsHere) await runInExtensionHost(await installCodeServer(version), suite);
    else await runInElectron(version, suite);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  process.exitCode = show(JSON.parse(await readFile(report, 'utf8')) as MochaReport);
}

/** One bundle per test file, with `vscode` and mocha left to the extension host and node_modules. */
async function bundle(): Promise<string> {
  const folder = 'test/vscode/suite';
  const names = await readdir(folder);
  const outdir = path.resolve('out/suite');
  await rm(outdir, { recursive: true, force: true });
  await build({
    entryPoints: names.filter((name) => name.endsWith('.ts')).map((name) => path.join(folder, name)),
    outdir,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['vscode', 'mocha'],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  return path.join(outdir, 'index.js');
}

/** Prints the tests; returns the exit code. A run without a passed test is a failure. */
function show({ stats, tests, failures }: MochaReport): number {
  for (const test of tests) {
    const failed = test.err.message !== undefined;
    console.log(`${failed ? '✗' : '✓'} ${test.fullTitle} ${test.duration ?? 0} ms`);
  }
  // Hooks that failed are not among the tests.
  for (const { fullTitle, err } of failures) console.log(`\n${fullTitle}\n${err.stack}`);
  if (stats.passes === 0) console.log('No test passed.');
  return stats.failures === 0 && stats.passes > 0 ? 0 : 1;
}

void main(process.argv[2] === 'newest' ? 'newest' : 'floor');
