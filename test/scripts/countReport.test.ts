// The sum that `npm test` ends with must not miss a failure.
import { describe, expect, it } from 'vitest';
import { countReport } from '../../scripts/test/countReport';
import { runStage } from '../../scripts/test/runStage';

const vitest = (...testResults: object[]): string => JSON.stringify({ testResults });
const file = (status: string, ...cases: string[]): object => ({
  status,
  assertionResults: cases.map((each) => ({ status: each, fullName: `a ${each} test` })),
});

const node = (code: string): string[] => [process.execPath, '-e', code];

describe('the counting of reports', () => {
  it('adds up the cases of vitest', () => {
    const report = vitest(file('passed', 'passed', 'passed', 'skipped'), file('failed', 'failed', 'passed'));
    expect(countReport('vitest', report)).toEqual({
      passed: 3,
      failed: 1,
      notRun: ['a skipped test'],
    });
  });

  it('counts a file that did not load as a failure', () => {
    expect(countReport('vitest', vitest(file('failed'), file('passed', 'passed')))).toEqual({
      passed: 1,
      failed: 1,
      notRun: [],
    });
  });

  it('adds up the cases of mocha', () => {
    const report = JSON.stringify({
      stats: { passes: 5, failures: 2 },
      pending: [{ fullTitle: 'a pending test' }],
    });
    expect(countReport('mocha', report)).toEqual({
      passed: 5,
      failed: 2,
      notRun: ['a pending test'],
    });
  });
});

describe('a stage', () => {
  it('fails when its command fails', async () => {
    const result = await runStage({ name: 'bad', command: node('process.exit(3)') }, []);
    expect(result).toMatchObject({ passed: 0, failed: 1 });
  });

  it('fails when its report is missing, although its command succeeded', async () => {
    const report = { kind: 'vitest', file: 'out/reports/nowhere.json' } as const;
    expect(await runStage({ name: 'silent', command: node(''), report }, [])).toMatchObject({ failed: 1 });
  });

  it('fails unrun when a stage that it needs has failed', async () => {
    const earlier = { name: 'bundle', passed: 0, failed: 1, notRun: [], seconds: 0 };
    const stage = { name: 'after', command: node('throw new Error("ran")'), needs: ['bundle'] };
    expect(await runStage(stage, [earlier])).toMatchObject({ failed: 1, seconds: 0 });
  });
});
