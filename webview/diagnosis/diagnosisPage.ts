// The page of a diagnosis: the verdict and what it rests on, how the model generalizes, its curves, what more samples
// would bring, and what the weights themselves tell.
import * as l10n from '@vscode/l10n';
import { DisposableStore } from '../../src/shared/base/disposable';
import { journeyOf, trainingsOf } from '../../src/shared/contracts/journey';
import type { DiagnosisReportView, RecipeEdit } from '../../src/shared/contracts/viewModels';
import type { DetailPart } from '../detail/detailPart';
import { element } from '../dom';
import { formatDuration } from '../durations';
import { factList } from '../facts';
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
import { learningCurveFigures, spectrumFigure } from './diagnosisFigures';
import { createVerdictCard } from './verdictCard';

export interface DiagnosisPageOptions {
  readonly report: DiagnosisReportView;
  readonly host: PanelHost;
  readonly store: ViewStateStore;
  readonly theme: ThemeSource;
  /** Runs what a button starts; a failure is shown by whoever gives this. */
  readonly run: (work: Promise<unknown>) => void;
}

export function createDiagnosisPage(options: DiagnosisPageOptions): DetailPart {
  const { report, host, store, run } = options;
  const owned = new DisposableStore();
  const apply = (edit: RecipeEdit): void => run(host.call('applyAdvice', { edit }));
  const card = createVerdictCard({ diagnosis: report.diagnosis, onApply: apply });
  const findings = element(
    'div',
    { class: 'overview' },
    header(options),
    section({ key: 'verdict', title: l10n.t('Verdict'), store }, card.element),
    report.generalization &&
      section(
        {
          key: 'generalization',
          title: l10n.t('Generalization'),
          description: l10n.t('on {0}', report.data),
          store,
        },
        element(
          'div',
          { class: 'table-scroller plain' },
          generalizationTable([{ measured: report.generalization }]),
        ),
      ),
    report.notes.length > 0 && noteList(report.notes),
  );
  const pictures = element(
    'div',
    { class: 'detail-pane', attributes: { role: 'region', 'aria-label': l10n.t('Figures') } },
    ...figures(options, owned),
  );
  const page = element('div', { class: 'page page-diagnosis' }, findings, pictures);
  rememberScroll(findings, 'diagnosis', store);
  rememberScroll(pictures, 'diagnosis-figures', store);
  rememberScroll(page, 'page', store);
  return { element: page, dispose: () => owned.dispose() };
}

function header({ report, host, run }: DiagnosisPageOptions): HTMLElement {
  const facts = [
    l10n.t('on {0}', report.data),
    formatDuration(report.seconds),
    new Date(report.created).toLocaleString(),
  ];
  return pageHeader(l10n.t('Diagnosis of {0}', fileName(report.path)), report.path, facts.join(' · '), [
    actionButton(l10n.t('Diagnose Again…'), () => run(host.call('diagnose', {})), { secondary: true }),
  ]);
}

function figures(options: DiagnosisPageOptions, owned: DisposableStore): readonly HTMLElement[] {
  const { report, host, store, theme } = options;
  const { curves, learningCurve, spectrum } = report;
  const shared = { name: fileName(report.path), host, store, theme };
  const parts: HTMLElement[] = [];
  if (curves && curves.history.length > 0) {
    const drawn = owned.add(
      createCurveFigures({
        ...shared,
        journey: journeyOf(trainingsOf(curves)),
        key: 'curves',
        running: false,
      }),
    );
    parts.push(
      section(
        { key: 'curves', title: l10n.t('Training curves'), store },
        factList(curvesFacts(curves)),
        drawn.element,
      ),
    );
  }
  if (learningCurve && learningCurve.length > 0) {
    const drawn = learningCurveFigures(learningCurve, shared).map((part) => owned.add(part).element);
    parts.push(
      section(
        {
          key: 'learning',
          title: l10n.t('Learning curve'),
          description: l10n.t('trained on parts of the samples'),
          store,
        },
        element('div', { class: 'curves' }, ...drawn),
      ),
    );
  }
  if (spectrum.length > 0) {
    const drawn = owned.add(spectrumFigure(spectrum, shared));
    parts.push(section({ key: 'spectrum', title: l10n.t('Weight spectrum'), store }, drawn.element));
  }
  return parts;
}
