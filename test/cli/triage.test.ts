// `triage` as a user runs it: causes with what to do about them, one document for programs, and a report.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { TriageReportView } from '../../src/shared/contracts/triageViews';
import { useUntrainedProject } from './support/untrainedProject';

const { temp, run, writeUntrained } = useUntrainedProject();

const data = 'glyphs:samples=300,size=12';

async function writeQuantized(type: string): Promise<void> {
  await writeUntrained();
  const { code, stderr } = await run(`compress m.onnx --quantize ${type} -o out`);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
}

describe('triage', () => {
  it('names what is guilty, with what to do about it', async () => {
    await writeQuantized('int2');
    const { code, stdout } = await run(`triage m.onnx out/m.int2.onnx --data ${data} --samples 50`);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Measured out\/m\.int2\.onnx beside m\.onnx on 50 validation samples of glyphs/);
    expect(stdout).toMatch(
      /1\. Levels of weights: \d+% is gone without it\n {3}With the weights as they were/,
    );
    expect(stdout).toContain('→ Give ');
  });

  it('writes a report where it is asked to, over nothing, and prints the same as JSON', async () => {
    await writeQuantized('int3');
    const command = `triage m.onnx out/m.int3.onnx --data ${data} --samples 20 --seed 3 -o why/t.json --json`;
    const { code, stdout } = await run(command);
    expect(code).toBe(0);
    const report = JSON.parse(stdout) as TriageReportView;
    expect(JSON.parse(readFileSync(temp.file('why/t.json'), 'utf8'))).toEqual(report);
    expect(report).toMatchObject({ kind: 'triage', samples: 20, seed: 3, causes: [{ kind: 'weight-bits' }] });
    expect(readFileSync(temp.file('why/t.md'), 'utf8')).toContain('## 1. Levels of weights');
    expect((await run(command)).stderr).toContain('OUTPUT_EXISTS');
  });

  it('says what is wrong, and leaves nothing behind', async () => {
    await writeQuantized('int8');
    const missing = await run(`triage m.onnx nothing.onnx --data ${data} -o why/t.json`);
    expect(missing.code).toBe(1);
    expect(missing.stderr).toContain('FILE_NOT_FOUND');
    const other = await run(`triage m.onnx out/m.int8.onnx --data glyphs:size=10 -o why/t.json`);
    expect(other.stderr).toContain('DATA_INVALID');
    expect(existsSync(temp.file('why'))).toBe(false);
  });
});
