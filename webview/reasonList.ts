// Layers that something was not done with, grouped by the reason: a large network has many of them, for few reasons.
import { element } from './dom';

export interface Excepted {
  readonly layer: string;
  readonly reason: string;
}

export function reasonList(title: string, layers: readonly Excepted[]): HTMLElement | null {
  if (layers.length === 0) return null;
  const reasons = [...new Set(layers.map(({ reason }) => reason))];
  return element(
    'details',
    { class: 'reasons' },
    element('summary', { text: title }),
    element(
      'ul',
      {},
      ...reasons.map((reason) =>
        element('li', {}, `${reason}: `, element('span', { class: 'dim', text: namesOf(layers, reason) })),
      ),
    ),
  );
}

function namesOf(layers: readonly Excepted[], reason: string): string {
  return layers
    .filter((other) => other.reason === reason)
    .map(({ layer }) => layer)
    .join(', ');
}
