// What the heatmap says about the cell under the pointer or the keyboard's cursor.
import * as l10n from '@vscode/l10n';
import { formatInteger, formatPercent, formatValue } from '../../src/shared/base/numbers';
import type { HeatmapSide } from '../../src/shared/contracts/engineContract';
import type { HeatmapView } from '../../src/shared/contracts/layerViews';
import { cellRegion, type Cell } from './viewport';

/** "Row 12, column 7: −0.0316", or ranges with the mean and the fraction of zeros where a cell holds several. */
export function readout(heatmap: HeatmapView, cell: Cell, side: HeatmapSide): string {
  const { row, column, rows, columns } = cellRegion(heatmap, cell);
  const mean = formatValue(heatmap.mean[cell.index] ?? 0);
  if (rows === 1 && columns === 1) {
    return side === 'error'
      ? l10n.t('Row {0}, column {1}: error {2}', formatInteger(row), formatInteger(column), mean)
      : l10n.t('Row {0}, column {1}: {2}', formatInteger(row), formatInteger(column), mean);
  }
  const place = [range(row, rows), range(column, columns)] as const;
  const magnitude = formatValue(heatmap.magnitude[cell.index] ?? 0);
  if (side === 'error') {
    return l10n.t('Rows {0}, columns {1}: mean error {2}, mean |error| {3}', ...place, mean, magnitude);
  }
  const zeros = formatPercent(heatmap.zeros[cell.index] ?? 0);
  return l10n.t('Rows {0}, columns {1}: mean {2}, mean |w| {3}, {4} zeros', ...place, mean, magnitude, zeros);
}

function range(start: number, length: number): string {
  return length === 1 ? formatInteger(start) : `${formatInteger(start)}–${formatInteger(start + length - 1)}`;
}
