// Training runs and diagnoses for trying the page: made up, with the shape that real ones have.
import { note } from '../../src/shared/base/messages';
import { normals } from '../../src/shared/base/random';
import type {
  CurvesView,
  DiagnosisReportView,
  DiagnosisView,
  EpochView,
  LearningPointView,
  MeasureView,
  ReportView,
} from '../../src/shared/contracts/viewModels';
import { lenet, reportView } from './sampleModels';

const samples = { train: 1800, validation: 200 };
const parameters = 266_610;

/** A network that learns fast, then by heart: the validation loss turns in epoch 9. */
function overfitEpoch(epoch: number): EpochView {
  const noise = normals(4, 100 + epoch);
  const train = 2.31 * Math.exp(-epoch / 4.2) + 0.012 + 0.01 * noise[0]! * Math.exp(-epoch / 6);
  const validation = 0.38 + 1.93 * Math.exp(-epoch / 3.1) + 0.011 * epoch + 0.02 * noise[1]!;
  return {
    epoch,
    trainLoss: Math.max(train, 0.004),
    validationLoss: validation,
    trainAccuracy: Math.min(1, 1 - 0.9 * Math.exp(-epoch / 3.4) + 0.003 * noise[2]!),
    validationAccuracy: 0.885 - 0.785 * Math.exp(-epoch / 2.8) + 0.006 * noise[3]!,
    learningRate: 0.5e-3 * (1 + Math.cos((Math.PI * (epoch - 1)) / 30)),
    seconds: epoch === 0 ? 0 : 1.9 + 0.1 * noise[0]!,
  };
}

const overfitHistory = Array.from({ length: 31 }, (_, epoch) => overfitEpoch(epoch));

/** The run after so many epochs. */
export function curvesAfter(epochs: number): CurvesView {
  const history = overfitHistory.slice(0, epochs + 1);
  const best = history.reduce((least, epoch) =>
    (epoch.validationLoss ?? Infinity) < (least.validationLoss ?? Infinity) ? epoch : least,
  );
  return {
    step: 0,
    epochs: 30,
    history,
    bestEpoch: best.epoch,
    loss: 'crossEntropy',
    samples,
    parameters,
    diagnosis: epochs < 5 ? undecided(epochs) : overfit(best, history.at(-1)!),
  };
}

function undecided(epochs: number): DiagnosisView {
  return {
    verdict: 'undecided',
    evidence: [{ note: note('EPOCHS_FEW', { epochs, needed: 5 }), speaksFor: null }],
    advice: [],
  };
}

function overfit(best: EpochView, last: EpochView): DiagnosisView {
  const [lowest, loss] = [best.validationLoss!.toFixed(3), last.validationLoss!.toFixed(3)];
  return {
    verdict: 'overfit',
    evidence: [
      {
        note: note('DECLINE_LARGE', { train: '99.9%', validation: '88.4%', decline: '11.5%', limit: '10%' }),
        speaksFor: 'overfit',
      },
      {
        note: note('VALIDATION_ROSE', { rise: '21%', best: lowest, epoch: best.epoch, limit: '5%' }),
        speaksFor: 'overfit',
      },
      {
        note: note('PARAMETERS_MANY', { parameters: '266,610', samples: '1,800', ratio: '148' }),
        speaksFor: 'overfit',
      },
      {
        note: note('TRAINING_GOOD', { accuracy: '99.9%', guessing: '10%' }),
        speaksFor: 'balanced',
      },
      { note: note('SAMPLES_APART', { validation: samples.validation }), speaksFor: null },
    ],
    advice: [
      {
        note: note('ADVICE_STOP_AT', { epoch: best.epoch, best: lowest, loss }),
        edit: { set: { 'train.epochs': best.epoch } },
      },
      { note: note('ADVICE_MORE_DATA', {}) },
      {
        note: note('ADVICE_WEIGHT_DECAY', { value: '1e-4' }),
        edit: { set: { 'train.weightDecay': 1e-4 } },
      },
      {
        note: note('ADVICE_PRUNE', { sparsity: '50%' }),
        edit: { add: [{ prune: { sparsity: 0.5 } }] },
      },
    ],
  };
}

