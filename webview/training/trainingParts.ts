// The training of a finished run: for each step of it its figures, its curves, the verdict on them and what was not
// trained; and how the file generalizes before and after.
import * as l10n from '@vscode/l10n';
import { DisposableStore } from '../../src/shared/base/disposable';
import type { RecipeEdit, ReportView, TrainingView } from '../../src/shared/contracts/viewModels';
import type { DetailPart } from '../detail/detailPart';
import { createVerdictCard } from '../diagnosis/verdictCard';
import { element } from '../dom';
import { factList } from '../facts';
import { fileName } from '../header';
import type { PanelHost } from '../host';
import { reasonList } from '../reasonList';
import { section } from '../section';
import type { ThemeSource } from '../theme';
import type { ViewStateStore } from '../viewState';
import { createCurveFigures } from './curveFigures';
import { generalizationTable } from './generalizationTable';
import { finishedFacts } from './trainingFacts';

export interface TrainingPartsOptions {
  readonly report: ReportView;
  readonly host: PanelHost;
  readonly store: ViewStateStore;
  readonly theme: ThemeSource;
  readonly onApply: (edit: RecipeEdit) => void;
}

/** Undefined where the run trained nothing. */
export function createTrainingParts(options: TrainingPartsOptions): DetailPart | undefined {
  const { report, store } = options;
  const { training = [], generalization, accuracy } = report;
  if (training.length === 0 && generalization === undefined) return undefined;
  const owned = new DisposableStore();
  const before = { label: l10n.t('before'), ...(accuracy && { test: accuracy.before }) };
  const after = { label: l10n.t('after'), ...(accuracy && { test: accuracy.after }) };
  return {
    element: element(
      'div',
      {},
      ...training.map((one, index) => trainingSection(one, index, options, owned)),
      generalization &&
        section(
          { key: 'generalization', title: l10n.t('Generalization'), ...describe(report), store },
          element(
            'div',
            { class: 'table-scroller plain' },
            generalizationTable([
              { ...before, measured: generalization.before },
              { ...after, measured: generalization.after },
            ]),
          ),
        ),
    ),
    dispose: () => owned.dispose(),
  };
}

function describe({ data }: ReportView): { readonly description?: string } {
  return data === undefined ? {} : { description: l10n.t('on {0}', data) };
}

function trainingSection(
  training: TrainingView,
  index: number,
  { report, host, store, theme, onApply }: TrainingPartsOptions,
  owned: DisposableStore,
): HTMLElement {
  const several = (report.training ?? []).length > 1;
  const key = several ? `training-${index}` : 'training';
  const figures = owned.add(
    createCurveFigures({
      curves: training,
      key,
      name: fileName(report.compressed.path),
      running: false,
      ...(several && { step: training.step }),
      host,
      store,
      theme,
    }),
  );
  const verdict = createVerdictCard({ diagnosis: training.diagnosis, onApply });
  return section(
    {
      key,
      title: several ? l10n.t('Training, step {0}', training.step + 1) : l10n.t('Training'),
      store,
    },
    factList(finishedFacts(training)),
    figures.element,
    verdict.element,
    reasonList(frozenTitle(training.frozen.length), training.frozen),
  );
}

function frozenTitle(count: number): string {
  return count === 1 ? l10n.t('1 layer was not trained') : l10n.t('{0} layers were not trained', count);
}
