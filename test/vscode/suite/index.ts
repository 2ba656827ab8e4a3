// The entry that VS Code loads inside the extension host: runs every test bundle beside it and leaves mocha's JSON
// report where the runner asked for it.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import Mocha from 'mocha';

export async function run(): Promise<void> {
  const report = process.env['COUNTERWEIGHT_TEST_REPORT'];
  if (report === undefined) throw new Error('COUNTERWEIGHT_TEST_REPORT names no file');
  const mocha = new Mocha({ timeout: 30_000, reporter: 'json', reporterOptions: { output: report } });
  const tests = readdirSync(__dirname).filter((name) => name.endsWith('.test.js'));
  for (const name of tests) mocha.addFile(path.join(__dirname, name));
  const failures = await new Promise<number>((resolve) => mocha.run(resolve));
  if (failures > 0) throw new Error(`${failures} tests failed`);
}
