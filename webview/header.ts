// The head of the page: which file, what it is, its key figures, and what can be done with it.
import { VscodeButton } from '@vscode-elements/elements/dist/vscode-button/index.js';
import * as l10n from '@vscode/l10n';
import { formatBytes, formatCount, formatInteger, formatPercent } from '../src/shared/base/numbers';
import type { ModelView } from '../src/shared/contracts/viewModels';
import { element, type Child } from './dom';
import { shapeText } from './detail/shapeText';

export function pageHeader(
  title: string,
  path: string,
  facts: string,
  actions: readonly Child[],
): HTMLElement {
  return element(
    'header',
    { class: 'page-header' },
    element(
      'div',
      { class: 'page-title' },
      element('h1', { text: title, title: path }),
      element('p', { class: 'dim', text: facts, title: facts }),
    ),
    element('div', { class: 'page-actions' }, ...actions),
  );
}

/** "ONNX · ai.onnx 13 · pytorch 2.1 · input 1×28×28 → output 10". */
export function modelFacts(model: ModelView): string {
  return [
    model.format.toUpperCase(),
    model.opsets.join(', '),
    model.producer,
    `${flow(model.inputs)} → ${flow(model.outputs)}`,
  ]
    .filter(Boolean)
    .join(' · ');
}

function flow(values: ModelView['inputs']): string {
  return values.map(({ name, shape }) => (shape ? `${name} ${shapeText(shape)}` : name)).join(', ');
}

export function keyFigures({ totals }: ModelView): HTMLElement {
  const figures: readonly [name: string, value: string, exact: string][] = [
    [l10n.t('Parameters'), formatCount(totals.parameters), formatInteger(totals.parameters)],
    [l10n.t('File'), formatBytes(totals.bytes), l10n.t('{0} bytes', formatInteger(totals.bytes))],
    [l10n.t('MACs'), formatCount(totals.macs), formatInteger(totals.macs)],
    [l10n.t('Sparsity'), formatPercent(totals.sparsity), formatPercent(totals.sparsity, 3)],
  ];
  return element(
    'dl',
    { class: 'key-figures' },
    ...figures.map(([name, value, exact]) =>
      element('div', { title: exact }, element('dt', { text: name }), element('dd', { text: value })),
    ),
  );
}

export function actionButton(
  label: string,
  run: () => void,
  options: { secondary?: boolean } = {},
): HTMLElement {
  const button = new VscodeButton();
  button.textContent = label;
  button.secondary = options.secondary ?? false;
  button.addEventListener('click', run);
  return button;
}

/** The last part of a path, of either kind of system. */
export function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
