// The choice of a grid by its number, where a tensor has one for each channel or group: nothing means all of them.
import * as l10n from '@vscode/l10n';
import type { GridView } from '../../src/shared/contracts/layerViews';
import { element } from '../dom';

/** `onPick` gets the place of a grid from 0, or undefined for all. */
export function gridPicker(
  { per, count }: GridView,
  onPick: (index: number | undefined) => void,
): HTMLElement {
  const isChannel = per === 'channel';
  const field = element('input', {
    class: 'number-field',
    title: isChannel
      ? l10n.t('Number of an output channel, 0 to {0}; empty for all', count - 1)
      : l10n.t('Number of a group of weights, 0 to {0}; empty for all', count - 1),
    attributes: {
      type: 'number',
      min: '0',
      max: String(count - 1),
      step: '1',
      placeholder: l10n.t('all'),
    },
    on: {
      input: () => {
        const index = field.valueAsNumber;
        const isPlace = Number.isInteger(index) && index >= 0 && index < count;
        field.setAttribute('aria-invalid', String(!isPlace && field.value !== ''));
        if (field.value === '') onPick(undefined);
        else if (isPlace) onPick(index);
      },
    },
  });
  return element(
    'label',
    { class: 'grid-picker' },
    element('span', { class: 'dim', text: isChannel ? l10n.t('Channel') : l10n.t('Group') }),
    field,
  );
}
