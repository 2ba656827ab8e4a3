// The page of a run that did not come to its end: why, the way to go on with it, and how far its training or its search
// came.
import * as l10n from '@vscode/l10n';
import { journeyOf, trainingsOf } from '../src/shared/contracts/journey';
import type { PanelSubject } from '../src/shared/contracts/panelContract';
import type { DetailPart } from './detail/detailPart';
import { createVerdictCard } from './diagnosis/verdictCard';
import { element } from './dom';
import { factList } from './facts';
import { actionButton, fileName } from './header';
import type { PanelHost } from './host';
import { failedView } from './messageView';
import { createLiveSearch } from './search/liveSearch';
import { section } from './section';
import type { ThemeSource } from './theme';
import { createCurveFigures } from './training/curveFigures';
import { curvesFacts } from './training/trainingFacts';
import type { ViewStateStore } from './viewState';

export interface FailedPageOptions {
  readonly subject: Extract<PanelSubject, { kind: 'failed' }>;
  readonly host: PanelHost;
  readonly store: ViewStateStore;
  readonly theme: ThemeSource;
  /** Runs what a button starts; a failure is shown by whoever gives this. */
  readonly run: (work: Promise<unknown>) => void;
}

export function createFailedPage(options: FailedPageOptions): DetailPart {
  const { subject, host, store, run } = options;
  const title = subject.title ?? l10n.t('{0} cannot be shown', fileName(subject.path));
  const resume = subject.resumable && actionButton(l10n.t('Resume'), () => run(host.call('resumeRun', {})));
  const message = failedView(title, subject.message, resume);
  const { curves, search } = subject;
  if (search !== undefined) {
    const tried = createLiveSearch({ ...options, search, name: fileName(subject.path) });
    return {
      element: element('div', { class: 'failed' }, message, tried.element),
      dispose: () => tried.dispose(),
    };
  }
  if (curves === undefined || curves.history.length === 0) return { element: message, dispose: () => {} };
  const figures = createCurveFigures({
    ...options,
    journey: journeyOf(trainingsOf(curves), subject.steps),
    key: 'training',
    name: fileName(subject.path),
    running: false,
  });
  const verdict = createVerdictCard({
    diagnosis: curves.diagnosis,
    onApply: (edit) => run(host.call('applyAdvice', { edit })),
  });
  return {
    element: element(
      'div',
      { class: 'failed' },
      message,
      section({ key: 'verdict', title: l10n.t('Verdict'), store }, verdict.element),
      section(
        { key: 'training', title: l10n.t('Training'), store },
        factList(curvesFacts(curves)),
        figures.element,
      ),
    ),
    dispose: () => figures.dispose(),
  };
}
