// Before, after or error: the choice of what the heatmap shows, in the look of VS Code's own radio.
import * as l10n from '@vscode/l10n';
import type { HeatmapSide } from '../../src/shared/contracts/engineContract';
import { element, uniqueId } from '../dom';

export function sidePicker(
  sides: readonly HeatmapSide[],
  chosen: HeatmapSide,
  onChoose: (side: HeatmapSide) => void,
): HTMLElement {
  const labels: Record<HeatmapSide, string> = {
    before: l10n.t('Before'),
    after: l10n.t('After'),
    error: l10n.t('Error'),
  };
  const name = uniqueId('side');
  return element(
    'fieldset',
    { class: 'radio' },
    element('legend', { class: 'hidden-label', text: l10n.t('Weights shown') }),
    ...sides.map((side) => {
      const input = element('input', {
        attributes: { type: 'radio', name, value: side },
        on: { change: () => onChoose(side) },
      });
      input.checked = side === chosen;
      return element('label', {}, input, element('span', { text: labels[side] }));
    }),
  );
}
