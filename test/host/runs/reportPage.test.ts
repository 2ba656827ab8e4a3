// The page of a run's report: where it lies, and what is said where there is none.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { reportPage } from '../../../src/host/runs/reportPage';
import { CounterweightError } from '../../../src/shared/base/errors';
import { report } from './fakeJobs';
import { useRuns } from './runsFixture';

const at = useRuns();

describe('The page of a report', () => {
  it('lies in the folder of the run', async () => {
    const folder = at.store('a', {});
    writeFileSync(path.join(folder, 'report.json'), JSON.stringify(report()));
    writeFileSync(path.join(folder, 'report.html'), '<!doctype html>');
    await at.experiments.refresh();
    const [run] = at.experiments.runs;
    expect(reportPage(run!)).toBe(path.join(folder, 'report.html'));
  });

  it('is missing where the run wrote none, which an error says', async () => {
    const folder = at.store('a', {});
    await at.experiments.refresh();
    const [run] = at.experiments.runs;
    let failure: unknown;
    try {
      reportPage(run!);
    } catch (error) {
      failure = error;
    }
    expect(CounterweightError.is(failure, 'RUN_WITHOUT_REPORT')).toBe(true);
    expect(String(failure)).toContain(folder);
  });
});
