// `diagnose` as a user runs it: what it prints of a file, a report and a recipe, and how it fails.
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { diagnosisText } from '../../src/cli/text/diagnosisText';
import { note } from '../../src/shared/base/messages';
import type { DiagnosisReportView, MeasureView } from '../../src/shared/contracts/viewModels';
import { useUntrainedProject } from './support/untrainedProject';

const { temp, run, writeUntrained } = useUntrainedProject();

const data = 'glyphs:samples=300,size=12';

async function judged(args: string): Promise<DiagnosisReportView> {
  const { code, stdout, stderr } = await run(`diagnose ${args} --json`);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as DiagnosisReportView;
}

describe('diagnose', () => {
  it('judges a file, the report of a run, and a recipe, and writes nothing', async () => {
    await writeUntrained();
    const file = await judged(`m.onnx --data ${data}`);
    expect(file.diagnosis.verdict).toBe('underfit');

    await run(`train m.onnx --data ${data} --epochs 3 --seed 4 -o t.onnx`);
    const recipe = { model: 'm.onnx', data, seed: 4, steps: [{ train: { epochs: 3 } }] };
    writeFileSync(temp.file('recipe.yaml'), JSON.stringify(recipe));
    const before = readdirSync(temp.path);
    const report = await judged('t.report.json');
    const made = await judged('recipe.yaml');
    expect(made.diagnosis).toEqual(report.diagnosis);
    expect(report.curves?.history).toHaveLength(4);
    expect(readdirSync(temp.path)).toEqual(before);
  });

  it('prints the verdict first for people, and no progress where nobody looks', async () => {
    await writeUntrained();
    const { code, stdout, stderr } = await run(`diagnose m.onnx --data ${data}`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^Judged .*m\.onnx on glyphs:samples=300,size=12, in \d+\.\d s$/);
    expect(lines[2]).toBe('Verdict: underfit');
    expect(lines[3]).toMatch(/^ {2}• On its own training samples the network is right in /);
    expect(stdout).toContain('Weight spectra:');
  });

  it.each([
    ['nothing.onnx', 1, 'FILE_NOT_FOUND'],
    ['other.json', 1, 'NOT_A_RUN'],
    ['.', 1, 'RUN_WITHOUT_REPORT'],
    ['', 2, 'USAGE'],
    ['m.onnx --data none', 1, 'DATA_INVALID'],
    ['m.onnx --learning-curves', 2, 'USAGE'],
  ])('%s fails with %i and %s', async (args, code, error) => {
    await writeUntrained();
    const failed = await run(`diagnose ${args}`.trim());
    expect(failed).toMatchObject({ code, stdout: '' });
    expect(failed.stderr).toMatch(new RegExp(`^error: ${error}: [^\\n]+\\n$`));
    expect(existsSync(temp.file('report.json'))).toBe(false);
  });
});

describe('the text of a diagnosis', () => {
  it('has the learning curve as a table and the flags that an advice stands for', () => {
    const text = diagnosisText(
      {
        version: 1,
        kind: 'diagnosis',
        created: '2026-01-02T03:04:05.000Z',
        seconds: 1.23,
        path: 'm.onnx',
        data: 'glyphs',
        diagnosis: {
          verdict: 'overfit',
          evidence: [
            { note: note('LOSS_FLAT', { epochs: 5 }), speaksFor: null },
            { note: note('EPOCHS_SINCE_BEST', { since: 6, epoch: 4 }), speaksFor: 'overfit' },
          ],
          advice: [
            {
              note: note('ADVICE_STOP_AT', { epoch: 4, best: '0.5', loss: '0.9' }),
              edit: { set: { 'train.epochs': 4 } },
            },
            { note: note('ADVICE_MORE_DATA', {}) },
            {
              note: note('ADVICE_PRUNE', { sparsity: '50%' }),
              edit: { add: [{ prune: { sparsity: 0.5 } }] },
            },
          ],
        },
        learningCurve: [
          { samples: 500, train: measured(0.1, 0.99), validation: measured(1.1, 0.7) },
          { samples: 1000, train: measured(0.2, 0.98), validation: measured(0.8, 0.8) },
        ],
        spectrum: [
          { layer: 'fc1', exponent: 2.345, eigenvalues: 300 },
          { layer: 'fc2', exponent: null, eigenvalues: 10, reason: 'too few' },
        ],
        notes: [],
      },
      Infinity,
    );
    expect(text).toBe(`Judged m.onnx on glyphs, in 1.2 s

Verdict: overfit
  • Epochs since the lowest validation loss, in epoch 4: 6.
    The training loss has hardly fallen over the last 5 epochs.
What to try:
  • Stop after epoch 4: the validation loss was 0.5 there and is 0.9 now. (--set train.epochs=4)
  • Get more training samples, or vary them more by augmentation.
  • Set 50% of the weights to zero: a smaller network learns less by heart. (compress --prune 0.5)

Trained anew on parts of the samples:
Samples  Train loss  Validation loss  Gap  Accuracy  Validation
───────  ──────────  ───────────────  ───  ────────  ──────────
    500         0.1              1.1    1    99.00%      70.00%
  1,000         0.2              0.8  0.6    98.00%      80.00%

Weight spectra:
Layer  Exponent  Eigenvalues
─────  ────────  ───────────  ───────
fc1        2.35          300
fc2                       10  too few
`);
  });
});

function measured(loss: number, accuracy: number): MeasureView {
  return { loss, accuracy, samples: 100 };
}
