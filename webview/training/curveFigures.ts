// The two charts of a training run: its losses, and its accuracies where something is classified.
import * as l10n from '@vscode/l10n';
import { DisposableStore } from '../../src/shared/base/disposable';
import type { CurvesView } from '../../src/shared/contracts/viewModels';
import { createLineFigure, type LineFigure, type LineFigureContent } from '../charts/lineFigure';
import type { DetailPart } from '../detail/detailPart';
import { element } from '../dom';
import type { PanelHost } from '../host';
import type { ThemeSource } from '../theme';
import type { ViewStateStore } from '../viewState';
import { accuracyContent, explodes, hasAccuracy, lossContent } from './curveContent';
import { epochCsv, epochTable, epochText, type Measure } from './epochTexts';

export interface CurveFiguresOptions {
  readonly curves: CurvesView;
  /** Tells the figures of several training steps apart in what is remembered. */
  readonly key: string;
  /** Names what was trained in saved files. */
  readonly name: string;
  readonly running: boolean;
  /** Place of the step in its recipe, from 0, where others train too. */
  readonly step?: number;
  readonly host: PanelHost;
  readonly store: ViewStateStore;
  readonly theme: ThemeSource;
}

export interface CurveFigures extends DetailPart {
  readonly show: (curves: CurvesView) => void;
}

export function createCurveFigures(options: CurveFiguresOptions): CurveFigures {
  const { running } = options;
  const owned = new DisposableStore();
  const loss = owned.add(makeFigure(options, options.curves, 'loss'));
  let accuracy = hasAccuracy(options.curves)
    ? owned.add(makeFigure(options, options.curves, 'accuracy'))
    : undefined;
  const row = element('div', { class: 'curves' }, loss.element, accuracy?.element);
  return {
    element: row,
    show: (curves) => {
      loss.show(contentOf(curves, 'loss', running));
      if (accuracy) accuracy.show(contentOf(curves, 'accuracy', running));
      else if (hasAccuracy(curves)) {
        accuracy = owned.add(makeFigure(options, curves, 'accuracy'));
        row.append(accuracy.element);
      }
    },
    dispose: () => owned.dispose(),
  };
}

function makeFigure(options: CurveFiguresOptions, curves: CurvesView, measure: Measure): LineFigure {
  return createLineFigure({
    ...options,
    key: `${options.key}-${measure}`,
    title: titleOf(measure, options.step),
    fileName: options.name,
    axes: {
      x: { title: l10n.t('epoch'), kind: 'epochs' },
      y: { title: '', kind: measure === 'loss' ? 'value' : 'fraction' },
    },
    content: contentOf(curves, measure, options.running),
    zoomable: true,
    log: measure === 'accuracy' ? 'never' : explodes(curves) ? 'first' : 'offered',
  });
}

function titleOf(measure: Measure, step: number | undefined): string {
  if (step === undefined) return measure === 'loss' ? l10n.t('Loss') : l10n.t('Accuracy');
  return measure === 'loss' ? l10n.t('Loss, step {0}', step + 1) : l10n.t('Accuracy, step {0}', step + 1);
}

function contentOf(curves: CurvesView, measure: Measure, running: boolean): LineFigureContent {
  const { history, bestEpoch } = curves;
  const newest = history.at(-1);
  const telling = running ? newest : (history.find(({ epoch }) => epoch === bestEpoch) ?? newest);
  return {
    lines: measure === 'loss' ? lossContent(curves, running) : accuracyContent(curves, running),
    readout: (index) => {
      const epoch = history[index];
      return epoch ? epochText(epoch, measure) : '';
    },
    idle: telling ? epochText(telling, measure) : '',
    table: epochTable(curves, measure),
    csv: epochCsv(curves),
  };
}
