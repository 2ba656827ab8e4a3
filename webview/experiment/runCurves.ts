// The curves of two runs in one picture: the colour tells the run, dashes tell validation from training.
import * as l10n from '@vscode/l10n';
import { formatPercent, formatValue } from '../../src/shared/base/numbers';
import { journeyOf, type JourneyPoint } from '../../src/shared/contracts/journey';
import type { ComparedRuns } from '../../src/shared/contracts/panelContract';
import type { ReportView } from '../../src/shared/contracts/viewModels';
import { createLineFigure, type LineFigureContent } from '../charts/lineFigure';
import type { LineSeries } from '../charts/lineContent';
import type { DetailPart } from '../detail/detailPart';
import { element } from '../dom';
import type { PanelHost } from '../host';
import type { ThemeSource } from '../theme';
import type { Measure } from '../training/epochTexts';
import type { ViewStateStore } from '../viewState';

export interface RunCurvesOptions {
  readonly runs: ComparedRuns;
  readonly host: PanelHost;
  readonly store: ViewStateStore;
  readonly theme: ThemeSource;
}

/** Undefined where one of the runs did not train, or their losses are of different kinds and nothing is classified. */
export function createRunCurves(options: RunCurvesOptions): DetailPart | undefined {
  const { before, after } = options.runs;
  const [a, b] = [before.training?.at(-1), after.training?.at(-1)];
  if (!a || !b) return undefined;
  const measures: readonly Measure[] = [
    ...(a.loss === b.loss ? (['loss'] as const) : []),
    ...(hasAccuracy(before) && hasAccuracy(after) ? (['accuracy'] as const) : []),
  ];
  if (measures.length === 0) return undefined;
  const figures = measures.map((measure) =>
    createLineFigure({
      ...options,
      key: `runs-${measure}`,
      title: measure === 'loss' ? l10n.t('Loss of both runs') : l10n.t('Accuracy of both runs'),
      fileName: 'runs',
      axes: {
        x: { title: l10n.t('epoch'), kind: 'epochs' },
        y: { title: '', kind: measure === 'loss' ? 'value' : 'fraction' },
      },
      content: runCurvesContent(options.runs, measure),
      zoomable: true,
      log: measure === 'loss' ? 'offered' : 'never',
    }),
  );
  return {
    element: element('div', { class: 'curves' }, ...figures.map((figure) => figure.element)),
    dispose: () => {
      for (const figure of figures) figure.dispose();
    },
  };
}

/** Both runs over the same epochs, counted through their steps; the shorter one has no figures in the end. */
function runCurvesContent({ before, after }: ComparedRuns, measure: Measure): LineFigureContent {
  const sides = [byEpoch(before), byEpoch(after)] as const;
  const last = Math.max(...sides.flatMap((points) => [...points.keys()]));
  const epochs = Array.from({ length: last + 1 }, (_, epoch) => epoch);
  const lines = [
    line(l10n.t('Before, train'), 'before', 'train', sides[0]),
    line(l10n.t('Before, validation'), 'before', 'validation', sides[0]),
    line(l10n.t('After, train'), 'after', 'train', sides[1]),
    line(l10n.t('After, validation'), 'after', 'validation', sides[1]),
  ];
  const written = measure === 'loss' ? formatValue : (fraction: number) => formatPercent(fraction);
  const text = (value: number | null | undefined): string =>
    typeof value === 'number' ? written(value) : '–';
  const cells = (index: number): readonly string[] => lines.map(({ points }) => text(points[index]?.y));
  const readout = (index: number): string => {
    const [a = '', b = '', c = '', d = ''] = cells(index);
    return l10n.t(
      'Epoch {0}: before {1} train, {2} validation; after {3} train, {4} validation',
      index,
      a,
      b,
      c,
      d,
    );
  };
  return {
    lines: { series: lines, marks: [], range: { min: 0, max: Math.max(1, last) } },
    readout,
    idle: readout(last),
    table: {
      columns: [l10n.t('Epoch'), ...lines.map(({ label }) => label)],
      rows: epochs.map((epoch) => [epoch, ...cells(epoch)]),
    },
    csv: {
      columns: ['epoch', 'beforeTrain', 'beforeValidation', 'afterTrain', 'afterValidation'],
      rows: epochs.map((epoch) => [epoch, ...lines.map(({ points }) => points[epoch]?.y ?? '')]),
    },
  };

  function line(
    label: string,
    side: 'before' | 'after',
    role: LineSeries['role'],
    points: ReadonlyMap<number, JourneyPoint>,
  ): LineSeries {
    return {
      label,
      side,
      role,
      points: epochs.map((epoch) => ({ x: epoch, y: valueOf(points.get(epoch), role, measure) })),
    };
  }
}

function valueOf(point: JourneyPoint | undefined, role: LineSeries['role'], measure: Measure): number | null {
  if (!point) return null;
  if (measure === 'loss') return role === 'train' ? point.trainLoss : point.validationLoss;
  return (role === 'train' ? point.trainAccuracy : point.validationAccuracy) ?? null;
}

/** Without the networks that later phases begin with, which have the epoch of the one before them. */
function byEpoch({ training = [], steps }: ReportView): ReadonlyMap<number, JourneyPoint> {
  const { points } = journeyOf(training, steps);
  return new Map(
    points
      .filter(({ isStart, phase }) => !isStart || phase === 0)
      .map((point) => [point.epoch, point] as const),
  );
}

function hasAccuracy({ training = [] }: ReportView): boolean {
  return training.some(({ history }) =>
    history.some(({ validationAccuracy }) => validationAccuracy !== undefined),
  );
}
