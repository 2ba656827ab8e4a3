// The training of a run while it goes on: how far the step at hand is, the curves of all steps as they grow, and what
// those of the step at hand say so far.
import * as l10n from '@vscode/l10n';
import type { Disposable } from '../../src/shared/base/disposable';
import { journeyOf, trainingsOf, type Journey } from '../../src/shared/contracts/journey';
import type { CurvesView, StepsView } from '../../src/shared/contracts/viewModels';
import { createVerdictCard } from '../diagnosis/verdictCard';
import { element, fill } from '../dom';
import { factItems, factList } from '../facts';
import type { PanelHost } from '../host';
import { section } from '../section';
import { contentKey } from '../snapshots';
import type { ThemeSource } from '../theme';
import type { ViewStateStore } from '../viewState';
import { createCurveFigures } from './curveFigures';
import { runningFacts } from './trainingFacts';

export interface LiveTrainingOptions {
  readonly curves: CurvesView;
  /** The recipe, as far as it is known. */
  readonly steps: StepsView;
  readonly paused: boolean;
  readonly name: string;
  readonly host: PanelHost;
  readonly store: ViewStateStore;
  readonly theme: ThemeSource;
}

export interface LiveTraining extends Disposable {
  readonly element: HTMLElement;
  readonly show: (curves: CurvesView, paused: boolean) => void;
}

export function createLiveTraining(options: LiveTrainingOptions): LiveTraining {
  const { store, steps } = options;
  const facts = factList(runningFacts(options.curves, journeyIn(options.curves), options.paused));
  const figures = createCurveFigures({
    ...options,
    journey: journeyIn(options.curves),
    key: 'training',
    running: true,
  });
  const verdict = createVerdictCard({ diagnosis: options.curves.diagnosis });
  let shown = contentKey(options.curves);
  let shownPaused = options.paused;
  return {
    element: element(
      'div',
      {},
      section({ key: 'training', title: l10n.t('Training'), store }, facts, figures.element),
      section({ key: 'verdict', title: l10n.t('Verdict so far'), store }, verdict.element),
    ),
    show,
    dispose: () => figures.dispose(),
  };

  /** Most snapshots bring progress alone; the charts are drawn again only for new epochs. */
  function show(curves: CurvesView, paused: boolean): void {
    const key = contentKey(curves);
    if (key === shown && paused === shownPaused) return;
    const journey = journeyIn(curves);
    fill(facts, ...factItems(runningFacts(curves, journey, paused)));
    shownPaused = paused;
    if (key === shown) return;
    shown = key;
    figures.show(journey);
    verdict.show(curves.diagnosis);
  }

  function journeyIn(curves: CurvesView): Journey {
    return journeyOf(trainingsOf(curves), steps);
  }
}
