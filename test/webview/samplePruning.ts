// A run that trains, prunes in rounds with fine-tuning, and trains once more, for trying the page: made up, with the
// shape that real ones have.
import { note, type Note } from '../../src/shared/base/messages';
import { normals } from '../../src/shared/base/random';
import type {
  CurvesView,
  DiagnosisView,
  EpochView,
  GeneralizationView,
  ReportView,
  RoundView,
  StepsView,
  TrainingView,
} from '../../src/shared/contracts/viewModels';
import { lenet, reportView } from './sampleModels';

export const pruningSteps: StepsView = [
  { train: { epochs: 14 } },
  { prune: { sparsity: 0.9, schedule: 'iterative', rounds: 3, fineTune: { epochs: 4 } } },
  { train: { epochs: 6 } },
  { quantize: { bits: 8 } },
];

/** A network that knows its samples by heart, and less so the fewer weights it has. */
function epochOf(epoch: number, trained: number, sparsity: number): EpochView {
  const noise = normals(4, 400 + 13 * epoch + Math.round(100 * sparsity));
  const heart = (1 - sparsity) ** 0.5;
  const settled = 1 - Math.exp(-trained / (sparsity === 0 ? 3.2 : 0.8));
  const start = sparsity === 0 ? 2.3 : 0.5 + 0.9 * sparsity;
  const trainLoss = start * (1 - settled) + (0.02 + 0.21 * (1 - heart)) * settled + 0.004 * noise[0]!;
  const validationLoss = start * (1 - settled) + (0.42 + 0.3 * heart) * settled + 0.012 * noise[1]!;
  const begin = sparsity === 0 ? 0.1 : 0.86 - 0.4 * sparsity;
  return {
    epoch,
    trainLoss: Math.max(0.004, trainLoss),
    validationLoss,
    trainAccuracy: Math.min(1, begin + (0.999 - 0.05 * (1 - heart) - begin) * settled + 0.002 * noise[2]!),
    validationAccuracy: begin + (0.865 + 0.035 * (1 - heart) - begin) * settled + 0.005 * noise[3]!,
    learningRate: sparsity === 0 ? 1e-3 : 5e-4,
    seconds: trained === 0 ? 0 : 1.8,
    ...(sparsity > 0 && { sparsity }),
  };
}

const common = {
  loss: 'crossEntropy',
  samples: { train: 600, validation: 400 },
  parameters: 266_610,
} as const;

function curves(
  step: number,
  history: readonly EpochView[],
  more: Pick<CurvesView, 'epochs'> & Partial<CurvesView>,
): TrainingView {
  return {
    ...common,
    step,
    history,
    bestEpoch: history.at(-1)!.epoch,
    diagnosis: { verdict: step === 0 ? 'overfit' : 'balanced', evidence: [], advice: [] },
    ended: 'allEpochs',
    seconds: 1.8 * history.length,
    frozen: [],
    ...more,
  };
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

const dense = curves(
  0,
  range(0, 14).map((epoch) => epochOf(epoch, epoch, 0)),
  { epochs: 14 },
);

const sparsities = [0.536, 0.785, 0.9];

/** The pruning step after so many of its twelve epochs. */
function pruning(epochs: number): TrainingView {
  const rounds: readonly RoundView[] = sparsities
    .slice(0, Math.max(1, Math.ceil(epochs / 4)))
    .map((sparsity, round) => ({
      from: 4 * round + 1,
      sparsity,
      ...(round > 0 && { start: epochOf(4 * round, 0, sparsity) }),
    }));
  const history = range(0, epochs).map((epoch) => {
    const round = Math.max(0, Math.ceil(epoch / 4) - 1);
    return epochOf(epoch, epoch - 4 * round, sparsities[round]!);
  });
  return curves(1, history, { epochs: 12, rounds });
}

/** While it prunes: after so many epochs of that step. */
export function pruningCurves(epochs: number): CurvesView {
  return { ...pruning(epochs), earlier: [dense] };
}

export function prunedReport(): ReportView {
  const training = [
    dense,
    pruning(12),
    curves(
      2,
      range(0, 6).map((epoch) => epochOf(epoch, epoch + 3, 0.9)),
      { epochs: 6 },
    ),
  ];
  return {
    ...reportView(lenet),
    seconds: 51.2,
    steps: pruningSteps,
    data: 'glyphs:samples=1000,labelNoise=0.1',
    seed: 1,
    training,
    generalization: {
      before: network([0.098, 0.105, 0.101], [2.31, 2.32, 2.318], 'underfit', [
        note('TRAINING_POOR', { accuracy: '9.8%', guessing: '10.4%' }),
      ]),
      trained: network([0.985, 0.842], [0.062, 0.742], 'overfit', [
        note('DECLINE_LARGE', { train: '98.5%', validation: '84.2%', decline: '14.5%', limit: '10%' }),
        note('PARAMETERS_MANY', { parameters: '266,610', samples: '600', ratio: '444' }),
      ]),
      after: network([0.961, 0.893, 0.8775], [0.158, 0.502, 0.4687], 'balanced', [
        note('DECLINE_SMALL', { train: '96.1%', validation: '89.3%', decline: '7.1%', limit: '10%' }),
      ]),
      effect: [
        note('GAP_NARROWED', {
          what: 'Pruning 90%, fine-tuning and quantizing',
          before: '14.3',
          after: '6.8',
          difference: '7.5',
          error: '2.6',
        }),
        note('ACCURACY_ROSE', { difference: '5.1', after: '89.3%', error: '2.4' }),
      ],
    },
  };
}

function network(
  [train, validation, test]: readonly number[],
  [trainLoss, validationLoss, testLoss]: readonly number[],
  verdict: DiagnosisView['verdict'],
  evidence: readonly Note[],
): GeneralizationView {
  return {
    train: { accuracy: train!, loss: trainLoss!, samples: 600 },
    validation: { accuracy: validation!, loss: validationLoss!, samples: 400 },
    ...(test !== undefined && { test: { accuracy: test, loss: testLoss!, samples: 400 } }),
    judgement: { verdict, evidence: evidence.map((each) => ({ note: each, speaksFor: verdict })) },
  };
}
