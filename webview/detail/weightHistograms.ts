// The histograms of a layer's weights, before and after, and of the errors between them, with the grid that the weights
// were rounded to. Where each channel or group has a grid of its own, one of them can be looked at by itself.
import * as l10n from '@vscode/l10n';
import { formatDecibels, formatInteger, formatPercent, formatValue } from '../../src/shared/base/numbers';
import { cancelled } from '../../src/shared/contracts/contract';
import type {
  ErrorFiguresView,
  GridDetailView,
  GridView,
  HistogramView,
  LayerDetailView,
} from '../../src/shared/contracts/layerViews';
import { binsOf } from '../charts/histogramBins';
import type { HistogramSeries } from '../charts/histogramChart';
import { element, fill } from '../dom';
import type { Fact } from '../facts';
import { errorText, type PanelHost } from '../host';
import type { ThemeSource } from '../theme';
import type { ViewStateStore } from '../viewState';
import type { DetailPart } from './detailPart';
import { gridPicker } from './gridPicker';
import { createHistogramFigure, type FigureContent } from './histogramFigure';

export interface WeightHistogramsOptions {
  readonly detail: LayerDetailView;
  readonly host: PanelHost;
  readonly store: ViewStateStore;
  readonly theme: ThemeSource;
}

/** What both histograms are made from: of all elements, or of those on one grid. */
interface Shown {
  readonly before: HistogramView;
  readonly after?: HistogramView;
  readonly error?: ErrorFiguresView;
  readonly grid?: GridView;
  /** Elements of other grids are among those shown. */
  readonly isWhole: boolean;
}

export function createWeightHistograms(options: WeightHistogramsOptions): DetailPart {
  const { detail, host } = options;
  const whole = wholeOf(detail);
  const { grid } = whole;
  const common = { ...options, name: detail.layer };
  const failure = element('span', { class: 'dim', attributes: { role: 'status' } });
  let loading = new AbortController();
  const weights = createHistogramFigure({
    ...common,
    key: 'weights',
    title: l10n.t('Distribution'),
    xTitle: l10n.t('weight'),
    content: weightContent(whole),
  });
  const errors =
    whole.error &&
    createHistogramFigure({
      ...common,
      key: 'errors',
      title: l10n.t('Error distribution'),
      xTitle: l10n.t('after − before'),
      content: errorContent(whole, whole.error),
    });
  return {
    element: element(
      'div',
      {},
      grid &&
        grid.count > 1 &&
        element(
          'div',
          { class: 'toolbar' },
          gridPicker(grid, (index) => void pick(index)),
          failure,
        ),
      element('div', { class: 'histograms' }, weights.element, errors?.element),
    ),
    dispose: () => {
      loading.abort();
      weights.dispose();
      errors?.dispose();
    },
  };

  async function pick(index: number | undefined): Promise<void> {
    loading.abort();
    loading = new AbortController();
    const { signal } = loading;
    fill(failure);
    if (index === undefined) return show(whole);
    try {
      const answer = await host.call('grid', { index }, signal);
      if (answer !== cancelled && !signal.aborted) show(oneOf(answer));
    } catch (error) {
      if (!signal.aborted) fill(failure, errorText(error));
    }
  }

  function show(shown: Shown): void {
    weights.show(weightContent(shown));
    if (shown.error) errors?.show(errorContent(shown, shown.error));
  }
}

function wholeOf({ before, after, error }: LayerDetailView): Shown {
  const grid = (after ?? before).grid;
  return {
    before: before.histogram,
    ...(after && { after: after.histogram }),
    ...(error && { error }),
    ...(grid && { grid }),
    isWhole: grid === undefined || grid.count > 1,
  };
}

function oneOf(detail: GridDetailView): Shown {
  return { ...detail, isWhole: false };
}

function weightContent({ before, after, grid, isWhole }: Shown): FigureContent {
  return {
    series: [
      weightSeries(after ? l10n.t('Before') : l10n.t('Weights'), 'before', before),
      ...(after ? [weightSeries(l10n.t('After'), 'after', after)] : []),
    ],
    levels: grid?.levels ?? [],
    facts: grid ? gridFacts(grid, isWhole) : [],
  };
}

function errorContent(
  { grid }: Shown,
  { histogram, mse, sqnrDb, maxError }: ErrorFiguresView,
): FigureContent {
  // Rounding alone errs by half a step at most: what is beyond the lines was cut off, or is no rounding.
  const half = grid?.scale === undefined ? undefined : grid.scale / 2;
  return {
    series: [{ label: l10n.t('Error'), tone: 'error', bins: binsOf(histogram) }],
    levels: half === undefined ? [] : [-half, half],
    facts: [
      [l10n.t('MSE'), formatValue(mse)],
      [l10n.t('SQNR'), formatDecibels(sqnrDb)],
      [l10n.t('Max error'), formatValue(maxError)],
      ...(half === undefined ? [] : [[l10n.t('Half a step'), formatValue(half)] as const]),
    ],
  };
}

function weightSeries(label: string, tone: 'before' | 'after', histogram: HistogramView): HistogramSeries {
  const total = histogram.counts.reduce((sum, count) => sum + count, 0);
  return {
    label,
    tone,
    bins: binsOf(histogram),
    ...(histogram.zeros > 0 && total > 0
      ? { zeroNote: l10n.t('{0}: {1} zeros', label, formatPercent(histogram.zeros / total)) }
      : {}),
  };
}

function gridFacts(grid: GridView, isWhole: boolean): readonly Fact[] {
  const { type, count, per, scale, zeroPoint, levels } = grid;
  const facts: Fact[] = [[l10n.t('Grid'), count === 1 ? type : `${type}, ${gridsText(grid)}`]];
  if (count > 1)
    facts.push([per === 'channel' ? l10n.t('Channel') : l10n.t('Group'), placeText(grid, isWhole)]);
  if (levels.length > 0) facts.push([l10n.t('Levels'), formatInteger(levels.length)]);
  if (scale !== undefined) facts.push([l10n.t('Scale'), formatValue(scale)]);
  if (zeroPoint !== undefined) facts.push([l10n.t('Zero point'), formatInteger(zeroPoint)]);
  return facts;
}

function gridsText({ per, count }: GridView): string {
  return per === 'channel'
    ? l10n.t('{0} channels', formatInteger(count))
    : l10n.t('{0} groups', formatInteger(count));
}

function placeText({ index }: GridView, isWhole: boolean): string {
  return isWhole ? l10n.t('{0}, the widest', formatInteger(index)) : formatInteger(index);
}
