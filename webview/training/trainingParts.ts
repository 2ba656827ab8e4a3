// The training of a finished run: the curves of all its steps as one, and for each step its figures, the verdict on it and
// what was not trained; and how its networks generalize.
import * as l10n from '@vscode/l10n';
import { DisposableStore } from '../../src/shared/base/disposable';
import { journeyOf, type Journey } from '../../src/shared/contracts/journey';
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
import { generalizationParts } from './generalizationParts';
import { finishedFacts } from './trainingFacts';
import { stepText } from './phaseTexts';

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
  const { training = [], generalization } = report;
  if (training.length === 0 && generalization === undefined) return undefined;
  const owned = new DisposableStore();
  return {
    element: element(
      'div',
      {},
      ...trainingSections(training, options, owned),
      generalization &&
        section(
          { key: 'generalization', title: l10n.t('Generalization'), ...describe(report), store },
          ...generalizationParts(generalization, report.accuracy),
        ),
    ),
    dispose: () => owned.dispose(),
  };
}

function describe({ data }: ReportView): { readonly description?: string } {
  return data === undefined ? {} : { description: l10n.t('on {0}', data) };
}

/** The curves with what is said of the one step that trained, or a section for each where there are several. */
function trainingSections(
  training: readonly TrainingView[],
  { report, host, store, theme, onApply }: TrainingPartsOptions,
  owned: DisposableStore,
): readonly HTMLElement[] {
  const [first] = training;
  if (!first) return [];
  const journey = journeyOf(training, report.steps);
  const name = fileName(report.compressed.path);
  const figures = owned.add(
    createCurveFigures({ journey, key: 'training', name, running: false, host, store, theme }),
  );
  const title = l10n.t('Training');
  if (training.length === 1) {
    const [facts, ...rest] = aboutStep(first, onApply);
    return [section({ key: 'training', title, store }, facts, figures.element, ...rest)];
  }
  return [
    section({ key: 'training', title, store }, figures.element),
    ...training.map((one) =>
      section(
        { key: `training-${one.step}`, ...stepTitle(one, report, journey), store },
        ...aboutStep(one, onApply),
      ),
    ),
  ];
}

/** "Step 3: train", and which epochs of the curves are its own. */
function stepTitle(
  { step }: TrainingView,
  { steps }: ReportView,
  { phases }: Journey,
): { readonly title: string; readonly description: string } {
  const [name, options] = Object.entries(steps[step] ?? {})[0] ?? [];
  const own = phases.filter((phase) => phase.step === step);
  const [begins, ends] = [own[0]?.begins ?? 0, own.at(-1)?.ends ?? 0];
  return {
    title: l10n.t('Step {0}: {1}', step + 1, name === undefined ? '' : stepText(name, options ?? {})),
    description: l10n.t('epochs {0} to {1} of the curves', begins + 1, ends),
  };
}

function aboutStep(
  training: TrainingView,
  onApply: (edit: RecipeEdit) => void,
): readonly (HTMLElement | null)[] {
  const verdict = createVerdictCard({ diagnosis: training.diagnosis, onApply });
  return [
    factList(finishedFacts(training)),
    verdict.element,
    reasonList(frozenTitle(training.frozen.length), training.frozen),
  ];
}

function frozenTitle(count: number): string {
  return count === 1 ? l10n.t('1 layer was not trained') : l10n.t('{0} layers were not trained', count);
}
