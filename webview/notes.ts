// Notes of a model or a report: folded where they are many, quiet always.
import * as l10n from '@vscode/l10n';
import type { Note } from '../src/shared/base/messages';
import { element, icon } from './dom';
import { section } from './section';
import { noteText } from './strings';
import type { ViewStateStore } from './viewState';

/** Folded at first; what the reader unfolds stays so. Nothing where there are no notes. */
export function notesSection(notes: readonly Note[], store: ViewStateStore): HTMLElement | null {
  if (notes.length === 0) return null;
  const title = notes.length === 1 ? l10n.t('1 note') : l10n.t('{0} notes', notes.length);
  return section({ key: 'notes', title, foldedAtFirst: true, store }, noteList(notes));
}

export function noteList(notes: readonly Note[]): HTMLElement {
  return element(
    'ul',
    { class: 'notes' },
    ...notes.map((one) => element('li', {}, icon('info'), element('span', { text: noteText(one) }))),
  );
}
