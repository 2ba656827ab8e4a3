// The page of a finished search: the winner and what it costs and reaches, every network that was tried, as a picture
// and as a table, and the winner's training.
import * as l10n from '@vscode/l10n';
import { DisposableStore } from '../../src/shared/base/disposable';
import { formatInteger, formatPercent } from '../../src/shared/base/numbers';
import { budgetText, costOf, costText } from '../../src/shared/base/searchBudget';
import { journeyOf, trainingsOf } from '../../src/shared/contracts/journey';
import type { SearchReportView, TrialView } from '../../src/shared/contracts/searchViews';
import type { MeasureView } from '../../src/shared/contracts/viewModels';
import type { DetailPart } from '../detail/detailPart';
import { element } from '../dom';
import { formatDuration } from '../durations';
import { factList, type Fact } from '../facts';
import { actionButton, fileName, pageHeader } from '../header';
import type { PanelHost } from '../host';
import { noteList } from '../notes';
import { rememberScroll } from '../scrolling';
import { section } from '../section';
import type { ThemeSource } from '../theme';
import { createCurveFigures } from '../training/curveFigures';
import { generalizationTable } from '../training/generalizationTable';
import { curvesFacts } from '../training/trainingFacts';
import type { ViewStateStore } from '../viewState';
import { createScatterFigure } from './scatterFigure';
import { measureTitle } from './searchContent';
import { createTrialTable } from './trialTable';

export interface SearchPageOptions {
  readonly report: SearchReportView;
  readonly host: PanelHost;
  readonly store: ViewStateStore;
  readonly theme: ThemeSource;
  /** Runs what a button starts; a failure is shown by whoever gives this. */
  readonly run: (work: Promise<unknown>) => void;
}

export function createSearchPage(options: SearchPageOptions): DetailPart {
  const { report, host, store, theme, run } = options;
  const { search, winner } = report;
  const owned = new DisposableStore();
  const name = fileName(winner.path);
  const onOpen = (path: string): void => run(host.call('openModel', { path }));
  const best = search.trials.find(({ trial }) => trial === winner.trial);
  const scatter = owned.add(
    createScatterFigure({ search, winner: winner.trial, name, onOpen, host, store, theme }),
  );
  const { element: trials } = createTrialTable({ search, winner: winner.trial, store, onOpen });
  const { train, validation, test } = winner.generalization;
  const findings = element(
    'div',
    { class: 'overview' },
    header(options),
    section(
      { key: 'winner', title: l10n.t('Winner'), store },
      best && factList(winnerFacts(report, best)),
      element(
        'div',
        { class: 'table-scroller plain' },
        generalizationTable([{ measured: { train, validation }, ...(isTested(test) && { test }) }]),
      ),
    ),
    section(
      {
        key: 'trials',
        title: l10n.t('Trials'),
        description: l10n.t(
          '{0} of {1} networks; {2}',
          search.trials.length,
          search.wanted,
          budgetText(search.budget),
        ),
        store,
      },
      trials,
    ),
    report.notes.length > 0 && noteList(report.notes),
  );
  const curves = owned.add(
    createCurveFigures({
      name,
      host,
      store,
      theme,
      journey: journeyOf(trainingsOf(winner.training)),
      key: 'curves',
      running: false,
    }),
  );
  const pictures = element(
    'div',
    { class: 'detail-pane', attributes: { role: 'region', 'aria-label': l10n.t('Figures') } },
    section({ key: 'search', title: l10n.t('Search'), store }, scatter.element),
    section(
      {
        key: 'curves',
        title: l10n.t('Training curves'),
        description: l10n.t('of the winner, trained anew'),
        store,
      },
      factList(curvesFacts(winner.training)),
      curves.element,
    ),
  );
  const page = element('div', { class: 'page page-search' }, findings, pictures);
  rememberScroll(findings, 'search', store);
  rememberScroll(pictures, 'search-figures', store);
  rememberScroll(page, 'page', store);
  return { element: page, dispose: () => owned.dispose() };
}

function header({ report, host, run }: SearchPageOptions): HTMLElement {
  const { winner, data, seconds, created } = report;
  const facts = [l10n.t('on {0}', data), formatDuration(seconds), new Date(created).toLocaleString()];
  return pageHeader(l10n.t('Search for {0}', fileName(winner.path)), winner.path, facts.join(' · '), [
    actionButton(l10n.t('Open Network'), () => run(host.call('openModel', { path: winner.path }))),
    actionButton(l10n.t('Search Again…'), () => run(host.call('searchAgain', {})), { secondary: true }),
  ]);
}

/** What was chosen, and how much of the budget it takes. */
function winnerFacts({ search: { budget }, winner }: SearchReportView, best: TrialView): readonly Fact[] {
  const cost = costOf(budget, winner.costs);
  const share = formatPercent(cost / budget.limit, 0);
  const { parameters, macs, bytes } = winner.costs;
  const own: Fact = [
    measureTitle(budget.measure),
    l10n.t('{0}, {1} of the budget', costText(budget.measure, cost), share),
  ];
  const others: readonly (readonly [measure: typeof budget.measure, text: string])[] = [
    ['parameters', formatInteger(parameters)],
    ['macs', costText('macs', macs)],
    ['bytes', costText('bytes', bytes)],
  ];
  return [
    [l10n.t('Architecture'), best.architecture],
    [l10n.t('Width'), String(best.width)],
    [l10n.t('Depth'), String(best.depth)],
    [l10n.t('Input'), best.input.join('×')],
    own,
    ...others
      .filter(([measure]) => measure !== budget.measure)
      .map(([measure, text]): Fact => [measureTitle(measure), text]),
  ];
}

/** The table of generalization shows tests of classes. */
function isTested(test: MeasureView | undefined): test is MeasureView & { readonly accuracy: number } {
  return test?.accuracy !== undefined;
}
