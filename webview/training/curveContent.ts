// What the curves of a training run show: losses, accuracies, the learning rate where it changes, the best epoch and
// the one in which the run diverged.
import * as l10n from '@vscode/l10n';
import type { CurvesView, EpochView } from '../../src/shared/contracts/viewModels';
import type { AxisRange, LineContent, LineMark, LineSeries } from '../charts/lineContent';

export function lossContent(curves: CurvesView, running: boolean): LineContent {
  const { history } = curves;
  const rates = changingRates(history);
  return {
    series: [
      series('train', history, ({ trainLoss }) => trainLoss),
      series('validation', history, ({ validationLoss }) => validationLoss),
    ],
    ...(rates && { strip: { label: l10n.t('rate'), points: rates } }),
    marks: marksOf(curves),
    range: epochRange(curves, running),
  };
}

export function accuracyContent(curves: CurvesView, running: boolean): LineContent {
  const { history } = curves;
  return {
    series: [
      series('train', history, ({ trainAccuracy }) => trainAccuracy ?? null),
      series('validation', history, ({ validationAccuracy }) => validationAccuracy ?? null),
    ],
    marks: marksOf(curves),
    range: epochRange(curves, running),
  };
}

/** True where samples are classified. */
export function hasAccuracy({ history }: CurvesView): boolean {
  return history.some(
    ({ trainAccuracy, validationAccuracy }) =>
      trainAccuracy !== undefined || validationAccuracy !== undefined,
  );
}

/** The first epoch whose loss is no number. */
export function divergedEpoch({ history }: CurvesView): number | undefined {
  return history.find(({ trainLoss, validationLoss }) => trainLoss === null || validationLoss === null)
    ?.epoch;
}

/** True where some loss is so far above the first that a linear axis would show nothing but that one. */
export function explodes({ history }: CurvesView): boolean {
  const losses = history.flatMap(({ trainLoss, validationLoss }) => [trainLoss ?? 0, validationLoss ?? 0]);
  const first = losses.find((loss) => loss > 0);
  return first !== undefined && losses.some((loss) => loss > 20 * first);
}

/**
 * What the axis of epochs spans. While the run goes on there is room ahead, which grows seldom: an axis that moved with
 * every epoch would be no axis to read by.
 */
export function epochRange({ history, epochs }: CurvesView, running: boolean): AxisRange {
  const first = history[0]?.epoch ?? 1;
  const last = history.at(-1)?.epoch ?? first;
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
export function changingRates(history: readonly EpochView[]): LineSeries['points'] | undefined {
  // Epoch 0 is the network before the run.
  const trained = history.filter(({ epoch }) => epoch > 0);
  const first = trained[0]?.learningRate;
  if (trained.every(({ learningRate }) => learningRate === first)) return undefined;
  return trained.map(({ epoch, learningRate }) => ({ x: epoch, y: learningRate }));
}

function series(
  role: LineSeries['role'],
  history: readonly EpochView[],
  value: (epoch: EpochView) => number | null,
): LineSeries {
  return {
    role,
    label: role === 'train' ? l10n.t('Train') : l10n.t('Validation'),
    points: history.map((epoch) => ({ x: epoch.epoch, y: value(epoch) })),
  };
}

function marksOf(curves: CurvesView): readonly LineMark[] {
  const { bestEpoch } = curves;
  const diverged = divergedEpoch(curves);
  const best: readonly LineMark[] =
    bestEpoch === null ? [] : [{ x: bestEpoch, label: l10n.t('best: {0}', bestEpoch), tone: 'best' }];
  return diverged === undefined
    ? best
    : [...best, { x: diverged, label: l10n.t('diverged: {0}', diverged), tone: 'end' }];
}
