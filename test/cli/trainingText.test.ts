// What people read of a training run and of an evaluation in the terminal.
import { describe, expect, it } from 'vitest';
import { evaluationText } from '../../src/cli/text/evaluationText';
import { epochText, trainingText } from '../../src/cli/text/trainingText';
import type { EvaluationView } from '../../src/shared/contracts/evaluationView';
import type { ReportView, SizesView, TrainingView } from '../../src/shared/contracts/viewModels';

const sizes: SizesView = {
  parameters: 1000,
  nonZeros: 1000,
  sparsity: 0,
  macs: 900,
  bytes: 4100,
  gzipBytes: 3800,
};

const training: TrainingView = {
  step: 0,
  epochs: 5,
  history: [
    {
      epoch: 0,
      trainLoss: 2.31,
      validationLoss: 2.3,
      trainAccuracy: 0.1,
      validationAccuracy: 0.11,
      learningRate: 0,
      seconds: 0.2,
    },
    {
      epoch: 1,
      trainLoss: 0.5,
      validationLoss: 0.61,
      trainAccuracy: 0.9,
      validationAccuracy: 0.855,
      learningRate: 0.001,
      seconds: 1.25,
    },
    {
      epoch: 2,
      trainLoss: 0.25,
      validationLoss: null,
      trainAccuracy: 0.95,
      validationAccuracy: 0.84,
      learningRate: 0.001,
      seconds: 1.2,
    },
  ],
  bestEpoch: 1,
  loss: 'crossEntropy',
  samples: { train: 2000, validation: 500 },
  parameters: 1000,
  ended: 'earlyStopping',
  seconds: 2.65,
  frozen: [{ layer: 'fc9', reason: 'Mystery has no gradient rule' }],
  diagnosis: {
    verdict: 'overfit',
    evidence: [
      { note: { code: 'GAP_STEADY', values: { epochs: 5 } }, speaksFor: null },
      { note: { code: 'EPOCHS_SINCE_BEST', values: { since: 4, epoch: 1 } }, speaksFor: 'overfit' },
    ],
    advice: [
      {
        note: { code: 'ADVICE_WEIGHT_DECAY', values: { value: 0.01 } },
        edit: { set: { 'train.weightDecay': 0.01, 'train.optimizer': 'adamw' } },
      },
      { note: { code: 'ADVICE_MORE_DATA', values: {} } },
    ],
  },
};

const report: ReportView = {
  version: 1,
  created: '2030-01-01T00:00:00.000Z',
  seconds: 3.21,
  steps: [{ train: { epochs: 5 } }],
  original: { path: 'm.onnx', ...sizes },
  compressed: { path: 'out.onnx', ...sizes },
  ratio: 1,
  layers: [],
  outputs: [],
  comparedOn: 'glyphs, 500 samples',
  training: [training],
  generalization: {
    before: {
      train: { loss: 2.31, accuracy: 0.1, samples: 2000 },
      validation: { loss: 2.3, accuracy: 0.11, samples: 500 },
      test: { loss: 2.32, accuracy: 0.09, samples: 1200 },
    },
    after: {
      train: { loss: 0.5, accuracy: 0.9, samples: 2000 },
      validation: { loss: 0.61, accuracy: 0.855, samples: 500 },
      test: { loss: 0.62, accuracy: 0.85, samples: 1200 },
    },
  },
  notes: [{ code: 'TRAINING_NO_BETTER', values: {} }],
};

