// How the results of two runs generalize, and the curves that led there.
import * as l10n from '@vscode/l10n';
import type { ComparedRuns } from '../../src/shared/contracts/panelContract';
import type { DetailPart } from '../detail/detailPart';
import { element } from '../dom';
import type { PanelHost } from '../host';
import { section } from '../section';
import type { ThemeSource } from '../theme';
import { generalizationParts } from '../training/generalizationParts';
import type { ViewStateStore } from '../viewState';
import { createRunCurves } from './runCurves';

export interface RunsPartOptions {
  readonly runs: ComparedRuns;
  readonly host: PanelHost;
  readonly store: ViewStateStore;
  readonly theme: ThemeSource;
}

/** Undefined where the runs have neither measures on data nor curves in common. */
export function createRunsPart(options: RunsPartOptions): DetailPart | undefined {
  const { runs, store } = options;
  const { before, after } = runs;
  const [a, b] = [before.generalization?.after, after.generalization?.after];
  const curves = createRunCurves(options);
  if (!curves && !(a && b)) return undefined;
  const sameData = before.data === after.data && before.seed === after.seed;
  const otherData = l10n.t('on different samples: the two runs have other data or another seed');
  return {
    element: element(
      'div',
      {},
      curves && section({ key: 'training', title: l10n.t('Training'), store }, curves.element),
      a &&
        b &&
        section(
          {
            key: 'generalization',
            title: l10n.t('Generalization'),
            description: sameData ? l10n.t('on {0}', before.data ?? '') : otherData,
            store,
          },
          ...generalizationParts({ before: a, after: b }, undefined),
        ),
    ),
    dispose: () => curves?.dispose(),
  };
}
