// Runs the same mocha suite in a desktop VS Code that @vscode/test-electron downloads: on macOS and Windows, where
// code-server has no build. It needs the network.
import { runTests } from '@vscode/test-electron';
import type { VscodeVersion } from './codeServerRelease';
import type { SuiteRun } from './runInExtensionHost';

/** Rejects when the suite fails or VS Code cannot be downloaded. */
export async function runInElectron(version: VscodeVersion, suite: SuiteRun): Promise<void> {
  await runTests({
    version,
    extensionDevelopmentPath: suite.extension,
    extensionTestsPath: suite.tests,
    extensionTestsEnv: { ...suite.env },
    launchArgs: [suite.folder, '--disable-extensions', '--disable-workspace-trust'],
  });
}
