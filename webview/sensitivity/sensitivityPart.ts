// The half of the page that tells what each layer of a model can bear: what was measured on what, what can be done about
// it, and the figure.
import * as l10n from '@vscode/l10n';
import { formatInteger } from '../../src/shared/base/numbers';
import { sensitivityText } from '../../src/shared/base/sensitivityFigures';
import type { SensitivityReportView } from '../../src/shared/contracts/sensitivityViews';
import type { ModelView } from '../../src/shared/contracts/viewModels';
import { element, fill } from '../dom';
import { formatDuration } from '../durations';
import { factList } from '../facts';
import { actionButton, fileName, pageHeader } from '../header';
import type { PanelHost } from '../host';
import { noteList } from '../notes';
import { section } from '../section';
import type { ThemeSource } from '../theme';
import type { ViewStateStore } from '../viewState';
import { createSensitivityFigure } from './sensitivityFigure';
import { measureLabel, measuresOf, wayText } from './sensitivityTexts';

export interface SensitivityPart {
  readonly header: HTMLElement;
  readonly element: HTMLElement;
  readonly update: (selected: string | null, locked: readonly string[]) => void;
  readonly dispose: () => void;
}

export interface SensitivityPartOptions {
  readonly model: ModelView;
  readonly report: SensitivityReportView;
  readonly host: PanelHost;
  readonly store: ViewStateStore;
  readonly theme: ThemeSource;
  readonly onSelect: (layer: string) => void;
  /** Runs what a button starts; a failure is shown by whoever gives this. */
  readonly run: (work: Promise<unknown>) => void;
}

export function createSensitivityPart(options: SensitivityPartOptions): SensitivityPart {
  const { model, report, host, store, run } = options;
  let held: readonly string[] = [];
  const prune = actionButton('', () => run(host.call(held.length > 0 ? 'pruneAgain' : 'compress', {})));
  const again = actionButton(l10n.t('Measure Again…'), () => run(host.call('sensitivity', {})), {
    secondary: true,
  });
  const count = element('span', { class: 'dim lock-count', attributes: { role: 'status' } });
  const figure = createSensitivityFigure({
    ...options,
    name: fileName(model.path),
    onLock: (layers, locked) => run(host.call('lockLayers', { layers, locked })),
  });
  const facts = [
    wayText(report),
    l10n.t('{0} validation samples of {1}', formatInteger(report.baseline.samples), report.data),
    formatDuration(report.seconds),
  ];
  const content = element(
    'div',
    {},
    section(
      {
        key: 'sensitivity',
        title: l10n.t('What each layer can bear'),
        description: l10n.t('the most sensitive first'),
        store,
      },
      factList(baselineFacts(report)),
      figure.element,
      count,
    ),
    report.notes.length > 0 && noteList(report.notes),
  );
  return {
    header: pageHeader(l10n.t('Sensitivity of {0}', fileName(model.path)), model.path, facts.join(' · '), [
      prune,
      again,
    ]),
    element: content,
    update: (selected, locked) => {
      figure.select(selected);
      figure.lock(locked);
      held = locked;
      prune.textContent = locked.length > 0 ? l10n.t('Prune Again with These Locks') : l10n.t('Compress…');
      fill(count, lockedText(locked));
    },
    dispose: () => figure.dispose(),
  };
}

function lockedText({ length }: readonly string[]): string {
  if (length === 0) return l10n.t('No layer is locked.');
  return length === 1
    ? l10n.t('1 layer is locked from pruning.')
    : l10n.t('{0} layers are locked from pruning.', length);
}

/** How good the model is as it is. */
function baselineFacts(report: SensitivityReportView): Parameters<typeof factList>[0] {
  const { baseline } = report;
  return measuresOf(report).flatMap((measure) =>
    measure === 'accuracy' || measure === 'loss'
      ? [[l10n.t('{0} now', measureLabel(measure)), sensitivityText(measure, baseline[measure])] as const]
      : [],
  );
}
