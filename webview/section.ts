// A part of the page under a title that folds it, in the look of the sections of VS Code's side bar.
import { element, icon, type Child } from './dom';
import { withItem, type ViewStateStore } from './viewState';

export interface SectionOptions {
  readonly key: string;
  readonly title: string;
  /** Said beside the title, quietly. */
  readonly description?: string;
  readonly foldedAtFirst?: boolean;
  readonly store: ViewStateStore;
}

export function section(options: SectionOptions, ...children: readonly Child[]): HTMLElement {
  const { key, title, description, store, foldedAtFirst = false } = options;
  // What is remembered is the departure from how the section starts.
  const details = element(
    'details',
    { class: `section section-${key}` },
    element(
      'summary',
      {},
      icon('chevron-right'),
      element('h2', { text: title }),
      description && element('span', { class: 'dim', text: description }),
    ),
    element('div', { class: 'section-body' }, ...children),
  );
  const changed = store.get().folded.includes(key);
  details.open = foldedAtFirst === changed;
  details.addEventListener('toggle', () => {
    const departs = details.open === foldedAtFirst;
    if (store.get().folded.includes(key) !== departs) {
      store.update({ folded: withItem(store.get().folded, key, departs) });
    }
  });
  return details;
}
