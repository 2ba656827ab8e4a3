// The page when there is nothing to show yet, or nothing that could be read.
import { VscodeProgressBar } from '@vscode-elements/elements/dist/vscode-progress-bar/index.js';
import * as l10n from '@vscode/l10n';
import { element, icon, type Child } from './dom';
import { fileName } from './header';

export function emptyView(): HTMLElement {
  return message('info', l10n.t('No model is open.'), [
    l10n.t('Right-click an .onnx file in the Explorer and choose Inspect Layers to see what is in it.'),
    l10n.t('Choose Compress… there to prune or quantize it; the result is shown here beside the code.'),
    l10n.t('Choose Train / Fine-tune… there to train it on your data and to watch its curves here.'),
  ]);
}

export function loadingView(path: string): HTMLElement {
  const bar = new VscodeProgressBar();
  bar.indeterminate = true;
  bar.ariaLabel = l10n.t('Reading {0}', fileName(path));
  return element(
    'div',
    { class: 'loading' },
    bar,
    element('p', {
      class: 'dim',
      text: l10n.t('Reading {0}…', fileName(path)),
      attributes: { role: 'status' },
    }),
  );
}

/** `action` is a button for what can be done about it. */
export function failedView(title: string, reason: string, action?: Child): HTMLElement {
  return message('error', title, [reason], action);
}

function message(iconName: string, title: string, lines: readonly string[], action?: Child): HTMLElement {
  return element(
    'div',
    { class: `message message-${iconName}`, attributes: { role: iconName === 'error' ? 'alert' : null } },
    icon(iconName),
    element(
      'div',
      {},
      element('h1', { text: title }),
      ...lines.map((line) => element('p', { text: line })),
      action && element('p', { class: 'message-action' }, action),
    ),
  );
}
