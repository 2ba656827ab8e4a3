// A plain bar beside a figure: how much of a whole. The figure says it in text, so the bar is for the eye alone.
import { element } from '../dom';

/** `fraction` from 0 to 1; `tone` names the colour that the same thing has in the charts. */
export function bar(fraction: number, tone: 'before' | 'after' | 'neutral'): HTMLElement {
  const inside = element('span', { class: 'bar-fill' });
  inside.style.width = `${100 * Math.min(1, Math.max(0, fraction))}%`;
  return element('span', { class: `bar bar-${tone}`, attributes: { 'aria-hidden': 'true' } }, inside);
}
