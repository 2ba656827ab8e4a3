// Unit, property, real-file and contract tests. What needs a VS Code is under test/vscode and runs there.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/vscode/**'],
    setupFiles: ['test/support/fixedSeeds.ts'],
    pool: 'forks',
    // By default one core of two stays idle. Most tests wait for a runtime, a process or a page some of the time.
    maxWorkers: '100%',
    testTimeout: 60_000,
    // What a page does after a click takes longer than the second of the default where the machine is busy.
    expect: { poll: { timeout: 15_000 } },
  },
});
