// What the curves of a run show: losses, accuracies, the phases, the sparsity of a pruned network, the learning rate
// where it changes, the best epoch and the one in which the run diverged.
import * as l10n from '@vscode/l10n';
import type { Journey, JourneyPoint } from '../../src/shared/contracts/journey';
import type { AxisRange, LineBand, LineContent, LineMark, LineSeries } from '../charts/lineContent';
import { phaseLabels } from './phaseTexts';

export function lossContent(journey: Journey, running: boolean): LineContent {
  const rates = changingRates(journey);
  return {
    series: [
      series('train', journey, ({ trainLoss }) => trainLoss),
      series('validation', journey, ({ validationLoss }) => validationLoss),
    ],
    ...(rates && { strip: { label: l10n.t('rate'), points: rates } }),
    ...surroundings(journey, running),
  };
}

export function accuracyContent(journey: Journey, running: boolean): LineContent {
  return {
    series: [
      series('train', journey, ({ trainAccuracy }) => trainAccuracy ?? null),
      series('validation', journey, ({ validationAccuracy }) => validationAccuracy ?? null),
    ],
    ...surroundings(journey, running),
  };
}

/** What is the same in both charts. */
function surroundings(
  journey: Journey,
  running: boolean,
): Pick<LineContent, 'level' | 'bands' | 'marks' | 'range'> {
  const { points, phases, isPruned } = journey;
  const range = epochRange(journey, running);
  const bands = phases.map((phase, index): LineBand => {
    // The last one goes on, as far as there is room.
    const max = phases[index + 1]?.begins ?? range.max;
    return { min: phase.begins, max, labels: phaseLabels(phase) };
  });
  return {
    ...(isPruned && {
      level: {
        label: l10n.t('Sparsity'),
        points: points.map(({ epoch, sparsity }) => ({ x: epoch, y: sparsity })),
      },
    }),
    ...((bands.length > 1 || isPruned) && { bands }),
    marks: marksOf(journey),
    range,
  };
}

/** True where samples are classified. */
export function hasAccuracy({ points }: Journey): boolean {
  return points.some(
    ({ trainAccuracy, validationAccuracy }) =>
      trainAccuracy !== undefined || validationAccuracy !== undefined,
  );
}

/** The first epoch whose loss is no number. */
export function divergedEpoch({ points }: Journey): number | undefined {
  return points.find(({ trainLoss, validationLoss }) => trainLoss === null || validationLoss === null)?.epoch;
}

/** True where some loss is so far above the first that a linear axis would show nothing but that one. */
export function explodes({ points }: Journey): boolean {
  const losses = points.flatMap(({ trainLoss, validationLoss }) => [trainLoss ?? 0, validationLoss ?? 0]);
  const first = losses.find((loss) => loss > 0);
  return first !== undefined && losses.some((loss) => loss > 20 * first);
}

/**
 * What the axis of epochs spans. While the run goes on there is room ahead, which grows seldom: an axis that moved with
 * every epoch would be no axis to read by.
 */
export function epochRange({ points, epochs }: Journey, running: boolean): AxisRange {
  const first = points[0]?.epoch ?? 1;
  const last = points.at(-1)?.epoch ?? first;
  const end = running ? Math.max(last, Math.min(epochs, roomFor(last))) : last;
  return { min: first, max: Math.max(end, first + 1) };
}

/** 10, 20, 50, 100, 200, …: the first of them that holds so many epochs. */
function roomFor(epochs: number): number {
  let power = 10;
  while (5 * power < epochs) power *= 10;
  return [power, 2 * power, 5 * power].find((room) => room >= epochs) ?? epochs;
}

/** The rate of each epoch that was trained; undefined where it is the same in all of them. */
export function changingRates({ points }: Journey): LineSeries['points'] | undefined {
  const trained = points.filter(({ isStart }) => !isStart);
  const first = trained[0]?.learningRate;
  if (trained.every(({ learningRate }) => learningRate === first)) return undefined;
  return trained.map(({ epoch, learningRate }) => ({ x: epoch, y: learningRate }));
}

function series(
  role: LineSeries['role'],
  { points }: Journey,
  value: (point: JourneyPoint) => number | null,
): LineSeries {
  return {
    role,
    label: role === 'train' ? l10n.t('Train') : l10n.t('Validation'),
    points: points.map((point) => ({ x: point.epoch, y: value(point) })),
  };
}

function marksOf(journey: Journey): readonly LineMark[] {
  const { bestEpoch } = journey;
  const diverged = divergedEpoch(journey);
  const best: readonly LineMark[] =
    bestEpoch === null ? [] : [{ x: bestEpoch, label: l10n.t('best: {0}', bestEpoch), tone: 'best' }];
  return diverged === undefined
    ? best
    : [...best, { x: diverged, label: l10n.t('diverged: {0}', diverged), tone: 'end' }];
}
