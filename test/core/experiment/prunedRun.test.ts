// A run that trains a network until it knows its samples by heart, prunes it and fine-tunes it: its curves are one way
// while it runs, and the report says with measured figures what pruning did to the generalization gap.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newModel } from '../../../src/core/architectures/architectures';
import { compressModel } from '../../../src/core/experiment/compressModel';
import { saveModel } from '../../../src/core/formats/saveModel';
import { journeyOf, trainingsOf } from '../../../src/shared/contracts/journey';
import type {
  CurvesView,
  GeneralizationView,
  ReportView,
  StepsView,
} from '../../../src/shared/contracts/viewModels';

// One folder for all: a run that several tests look at is made once.
const folder = mkdtempSync(path.join(tmpdir(), 'counterweight-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(name: string): string {
  return path.join(folder, name);
}

/** A fifth of the labels is wrong, so that nobody can be right about all of them without learning them by heart. */
const noisy = 'glyphs:samples=1000,size=12,labelNoise=0.2';
const byHeart = { train: { epochs: 12, learningRate: 0.003, keep: 'last' } };

interface Outcome {
  readonly report: ReportView;
  readonly markdown: string;
  readonly curves: readonly CurvesView[];
}

async function run(name: string, steps: StepsView, data: string): Promise<Outcome> {
  const file = fileOf(`${name}.onnx`);
  const model = newModel({ architecture: 'mlp', input: [1, 12, 12], classes: 10, width: 1, seed: 1 });
  await saveModel(model, file, { jobId: 'test' });
  const curves: CurvesView[] = [];
  const report = await compressModel(
    {
      path: file,
      steps,
      output: fileOf(`${name}-out.onnx`),
      reportPath: fileOf(`${name}/report.json`),
      data,
      jobId: 'job',
    },
    {
      signal: new AbortController().signal,
      progress: () => undefined,
      curves: (view) => curves.push(view),
    },
  );
  const markdown = readFileSync(fileOf(`${name}/report.md`), 'utf8');
  return { report, markdown, curves };
}

function points(fraction: number): string {
  return (100 * fraction).toFixed(1);
}

function gapIn({ train, validation }: GeneralizationView): number {
  return train.accuracy! - validation.accuracy!;
}

describe('pruning a network that overfits', () => {
  let outcome: Outcome;
  beforeAll(async () => {
    const steps = [byHeart, { prune: { sparsity: 0.8 } }, { train: { epochs: 6, learningRate: 0.001 } }];
    outcome = await run('overfit', steps, noisy);
  });

  it('narrows the gap between training and validation, and the report says by how much', () => {
    const { trained, after, effect } = outcome.report.generalization!;
    expect(gapIn(trained!)).toBeGreaterThan(0.12);
    expect(gapIn(after)).toBeLessThan(gapIn(trained!) - 0.04);
    const [gap] = effect!;
    expect(gap!.code).toBe('GAP_NARROWED');
    expect(gap!.values).toMatchObject({
      what: 'Pruning 80% and fine-tuning',
      before: points(gapIn(trained!)),
      after: points(gapIn(after)),
    });
    expect(outcome.markdown).toContain(
      `Pruning 80% and fine-tuning narrowed the generalization gap from ${points(gapIn(trained!))} to ${points(gapIn(after))} points of accuracy`,
    );
  });

  it('has a verdict on each network, with what it rests on', () => {
    const { before, trained, after } = outcome.report.generalization!;
    expect([before, trained, after].map((one) => one?.judgement?.verdict).slice(0, 2)).toEqual([
      'underfit',
      'overfit',
    ]);
    for (const { judgement } of [before, trained!, after]) {
      expect(judgement!.evidence.length).toBeGreaterThan(1);
    }
    // The trained network is the one that its training kept: the last epoch, as it was asked for.
    const last = outcome.report.training![0]!.history.at(-1)!;
    expect(trained!.validation.accuracy).toBe(last.validationAccuracy);
    expect(outcome.markdown).toContain('Verdict on the trained network: **overfit**.');
    expect(outcome.markdown).toMatch(/\| Epoch \|.* Sparsity \| Learning rate \|[^#]*\| 6 \|.* 80\.00% \|/);
  });

  it('is one way of curves while it goes on, as in the report', () => {
    const { curves, report } = outcome;
    const last = journeyOf(trainingsOf(curves.at(-1)!), report.steps);
    expect(last).toEqual(journeyOf(report.training!, report.steps));
    expect(last.points.map(({ epoch }) => epoch)).toEqual([
      ...Array.from({ length: 13 }, (_, epoch) => epoch),
      ...Array.from({ length: 7 }, (_, epoch) => 12 + epoch),
    ]);
    expect(last.phases[1]!.done).toMatchObject([{ prune: { sparsity: 0.8 } }]);
    const sparsities = last.points.map(({ sparsity }) => sparsity);
    expect(sparsities.slice(0, 13)).toEqual(Array(13).fill(0));
    for (const sparsity of sparsities.slice(13)) expect(sparsity).toBeCloseTo(0.8, 4);
  });
});

describe('a run that prunes in rounds between two trainings', () => {
  it('is one way too, with the sparsity of each round', async () => {
    const prune = { sparsity: 0.75, schedule: 'iterative', rounds: 2, fineTune: { epochs: 1 } };
    const steps = [{ train: { epochs: 1 } }, { prune }, { train: { epochs: 1 } }, { quantize: {} }];
    const { report, curves } = await run('rounds', steps, 'glyphs:samples=200,size=12');
    const { points, phases } = journeyOf(report.training!, report.steps);
    expect(points.map(({ epoch, phase }) => [epoch, phase])).toEqual([
      [0, 0],
      [1, 0],
      [1, 1],
      [2, 1],
      [2, 2],
      [3, 2],
      [3, 3],
      [4, 3],
    ]);
    expect(phases.map(({ prunedTo }) => prunedTo?.toFixed(2))).toEqual([
      undefined,
      '0.50',
      '0.75',
      undefined,
    ]);
    expect(points.at(-1)!.sparsity).toBeCloseTo(0.75, 3);
    // Seen while it ran: never fewer points than before.
    const seen = curves.map((view) => journeyOf(trainingsOf(view), report.steps).points.length);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen.at(-1)).toBe(points.length);
  });
});

describe('a run without a gap to speak of', () => {
  it('says nothing of the effect where the network had learned nothing', async () => {
    const { report } = await run('untrained', [{ prune: { sparsity: 0.5 } }], noisy);
    expect(report.generalization!.before.judgement!.verdict).toBe('underfit');
    expect(report.generalization!.effect).toBeUndefined();
    expect(report.generalization!.trained).toBeUndefined();
  });

  it('leaves the verdict to the curves where nothing was compressed', async () => {
    const { report } = await run('trained', [byHeart], noisy);
    expect(report.training![0]!.diagnosis.verdict).toBe('overfit');
    expect(report.generalization!.after.judgement).toBeUndefined();
    expect(report.generalization!.effect).toBeUndefined();
  });
});
