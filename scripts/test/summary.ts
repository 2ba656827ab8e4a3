// The last lines of `npm test`.
import { hasShared } from '../../test/support/sharedFiles';
import type { StageResult } from './runStage';

/** Prints the stages and the sum of their tests; returns the exit code. */
export function printSummary(results: readonly StageResult[]): number {
  console.log(
    `\n${'stage'.padEnd(28)}${'passed'.padStart(8)}${'failed'.padStart(8)}${'seconds'.padStart(9)}`,
  );
  for (const { name, passed, failed, seconds } of results) {
    const row = [String(passed).padStart(8), String(failed).padStart(8), seconds.toFixed(1).padStart(9)];
    console.log(name.padEnd(28) + row.join(''));
  }
  const sum = (key: 'passed' | 'failed'): number => results.reduce((total, result) => total + result[key], 0);
  const notRun = results.flatMap((result) => result.notRun);
  if (notRun.length > 0 && hasShared) console.log(`Did not run here: ${notRun.join('; ')}.`);
  if (notRun.length > 0 && !hasShared) {
    console.log(
      `${notRun.length} tests did not run, most for want of the folder of real files (COUNTERWEIGHT_SHARED).`,
    );
  }
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
  return sum('failed') === 0 && sum('passed') > 0 ? 0 : 1;
}
