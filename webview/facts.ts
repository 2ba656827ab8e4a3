// Small figures in a row, each with its name: under a chart, above a table.
import { element } from './dom';

export type Fact = readonly [name: string, value: string];

export function factList(facts: readonly Fact[]): HTMLElement {
  return element('dl', { class: 'facts' }, ...factItems(facts));
}

/** What is in the list, to fill it anew in place. */
export function factItems(facts: readonly Fact[]): readonly HTMLElement[] {
  return facts.map(([name, value]) =>
    element('div', {}, element('dt', { text: name }), element('dd', { text: value })),
  );
}
