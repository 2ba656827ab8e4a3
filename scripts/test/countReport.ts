// Counts test cases in the JSON reports of vitest and mocha.

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  /** Tests that the runner knows of and did not run. */
  readonly notRun: number;
}

interface VitestReport {
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

interface MochaReport {
  readonly stats: { readonly passes: number; readonly failures: number; readonly pending: number };
}

export function countReport(kind: 'vitest' | 'mocha', text: string): Counts {
  if (kind === 'mocha') {
    const { stats } = JSON.parse(text) as MochaReport;
    return { passed: stats.passes, failed: stats.failures, notRun: stats.pending };
  }
  const { testResults } = JSON.parse(text) as VitestReport;
  const cases = testResults.flatMap(({ assertionResults }) => assertionResults.map(({ status }) => status));
  const passed = cases.filter((status) => status === 'passed').length;
  const failed = cases.filter((status) => status === 'failed').length;
  // A file that does not load, or whose set-up fails, has no failed case of its own.
  const brokenFiles = testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((found) => found.status === 'failed'),
  ).length;
  return { passed, failed: failed + brokenFiles, notRun: cases.length - passed - failed };
}
