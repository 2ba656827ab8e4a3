// Everything the project can check, the real VS Code included: `npm test`. `-- --newest` adds the newest VS Code to the
// oldest. Ends with the line `N passed, N failed`, made of the machine-readable reports of the test runners.
import { mkdir, rm } from 'node:fs/promises';
import { runStage, type StageResult } from './test/runStage';
import { stages } from './test/stages';
import { printSummary } from './test/summary';

async function main(): Promise<void> {
  await rm('out/reports', { recursive: true, force: true });
  await mkdir('out/reports', { recursive: true });
  const results: StageResult[] = [];
  for (const stage of stages({ newest: process.argv.includes('--newest') })) {
    results.push(await runStage(stage, results));
  }
  process.exitCode = printSummary(results);
}

void main();
