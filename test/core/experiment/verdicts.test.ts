// Each verdict on a run made to have it: real training on the built-in glyphs, from the recipe to the report.
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { newModel } from '../../../src/core/architectures/architectures';
import { diagnoseModel } from '../../../src/core/experiment/diagnoseModel';
import { saveModel } from '../../../src/core/formats/saveModel';
import type { DiagnosisReportView, Verdict } from '../../../src/shared/contracts/viewModels';
import { useTempFolder } from '../../support/tempFolder';

const folder = useTempFolder();
const { signal } = new AbortController();

interface Made {
  readonly verdict: Verdict;
  readonly how: string;
  /** Hidden units are this part of 256. */
  readonly width: number;
  readonly data: object;
  readonly train: object;
  /** Codes that must be among the evidence for the verdict. */
  readonly evidence: readonly string[];
  /** The first advice that edits the recipe. */
  readonly advice?: object;
}

const validation = 'glyphs:samples=500,size=12,split=validation';

test.each<Made>([
  {
    verdict: 'overfit',
    how: 'few samples with wrong labels on a wide network',
    width: 1,
    data: {
      train: 'glyphs:samples=200,size=12,labelNoise=0.3,split=train',
      validation: `${validation},labelNoise=0.3`,
    },
    train: { epochs: 15, batch: 20 },
    evidence: ['DECLINE_LARGE', 'VALIDATION_ROSE', 'EPOCHS_SINCE_BEST', 'PARAMETERS_MANY'],
  },
  {
    verdict: 'underfit',
    how: 'hidden layers of two units',
    width: 2 / 256,
    data: { train: 'glyphs:samples=600,size=12,split=train', validation },
    train: { epochs: 8 },
    evidence: ['TRAINING_POOR'],
  },
  {
    verdict: 'diverged',
    how: 'a learning rate that is much too high',
    width: 0.3,
    data: { train: 'glyphs:samples=600,size=12,split=train', validation },
    train: { epochs: 6, learningRate: 3 },
    evidence: ['LAYER_GREW'],
    advice: { set: { 'train.learningRate': 0.3 } },
  },
  {
    verdict: 'balanced',
    how: 'enough samples',
    width: 0.3,
    data: { train: 'glyphs:samples=4000,size=12,split=train', validation },
    train: { epochs: 6 },
    evidence: ['DECLINE_SMALL', 'TRAINING_GOOD'],
  },
  {
    verdict: 'leaking',
    how: 'validation samples from the training samples',
    width: 0.3,
    data: {
      train: 'glyphs:samples=600,size=12,split=train',
      validation: 'glyphs:samples=200,size=12,split=train',
    },
    train: { epochs: 4 },
    evidence: ['SAMPLES_SHARED'],
  },
])(
  'is $verdict for $how',
  async ({ verdict, width, data, train, evidence, advice }) => {
    const report = await diagnosed(width, data, train);
    const { diagnosis } = report;
    expect(diagnosis.verdict).toBe(verdict);
    const found = diagnosis.evidence.filter(({ speaksFor }) => speaksFor === verdict);
    expect(found.length).toBeGreaterThan(0);
    expect(found.map(({ note }) => note.code)).toEqual(expect.arrayContaining([...evidence]));
    if (advice) expect(diagnosis.advice.find(({ edit }) => edit)?.edit).toEqual(advice);
    expect(JSON.parse(readFileSync(folder.file('report.json'), 'utf8'))).toEqual(report);
    expect(readFileSync(folder.file('report.md'), 'utf8')).toContain(`: ${verdict}`);
  },
  60_000,
);

async function diagnosed(width: number, data: object, train: object): Promise<DiagnosisReportView> {
  const model = newModel({ architecture: 'mlp', input: [1, 12, 12], classes: 10, width, seed: 1 });
  await saveModel(model, folder.file('m.onnx'), { jobId: 'j', signal });
  // JSON is YAML too.
  const recipe = { model: 'm.onnx', data, seed: 1, steps: [{ train }] };
  writeFileSync(folder.file('recipe.yaml'), JSON.stringify(recipe));
  return diagnoseModel(
    {
      path: folder.file('recipe.yaml'),
      learningCurve: false,
      reportPath: folder.file('report.json'),
      jobId: 'j',
    },
    { signal, progress: () => undefined },
  );
}
