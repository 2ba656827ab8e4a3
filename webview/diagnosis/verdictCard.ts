// A verdict with everything it rests on: what speaks for what, and what can be done about it.
import * as l10n from '@vscode/l10n';
import type {
  AdviceView,
  DiagnosisView,
  EvidenceView,
  RecipeEdit,
} from '../../src/shared/contracts/viewModels';
import { element, fill, icon } from '../dom';
import { actionButton } from '../header';
import { contentKey } from '../snapshots';
import { noteText } from '../strings';
import { editText } from './editText';
import { verdictWords } from './verdictWords';

export interface VerdictCardOptions {
  readonly diagnosis: DiagnosisView;
  /** Takes up an advice; without it there is nothing to press. */
  readonly onApply?: (edit: RecipeEdit) => void;
}

export interface VerdictCard {
  readonly element: HTMLElement;
  /** Takes over a later diagnosis of the same run; a new verdict is read out. */
  readonly show: (diagnosis: DiagnosisView) => void;
}

export function createVerdictCard({ diagnosis, onApply }: VerdictCardOptions): VerdictCard {
  const heading = element('h3');
  const sentence = element('p');
  const head = element(
    'div',
    { class: 'verdict-head', attributes: { role: 'status' } },
    element('div', { class: 'verdict-words' }, heading, sentence),
  );
  const body = element('div', { class: 'verdict-body' });
  const card = element('div', {}, head, body);
  let shown = '';
  let verdict = '';
  show(diagnosis);
  return { element: card, show };

  function show(next: DiagnosisView): void {
    const key = contentKey(next);
    if (key === shown) return;
    shown = key;
    if (verdict !== next.verdict) {
      verdict = next.verdict;
      const words = verdictWords(next.verdict);
      card.className = `verdict verdict-${words.tone}`;
      head.querySelector('.codicon')?.remove();
      head.prepend(icon(words.icon));
      fill(heading, words.name);
      fill(sentence, words.sentence);
    }
    fill(body, evidenceList(next.evidence), adviceList(next.advice, onApply));
  }
}

function evidenceList(evidence: readonly EvidenceView[]): HTMLElement | null {
  if (evidence.length === 0) return null;
  return element(
    'div',
    { class: 'evidence' },
    element('h4', { text: l10n.t('Evidence') }),
    element(
      'ul',
      {},
      ...evidence.map(({ note, speaksFor }) => {
        const words = speaksFor === null ? undefined : verdictWords(speaksFor);
        return element(
          'li',
          { class: `tone-${words?.tone ?? 'neutral'}` },
          icon(words?.icon ?? 'info'),
          element(
            'span',
            {},
            noteText(note),
            words && element('span', { class: 'dim speaks-for', text: ` (${words.speaksFor})` }),
          ),
        );
      }),
    ),
  );
}

function adviceList(
  advice: readonly AdviceView[],
  onApply: ((edit: RecipeEdit) => void) | undefined,
): HTMLElement | null {
  if (advice.length === 0) return null;
  return element(
    'div',
    { class: 'advice' },
    element('h4', { text: l10n.t('What to try') }),
    element(
      'ol',
      {},
      ...advice.map(({ note, edit }) => {
        const text = noteText(note);
        return element(
          'li',
          {},
          element(
            'span',
            { class: 'advice-text' },
            element('span', { text }),
            edit && element('code', { text: editText(edit), title: l10n.t('What changes in the recipe') }),
          ),
          edit && onApply && applyButton(text, () => onApply(edit)),
        );
      }),
    ),
  );
}

function applyButton(advice: string, run: () => void): HTMLElement {
  const button = actionButton(l10n.t('Apply…'), run, { secondary: true });
  button.setAttribute('aria-label', l10n.t('Apply…: {0}', advice));
  return button;
}
