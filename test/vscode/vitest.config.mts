// Tests that drive a VS Code window by mouse and keyboard. One at a time: each has a server and a browser.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/vscode/ui/*.test.ts'],
    root: '.',
    globalSetup: ['test/vscode/ui/setup.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
    hookTimeout: 90_000,
  },
});
