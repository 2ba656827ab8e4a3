// Runs one stage of `npm test` and counts what its report says.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { countReport, type Counts } from './countReport';
import type { Stage } from './stages';

export interface StageResult extends Counts {
  readonly name: string;
  readonly seconds: number;
}

/** A stage that ends badly counts at least one failure, whatever its report says. */
export async function runStage(stage: Stage, earlier: readonly StageResult[]): Promise<StageResult> {
  console.log(`\n== ${stage.name}`);
  const missing = stage.needs?.find((need) =>
    earlier.some(({ name, failed }) => name === need && failed > 0),
  );
  if (missing !== undefined) {
    console.log(`Not run, because the stage "${missing}" failed.`);
    return { name: stage.name, passed: 0, failed: 1, notRun: [], seconds: 0 };
  }
  const start = performance.now();
  const succeeded = (await exitCode(stage)) === 0;
  const counts = await countsOf(stage, succeeded);
  return { name: stage.name, ...counts, seconds: (performance.now() - start) / 1000 };
}

/** Colours are for people at a terminal; in a log that is kept they hide the text. */
const plainWhenKept = process.stdout.isTTY ? {} : { NO_COLOR: '1' };

async function exitCode({ command: [program = '', ...args], env }: Stage): Promise<number | null> {
  const child = spawn(program, args, {
    stdio: 'inherit',
    env: { ...process.env, ...plainWhenKept, ...env },
    // npm and npx are scripts on Windows.
    shell: process.platform === 'win32',
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

async function countsOf({ report }: Stage, succeeded: boolean): Promise<Counts> {
  const none: Counts = { passed: 0, failed: succeeded ? 0 : 1, notRun: [] };
  if (report === undefined) return none;
  const text = await readFile(report.file, 'utf8').catch(() => undefined);
  if (text === undefined) {
    console.log(`There is no report ${report.file}.`);
    return { ...none, failed: 1 };
  }
  const counts = countReport(report.kind, text);
  const quiet = counts.failed === 0 && (!succeeded || counts.passed === 0);
  if (quiet && succeeded) console.log('No test passed.');
  return quiet ? { ...counts, failed: 1 } : counts;
}
