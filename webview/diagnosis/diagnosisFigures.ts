// The two figures of a diagnosis that no training run has: the learning curve and the weight spectrum.
import * as l10n from '@vscode/l10n';
import { formatValue } from '../../src/shared/base/numbers';
import type { LearningPointView, SpectrumView } from '../../src/shared/contracts/viewModels';
import { createLineFigure } from '../charts/lineFigure';
import type { DetailPart } from '../detail/detailPart';
import { element } from '../dom';
import { createFigure } from '../figure';
import type { PanelHost } from '../host';
import { reasonList } from '../reasonList';
import type { ThemeSource } from '../theme';
import type { Measure } from '../training/epochTexts';
import type { ViewStateStore } from '../viewState';
import { learningCurveContent } from './learningCurve';
import { createSpectrumChart } from './spectrumChart';
import { skippedLayers, spectrumRows, type SpectrumRow } from './spectrumRows';

export interface DiagnosisFigureOptions {
  /** Names what is judged in saved files. */
  readonly name: string;
  readonly host: PanelHost;
  readonly store: ViewStateStore;
  readonly theme: ThemeSource;
}

/** One chart of losses, and one of accuracies where something is classified. */
export function learningCurveFigures(
  points: readonly LearningPointView[],
  options: DiagnosisFigureOptions,
): readonly DetailPart[] {
  const classified = points.some(
    ({ train, validation }) => train.accuracy !== undefined || validation.accuracy !== undefined,
  );
  const measures: readonly Measure[] = classified ? ['loss', 'accuracy'] : ['loss'];
  return measures.map((measure) =>
    createLineFigure({
      ...options,
      key: `learning-${measure}`,
      title: measure === 'loss' ? l10n.t('Loss by samples') : l10n.t('Accuracy by samples'),
      fileName: options.name,
      axes: {
        x: { title: l10n.t('samples trained on'), kind: 'samples' },
        y: { title: '', kind: measure === 'loss' ? 'value' : 'fraction' },
      },
      content: learningCurveContent(points, measure),
      zoomable: false,
      log: measure === 'loss' ? 'offered' : 'never',
    }),
  );
}

/** A line for each layer; of a large network they are as low as can still be told apart. */
const rowHeight = 18;
const mostHeight = 6000;
const axisHeight = 44;

export function spectrumFigure(
  spectrum: readonly SpectrumView[],
  { name, host, store, theme }: DiagnosisFigureOptions,
): DetailPart {
  const rows = spectrumRows(spectrum);
  const skipped = skippedLayers(spectrum, l10n.t('unknown'));
  const exceptions = reasonList(skippedTitle(skipped.length), skipped);
  if (rows.length === 0) {
    const none = l10n.t('No layer has enough weights for a spectrum.');
    return {
      element: element('div', {}, element('p', { class: 'dim hint', text: none }), exceptions),
      dispose: () => {},
    };
  }
  const canvas = element('canvas', {
    attributes: {
      role: 'img',
      'aria-label': l10n.t('Exponents of the weight spectra of {0}; shown as table by a button', name),
    },
  });
  const figure = createFigure({
    key: 'spectrum',
    title: l10n.t('Exponent of each layer'),
    fileName: () => `${name}-spectrum`,
    canvas,
    boxed: true,
    around: [
      element('p', {
        class: 'dim caption',
        text: l10n.t(
          'Shaded: 2 to 6, where layers that are trained well usually lie. Above it a layer has learned little, below it perhaps too much by heart.',
        ),
      }),
    ],
    table: () => spectrumTable(rows),
    host,
    store,
  });
  const box = canvas.parentElement;
  if (box) box.style.height = `${Math.min(mostHeight, rows.length * rowHeight) + axisHeight}px`;
  const chart = createSpectrumChart(canvas, rows, theme);
  return {
    element: element('div', { class: 'spectrum' }, figure.element, exceptions),
    dispose: () => chart.dispose(),
  };
}

function skippedTitle(count: number): string {
  return count === 1 ? l10n.t('1 layer was left out') : l10n.t('{0} layers were left out', count);
}

function spectrumTable(rows: readonly SpectrumRow[]): {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
} {
  return {
    columns: [l10n.t('Layer'), l10n.t('Exponent'), l10n.t('Eigenvalues')],
    rows: rows.map(({ layer, exponent, eigenvalues }) => [layer, formatValue(exponent), eigenvalues]),
  };
}
