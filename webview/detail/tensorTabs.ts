// Tabs for the weights of a layer that has several: the kernel, the bias, the recurrent ones.
import * as l10n from '@vscode/l10n';
import type { TensorView } from '../../src/shared/contracts/viewModels';
import { element } from '../dom';
import { shapeText } from './shapeText';

/** `panelId` is the element that the tabs switch. */
export function tensorTabs(
  tensors: readonly TensorView[],
  chosen: string,
  panelId: string,
  onChoose: (tensor: string) => void,
): HTMLElement {
  const tabs = tensors.map((tensor) => {
    const selected = tensor.name === chosen;
    const tab = element(
      'button',
      {
        class: 'tab',
        title: tensor.name,
        attributes: {
          type: 'button',
          role: 'tab',
          'aria-selected': String(selected),
          'aria-controls': panelId,
        },
        on: { click: () => !selected && onChoose(tensor.name) },
      },
      element('span', { text: tensor.name }),
      element('span', { class: 'dim', text: shapeText(tensor.shape) }),
    );
    tab.tabIndex = selected ? 0 : -1;
    return tab;
  });
  const list = element(
    'div',
    { class: 'tabs', attributes: { role: 'tablist', 'aria-label': l10n.t('Weights of the layer') } },
    ...tabs,
  );
  list.addEventListener('keydown', (event) => {
    const at = tabs.findIndex((tab) => tab === event.target);
    const steps: Record<string, number> = {
      ArrowRight: at + 1,
      ArrowLeft: at - 1,
      Home: 0,
      End: tabs.length - 1,
    };
    const target = steps[event.key];
    if (at < 0 || target === undefined) return;
    event.preventDefault();
    const next = tabs[(target + tabs.length) % tabs.length];
    next?.focus();
    next?.click();
  });
  return list;
}
