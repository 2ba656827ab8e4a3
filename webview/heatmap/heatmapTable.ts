// A heatmap as numbers: bands of rows for reading, every cell for copying.
import * as l10n from '@vscode/l10n';
import { formatPercent, formatValue } from '../../src/shared/base/numbers';
import type { HeatmapSide } from '../../src/shared/contracts/engineContract';
import type { HeatmapView } from '../../src/shared/contracts/layerViews';
import type { Table } from '../charts/csv';
import { cellRegion } from './viewport';

const bands = 32;

/** At most 32 bands of rows with what is in them. */
export function bandTable(heatmap: HeatmapView, side: HeatmapSide): Table {
  const count = Math.min(bands, heatmap.cellRows);
  const rows = Array.from({ length: count }, (_, band) => {
    const from = Math.floor((band * heatmap.cellRows) / count);
    const to = Math.floor(((band + 1) * heatmap.cellRows) / count);
    const first = cellRegion(heatmap, { row: from, column: 0 });
    const last = cellRegion(heatmap, { row: to - 1, column: 0 });
    const end = last.row + last.rows - 1;
    const label = end === first.row ? String(first.row) : `${first.row}–${end}`;
    const slice = [from * heatmap.cellColumns, to * heatmap.cellColumns] as const;
    return side === 'error'
      ? [label, formatValue(average(heatmap.mean, slice)), formatValue(average(heatmap.magnitude, slice))]
      : [label, formatValue(average(heatmap.magnitude, slice)), formatPercent(average(heatmap.zeros, slice))];
  });
  return {
    columns:
      side === 'error'
        ? [l10n.t('Rows'), l10n.t('Mean error'), l10n.t('Mean |error|')]
        : [l10n.t('Rows'), l10n.t('Mean |w|'), l10n.t('Zeros')],
    rows,
  };
}

/** The mean of every cell, by the first row and column of the weights that it holds. */
export function cellTable(heatmap: HeatmapView): Table {
  const { cellRows, cellColumns, mean } = heatmap;
  const columns = Array.from({ length: cellColumns }, (_, column) =>
    String(cellRegion(heatmap, { row: 0, column }).column),
  );
  const rows = Array.from({ length: cellRows }, (_, row) => [
    cellRegion(heatmap, { row, column: 0 }).row,
    ...mean.subarray(row * cellColumns, (row + 1) * cellColumns),
  ]);
  return { columns: ['row', ...columns], rows };
}

function average(values: Float32Array, [from, to]: readonly [number, number]): number {
  let sum = 0;
  for (let index = from; index < to; index++) sum += values[index] ?? 0;
  return to > from ? sum / (to - from) : 0;
}
