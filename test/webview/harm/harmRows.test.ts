// Layers in the order of the harm that was done to them, whatever it is measured by.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LayerChangeView } from '../../../src/shared/contracts/layerChange';
import type { SensitivityReportView } from '../../../src/shared/contracts/sensitivityViews';
import { harmMeasures, harmRows, hasHarm } from '../../../webview/harm/harmRows';

function layer(name: string, errors: Partial<LayerChangeView>): LayerChangeView {
  return {
    name,
    operator: 'Conv',
    parameters: 10,
    sparsityBefore: 0,
    sparsityAfter: 0,
    bytesBefore: 40,
    bytesAfter: 10,
    typeBefore: 'float32',
    typeAfter: 'int4',
    ...errors,
  };
}

const quiet = layer('quiet', { sqnrDb: 40, mse: 0.2, maxError: 0.1 });
const loud = layer('loud', { sqnrDb: 20, mse: 0.1, maxError: 0.4 });
const exact = layer('exact', { sqnrDb: null, mse: 0, maxError: 0 });
const gone = layer('gone', { change: 'removed' });
const layers = [quiet, exact, gone, loud];

const names = (rows: ReturnType<typeof harmRows>) => rows.map(({ layer: { name } }) => name);

/** What a layer alone does at several numbers of bits. */
const points = (worst: number) => [8, 5, 2].map((setting) => ({ setting, kl: worst / setting, mse: 0 }));

describe('harmRows', () => {
  it('has the lowest SQNR first, and errors of zero last', () => {
    const rows = harmRows(layers, 'sqnr', undefined);
    expect(names(rows)).toEqual(['loud', 'quiet', 'exact']);
    // 20 dB less are errors a tenth as large.
    expect(rows.map(({ harm }) => harm)).toEqual([1, expect.closeTo(0.1, 6), 0]);
    expect(rows.map(({ value }) => value)).toEqual([20, 40, null]);
  });

  it('has the largest error first', () => {
    expect(names(harmRows(layers, 'mse', undefined))).toEqual(['quiet', 'loud', 'exact']);
    expect(names(harmRows(layers, 'maxError', undefined))).toEqual(['loud', 'quiet', 'exact']);
  });

  it('takes what was measured of a layer alone at the nearest number of bits', () => {
    const sensitivity = {
      layers: [
        { name: 'quiet', points: points(30) },
        { name: 'loud', points: points(10) },
      ],
    } as unknown as SensitivityReportView;
    const rows = harmRows(layers, 'kl', sensitivity);
    expect(names(rows)).toEqual(['quiet', 'loud', 'exact']);
    expect(rows.map(({ value }) => value)).toEqual([6, 2, null]);
    expect(harmMeasures(sensitivity)).toContain('kl');
    expect(harmMeasures(undefined)).not.toContain('kl');
  });

  it('never ranks a layer with less noise before one with more', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -20, max: 120 })), (ratios) => {
        const rows = harmRows(
          ratios.map((sqnrDb, index) => layer(String(index), { sqnrDb, mse: 1, maxError: 1 })),
          'sqnr',
          undefined,
        );
        const found = rows.map(({ value }) => value ?? Infinity);
        expect(found).toEqual(found.toSorted((a, b) => a - b));
        expect(rows.every(({ harm }) => harm >= 0 && harm <= 1)).toBe(true);
      }),
    );
  });

  it('tells whether there is harm to rank', () => {
    expect([hasHarm(layers), hasHarm([exact, gone])]).toEqual([true, false]);
  });
});