it('train prints the curves, the verdict with what speaks for it first, and what became of the model', () => {
  expect(trainingText(report, 'out.report.json', Infinity)).toBe(`Wrote out.onnx
  and out.report.json, in 3.2 s
  To look at: out.report.html

Trained 1,000 parameters on 2,000 samples, validated on 500 (cross-entropy)

Epoch  Train loss  Validation loss  Accuracy  Validation  Learning rate  Seconds
─────  ──────────  ───────────────  ────────  ──────────  ─────────────  ───────  ────
    0        2.31              2.3    10.00%      11.00%              0      0.2
    1         0.5             0.61    90.00%      85.50%          0.001      1.3  best
    2        0.25        no number    95.00%      84.00%          0.001      1.2

Stopped early: the validation loss no longer fell.
Not trained: fc9 (Mystery has no gradient rule)

Verdict: overfit
  • Epochs since the lowest validation loss, in epoch 1: 4.
    The gap between the losses hardly changed over the last 5 epochs.
What to try:
  • Pull weights to zero with a weight decay of 0.01. (--set train.weightDecay=0.01 --set train.optimizer=adamw)
  • Get more training samples, or vary them more by augmentation.

            Samples  Loss before  Loss after  Accuracy before  Accuracy after
──────────  ───────  ───────────  ──────────  ───────────────  ──────────────
Train         2,000         2.31         0.5           10.00%          90.00%
Validation      500          2.3        0.61           11.00%          85.50%
Test          1,200         2.32        0.62            9.00%          85.00%

Note: No epoch had a lower validation loss than the network before training, so that its weights are kept. Try a lower learning rate.
`);
});

it('train leaves out accuracies and test samples where there are none', () => {
  const history = training.history.map(({ epoch, trainLoss, validationLoss, learningRate, seconds }) => ({
    epoch,
    trainLoss,
    validationLoss,
    learningRate,
    seconds,
  }));
  const { train, validation } = report.generalization!.after;
  const without = {
    train: { loss: train.loss, samples: 1 },
    validation: { loss: validation.loss, samples: 1 },
  };
  const text = trainingText(
    {
      ...report,
      training: [{ ...training, loss: 'mse', history }],
      generalization: { before: without, after: without },
    },
    'out.report.json',
    Infinity,
  );
  expect(text).toContain('(mean squared error)');
  expect(text).not.toContain('Accuracy');
  expect(text).not.toContain('Test');
});

describe('epochText', () => {
  it('is the loss and the accuracy on validation samples, as far as there are any', () => {
    expect(epochText(training.history[1]!)).toBe('validation loss 0.61, 85.5%');
    const { validationAccuracy: _, ...regression } = training.history[2]!;
    expect(epochText(regression)).toBe('validation loss no number');
  });
});

const evaluation: EvaluationView = {
  path: 'm.onnx',
  data: 'mnist',
  loss: 0.123456,
  accuracy: 0.975,
  samples: 10_000,
  lossKind: 'crossEntropy',
  confusion: [
    [4900, 100],
    [150, 4850],
  ],
  classNames: ['cat', 'dog'],
  latency: { medianMs: 1.2345, p95Ms: 2, batch: 1, threads: 1 },
};

describe('evaluate', () => {
  it('prints loss, accuracy, time, and which classes are taken for which', () => {
    expect(evaluationText(evaluation, Infinity)).toBe(`m.onnx on 10,000 samples of mnist

Loss: 0.1235 (cross-entropy)
Accuracy: 97.50%
Time of one run: 1.234 ms, 95% within 2 ms (batch 1, 1 thread)

Samples by predicted class:
True class    cat    dog
──────────  ─────  ─────
cat         4,900    100
dog           150  4,850
`);
  });

  it('prints errors of values, and no table of many classes', () => {
    const { accuracy: _, confusion: __, classNames: ___, ...shared } = evaluation;
    const regression = { mae: 0.25, rmse: 0.5, r2: 0.9 };
    expect(evaluationText({ ...shared, lossKind: 'mse', regression }, Infinity)).toContain(
      'Loss: 0.1235 (mean squared error)\nMean absolute error: 0.25, root of the mean squared error: 0.5, R²: 0.9\n',
    );
    const many = Array.from({ length: 21 }, () => Array<number>(21).fill(1));
    const text = evaluationText({ ...shared, accuracy: 0.5, top5: 0.75, confusion: many }, Infinity);
    expect(text).toContain('Among the first five: 75.00%');
    expect(text).not.toContain('True class');
  });
});