/** A learning rate that is far too high: the loss explodes and is then no number. */
export function divergedCurves(): CurvesView {
  const losses = [2.31, 1.84, 2.02, 3.9, 27.4, 1840, null];
  return {
    step: 0,
    epochs: 20,
    history: losses.map((loss, epoch) => ({
      epoch,
      trainLoss: loss,
      validationLoss: loss === null ? null : loss * 1.04 + 0.02,
      learningRate: 0.8,
      seconds: epoch === 0 ? 0 : 2.1,
    })),
    bestEpoch: 1,
    loss: 'mse',
    samples,
    parameters,
    diagnosis: {
      verdict: 'diverged',
      evidence: [
        { note: note('LOSS_NOT_FINITE', { epoch: 6 }), speaksFor: 'diverged' },
        { note: note('LOSS_EXPLODED', { loss: '1840', start: '2.31' }), speaksFor: 'diverged' },
      ],
      advice: [
        {
          note: note('ADVICE_LOWER_RATE_TO', { value: '0.08', before: '0.8' }),
          edit: { set: { 'train.learningRate': 0.08 } },
        },
        { note: note('ADVICE_CLIP', { value: '1' }), edit: { set: { 'train.clipNorm': 1 } } },
        { note: note('ADVICE_CHECK_INPUTS', {}) },
      ],
    },
  };
}

/** A network that is trained, pruned and trained once more. */
export function trainedReport(): ReportView {
  const again = curvesAfter(6);
  return {
    ...reportView(lenet),
    seconds: 74.3,
    steps: [{ train: { epochs: 30 } }, { prune: { sparsity: 0.8 } }, { train: { epochs: 6 } }],
    data: 'glyphs:size=2000,noise=0.1',
    seed: 1,
    accuracy: {
      before: { accuracy: 0.1015, loss: 2.318, samples: 400 },
      after: { accuracy: 0.8775, loss: 0.4687, samples: 400 },
    },
    generalization: {
      before: { train: measure(2.31, 0.098, 1800), validation: measure(2.32, 0.105, 200) },
      after: { train: measure(0.0614, 0.9894, 1800), validation: measure(0.4421, 0.885, 200) },
    },
    training: [
      {
        ...curvesAfter(30),
        ended: 'allEpochs',
        seconds: 57.1,
        frozen: [{ layer: '/embed/Gather', reason: 'operator Gather has no gradient for its indices' }],
      },
      {
        ...again,
        step: 2,
        epochs: 10,
        history: again.history.map((epoch) => ({ ...epoch, learningRate: 1e-4 })),
        diagnosis: {
          verdict: 'balanced',
          evidence: [
            {
              note: note('DECLINE_SMALL', {
                train: '90.1%',
                validation: '86.2%',
                decline: '4.3%',
                limit: '10%',
              }),
              speaksFor: 'balanced',
            },
          ],
          advice: [],
        },
        ended: 'earlyStopping',
        seconds: 11.8,
        frozen: [],
      },
    ],
  };
}

export function diagnosisReport(): DiagnosisReportView {
  const curves = curvesAfter(30);
  return {
    version: 1,
    kind: 'diagnosis',
    created: '2026-11-24T06:00:00.000Z',
    seconds: 93,
    path: lenet.path,
    data: 'glyphs:size=2000,noise=0.1',
    diagnosis: curves.diagnosis,
    generalization: {
      train: measure(0.0139, 0.9989, 1800),
      validation: measure(0.7098, 0.884, 200),
    },
    curves,
    learningCurve: [0.1, 0.2, 0.4, 0.7, 1].map(learningPoint),
    spectrum: [
      { layer: '/fc1/Gemm', exponent: 1.72, eigenvalues: 300 },
      { layer: '/fc2/Gemm', exponent: 3.41, eigenvalues: 100 },
      { layer: '/blocks.0/attention/query/MatMul', exponent: 4.86, eigenvalues: 192 },
      { layer: '/blocks.0/attention/output.dense/MatMul', exponent: 8.3, eigenvalues: 192 },
      { layer: '/fc3/Gemm', exponent: null, eigenvalues: 10, reason: 'fewer than 50 eigenvalues' },
      { layer: '/fc4/Gemm', exponent: null, eigenvalues: 4, reason: 'fewer than 50 eigenvalues' },
    ],
    notes: [note('ACTIVATIONS_ROUNDED', { count: 2 })],
  };
}

function learningPoint(fraction: number): LearningPointView {
  const count = Math.round(fraction * samples.train);
  const lack = Math.log10(samples.train / count);
  return {
    samples: count,
    train: measure(0.0139 * (1 - 0.6 * lack), 0.9989 + 0.001 * lack, count),
    validation: measure(0.71 + 0.66 * lack, 0.884 - 0.21 * lack, samples.validation),
  };
}

function measure(loss: number, accuracy: number, count: number): MeasureView {
  return { loss, accuracy, samples: count };
}
