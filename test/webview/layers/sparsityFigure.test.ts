// The table of the layers' sparsity, for reading and for copying.
import { describe, expect, it } from 'vitest';
import type { LayerChangeView } from '../../../src/shared/contracts/layerChange';
import { hasZeros, sparsityTable } from '../../../webview/layers/sparsityFigure';
import { lenet, reportView } from '../sampleModels';

const [first] = reportView(lenet).layers;

function layer(name: string, before: number | null, after: number | null): LayerChangeView {
  return { ...first!, name, operator: 'Conv', sparsityBefore: before, sparsityAfter: after };
}

describe('the sparsity of the layers', () => {
  const layers = [layer('conv1', 0, 0.53125), layer('added', null, 0.25), layer('removed', 0.1, null)];

  it('is rounded to be read, and a dash where there is no layer', () => {
    expect(sparsityTable(layers, false).rows).toEqual([
      ['conv1', 'Conv', '0.00%', '53.13%', '+53.1 pp'],
      ['added', 'Conv', '–', '25.00%', '–'],
      ['removed', 'Conv', '10.00%', '–', '–'],
    ]);
  });

  it('is exact to be copied', () => {
    const { columns, rows } = sparsityTable(layers, true);
    expect(columns).toEqual(['layer', 'operator', 'sparsityBefore', 'sparsityAfter']);
    expect(rows[0]).toEqual(['conv1', 'Conv', 0, 0.53125]);
    expect(rows[1]).toEqual(['added', 'Conv', '', 0.25]);
  });

  it('is worth a picture where some layer has zeros', () => {
    expect(hasZeros(layers)).toBe(true);
    expect(hasZeros([layer('dense', 0, 0), layer('new', null, 0)])).toBe(false);
  });
});
