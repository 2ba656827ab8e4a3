// How the outputs of the compressed model differ from those of the original.
import * as l10n from '@vscode/l10n';
import { formatDecibels, formatPercent, formatValue } from '../../src/shared/base/numbers';
import type { OutputChangeView } from '../../src/shared/contracts/viewModels';
import { element } from '../dom';

interface OutputColumn {
  readonly label: string;
  readonly cell: (output: OutputChangeView) => string;
}

/** KL divergence and agreement have columns only where some output is class scores. */
export function outputsTable(outputs: readonly OutputChangeView[]): HTMLElement {
  const columns: OutputColumn[] = [
    { label: l10n.t('MSE'), cell: ({ mse }) => formatValue(mse) },
    { label: l10n.t('SQNR'), cell: ({ sqnrDb }) => formatDecibels(sqnrDb) },
    { label: l10n.t('Max error'), cell: ({ maxError }) => formatValue(maxError) },
  ];
  if (outputs.some(({ kl }) => kl !== undefined)) {
    columns.push({
      label: l10n.t('KL (nats)'),
      cell: ({ kl }) => (kl === undefined ? '–' : formatValue(kl)),
    });
  }
  if (outputs.some(({ agreement }) => agreement !== undefined)) {
    columns.push({
      label: l10n.t('Agreement'),
      cell: ({ agreement }) => (agreement === undefined ? '–' : formatPercent(agreement)),
    });
  }
  return element(
    'table',
    { class: 'data-table', attributes: { 'aria-label': l10n.t('Differences of the outputs') } },
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        element('th', { class: 'text', text: l10n.t('Output'), attributes: { scope: 'col' } }),
        ...columns.map(({ label }) =>
          element('th', { class: 'number', text: label, attributes: { scope: 'col' } }),
        ),
      ),
    ),
    element(
      'tbody',
      {},
      ...outputs.map((output) =>
        element(
          'tr',
          {},
          element('th', { class: 'text', text: output.name, attributes: { scope: 'row' } }),
          ...columns.map(({ cell }) => element('td', { class: 'number', text: cell(output) })),
        ),
      ),
    ),
  );
}
