// A heatmap as text: the readout of a cell, bands of rows, all cells.
import { describe, expect, it } from 'vitest';
import { heatmapCells, weightMatrix } from '../../../src/core/analysis/heatmap';
import { normals } from '../../../src/shared/base/random';
import { bandTable, cellTable } from '../../../webview/heatmap/heatmapTable';
import { readout } from '../../../webview/heatmap/readout';

function heatmapOf(rows: number, columns: number, values: Float32Array) {
  const cells = heatmapCells(weightMatrix([rows, columns]), { row: 0, column: 0, rows, columns });
  cells.add(values, 0);
  return cells.view();
}

const small = heatmapOf(2, 3, Float32Array.of(0.5, 0, -0.25, 1, 0, 0));
const large = heatmapOf(1024, 4, normals(4096, 3));

describe('the readout', () => {
  it('gives the place and the value of a single weight', () => {
    expect(readout(small, { row: 0, column: 2, index: 2 }, 'before')).toBe('Row 0, column 2: -0.25');
    expect(readout(small, { row: 0, column: 2, index: 2 }, 'error')).toBe('Row 0, column 2: error -0.25');
  });

  it('gives ranges, means and zeros of a cell with several', () => {
    const text = readout(large, { row: 3, column: 1, index: 13 }, 'after');
    expect(text).toMatch(/^Rows 6–7, columns 1: mean -?[\d.e-]+, mean \|w\| [\d.e-]+, 0\.0% zeros$/);
  });
});

describe('the table of bands', () => {
  it('has a row for each row of a small matrix', () => {
    expect(bandTable(small, 'before')).toEqual({
      columns: ['Rows', 'Mean |w|', 'Zeros'],
      rows: [
        ['0', '0.25', '33.3%'],
        ['1', '0.3333', '66.7%'],
      ],
    });
  });

  it('sums a large matrix up in 32 bands that hold all of it', () => {
    const { rows } = bandTable(large, 'before');
    expect(rows).toHaveLength(32);
    expect(rows[0]![0]).toBe('0–31');
    expect(rows.at(-1)![0]).toBe('992–1023');
  });
});

it('lists every cell by its first row and column for copying', () => {
  expect(cellTable(small)).toEqual({
    columns: ['row', '0', '1', '2'],
    rows: [
      [0, 0.5, 0, -0.25],
      [1, 1, 0, 0],
    ],
  });
});
