// Bars of figures before and after, as plain boxes: what a report shows first.
import { html, type Content, type Markup } from './markup';

export interface BarPair {
  readonly label: string;
  /** Beside the label, quietly. */
  readonly condition?: string;
  readonly before: number;
  readonly after: number;
  readonly format: (value: number) => string;
  /** What became of it in a word or two, like "3.8× smaller". */
  readonly change?: Content;
}

/** Pairs of bars. Those of a group are measured against the largest figure in it. */
export function barPairs(groups: readonly (readonly BarPair[])[]): Markup {
  return html`<div class="bar-pairs">
    ${groups.flatMap((group) => {
      const most = Math.max(...group.flatMap(({ before, after }) => [before, after]));
      return group.map((pair) => barPair(pair, most));
    })}
  </div>`;
}

function barPair({ label, condition, before, after, format, change }: BarPair, most: number): Markup {
  return html`<div class="bar-pair">
    <div class="bar-label">
      ${label}${condition !== undefined && html` <span class="quiet">${condition}</span>`}
    </div>
    <div class="bar-track">
      ${bar('before', before, most)}<span class="bar-value">${format(before)}</span>
      ${bar('after', after, most)}<span class="bar-value"><b>${format(after)}</b></span>
    </div>
    <div class="bar-change">${change}</div>
  </div>`;
}

/** A box as wide as the part that the figure is of the largest. */
export function bar(tone: 'before' | 'after', value: number, most: number): Markup {
  const part = most > 0 && Number.isFinite(value) ? Math.min(1, Math.max(0, value / most)) : 0;
  return html`<span class="bar bar-${tone}"><span style="width: ${(100 * part).toFixed(2)}%"></span></span>`;
}
