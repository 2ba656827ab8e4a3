// The two charts of a run that trains: its losses, and its accuracies where something is classified.
import * as l10n from '@vscode/l10n';
import { DisposableStore } from '../../src/shared/base/disposable';
import type { Journey } from '../../src/shared/contracts/journey';
import { createLineFigure, type LineFigure, type LineFigureContent } from '../charts/lineFigure';
import type { DetailPart } from '../detail/detailPart';
import { element } from '../dom';
import type { PanelHost } from '../host';
import type { ThemeSource } from '../theme';
import type { ViewStateStore } from '../viewState';
import { accuracyContent, explodes, hasAccuracy, lossContent } from './curveContent';
import { epochCsv, epochTable, epochText, type Measure } from './epochTexts';

export interface CurveFiguresOptions {
  readonly journey: Journey;
  /** Names the figures in what is remembered. */
  readonly key: string;
  /** Names what was trained in saved files. */
  readonly name: string;
  readonly running: boolean;
  readonly host: PanelHost;
  readonly store: ViewStateStore;
  readonly theme: ThemeSource;
}

export interface CurveFigures extends DetailPart {
  readonly show: (journey: Journey) => void;
}

export function createCurveFigures(options: CurveFiguresOptions): CurveFigures {
  const { running } = options;
  const owned = new DisposableStore();
  const loss = owned.add(makeFigure(options, options.journey, 'loss'));
  let accuracy = hasAccuracy(options.journey)
    ? owned.add(makeFigure(options, options.journey, 'accuracy'))
    : undefined;
  const row = element('div', { class: 'curves' }, loss.element, accuracy?.element);
  return {
    element: row,
    show: (journey) => {
      loss.show(contentOf(journey, 'loss', running));
      if (accuracy) accuracy.show(contentOf(journey, 'accuracy', running));
      else if (hasAccuracy(journey)) {
        accuracy = owned.add(makeFigure(options, journey, 'accuracy'));
        row.append(accuracy.element);
      }
    },
    dispose: () => owned.dispose(),
  };
}

function makeFigure(options: CurveFiguresOptions, journey: Journey, measure: Measure): LineFigure {
  return createLineFigure({
    ...options,
    key: `${options.key}-${measure}`,
    title: measure === 'loss' ? l10n.t('Loss') : l10n.t('Accuracy'),
    fileName: options.name,
    axes: {
      x: { title: l10n.t('epoch'), kind: 'epochs' },
      y: { title: '', kind: measure === 'loss' ? 'value' : 'fraction' },
    },
    content: contentOf(journey, measure, options.running),
    zoomable: true,
    log: measure === 'accuracy' ? 'never' : explodes(journey) ? 'first' : 'offered',
  });
}

function contentOf(journey: Journey, measure: Measure, running: boolean): LineFigureContent {
  const { points, bestEpoch } = journey;
  const newest = points.at(-1);
  // Of an epoch with several networks the last: the one that was kept may begin its phase.
  const telling = running ? newest : (points.findLast(({ epoch }) => epoch === bestEpoch) ?? newest);
  return {
    lines: measure === 'loss' ? lossContent(journey, running) : accuracyContent(journey, running),
    readout: (index) => {
      const point = points[index];
      return point ? epochText(point, journey, measure) : '';
    },
    idle: telling ? epochText(telling, journey, measure) : '',
    table: epochTable(journey, measure),
    csv: epochCsv(journey),
  };
}
