// Counts test cases in the JSON reports of vitest and mocha.

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  /** Names of the tests that the runner knows of and did not run. */
  readonly notRun: readonly string[];
}

interface VitestReport {
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

interface MochaReport {
  readonly stats: { readonly passes: number; readonly failures: number };
  readonly pending: readonly { readonly fullTitle: string }[];
}

export function countReport(kind: 'vitest' | 'mocha', text: string): Counts {
  if (kind === 'mocha') {
    const { stats, pending } = JSON.parse(text) as MochaReport;
    const notRun = pending.map(({ fullTitle }) => fullTitle);
    return { passed: stats.passes, failed: stats.failures, notRun };
  }
  const { testResults } = JSON.parse(text) as VitestReport;
  const cases = testResults.flatMap(({ assertionResults }) => assertionResults);
  const passed = cases.filter(({ status }) => status === 'passed').length;
  const failed = cases.filter(({ status }) => status === 'failed').length;
  const notRun = cases.filter(({ status }) => status !== 'passed' && status !== 'failed');
  // A file that does not load, or whose set-up fails, has no failed case of its own.
  const brokenFiles = testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((found) => found.status === 'failed'),
  ).length;
  return { passed, failed: failed + brokenFiles, notRun: notRun.map(({ fullName }) => fullName) };
}
