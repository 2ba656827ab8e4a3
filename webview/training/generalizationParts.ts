// How the networks of a run generalize: what compression did to the gap, the figures, and the verdict on each with what it
// rests on.
import * as l10n from '@vscode/l10n';
import type { Note } from '../../src/shared/base/messages';
import type {
  GeneralizationView,
  ReportView,
  RunGeneralizationView,
} from '../../src/shared/contracts/viewModels';
import { createVerdictCard } from '../diagnosis/verdictCard';
import { element, icon } from '../dom';
import { noteText } from '../strings';
import { generalizationTable, type GeneralizationSide } from './generalizationTable';

/** `accuracy` is that of the files on test samples, where older reports keep it apart. */
export function generalizationParts(
  { before, trained, after, effect = [] }: RunGeneralizationView,
  accuracy: ReportView['accuracy'],
): readonly (HTMLElement | false)[] {
  const networks: readonly GeneralizationSide[] = [
    { label: l10n.t('before'), measured: before, ...testOf(before, accuracy?.before) },
    ...(trained ? [{ label: l10n.t('trained'), measured: trained }] : []),
    { label: l10n.t('after'), measured: after, ...testOf(after, accuracy?.after) },
  ];
  return [
    effect.length > 0 && effectCallout(effect),
    element('div', { class: 'table-scroller plain' }, generalizationTable(networks)),
    element('div', { class: 'verdicts' }, ...networks.flatMap(verdictOf)),
  ];
}

function testOf(
  { test }: GeneralizationView,
  other: NonNullable<ReportView['accuracy']>['before'] | undefined,
): Pick<GeneralizationSide, 'test'> {
  const known = test ?? other;
  return known === undefined ? {} : { test: known };
}

function effectCallout(effect: readonly Note[]): HTMLElement {
  const narrowed = effect.some(({ code }) => code === 'GAP_NARROWED');
  return element(
    'p',
    { class: 'effect' },
    icon(narrowed ? 'arrow-down' : effect.some(({ code }) => code === 'GAP_WIDENED') ? 'arrow-up' : 'info'),
    element('span', { text: effect.map(noteText).join(' ') }),
  );
}

/** None for reports that are older than judgements. */
function verdictOf({ label = '', measured: { judgement } }: GeneralizationSide): readonly HTMLElement[] {
  if (!judgement) return [];
  const card = createVerdictCard({ diagnosis: { ...judgement, advice: [] } });
  return [element('div', {}, element('h3', { class: 'verdict-of', text: label }), card.element)];
}
