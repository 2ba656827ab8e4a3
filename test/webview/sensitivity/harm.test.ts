// Where a point is on the colours: unchanged in the middle, the worst at the end, better before the middle.
import { describe, expect, it } from 'vitest';
import type { SensitivityReportView } from '../../../src/shared/contracts/sensitivityViews';
import { harmScale } from '../../../webview/sensitivity/harm';
import { cellColors } from '../../../webview/sensitivity/heatCell';

const report = {
  baseline: { accuracy: 0.9, loss: 0.5, samples: 10 },
  layers: [
    {
      points: [
        { setting: 0.1, accuracy: 0.9, loss: 0.5, kl: 0, mse: 0 },
        { setting: 0.5, accuracy: 0.7, loss: 1.5, kl: 0.25, mse: 1 },
        { setting: 0.9, accuracy: 0.5, loss: 4.5, kl: 1, mse: 2 },
      ],
    },
  ],
} as unknown as SensitivityReportView;

describe('the place of a point on the colours', () => {
  it('is in the middle as before, at the end for the worst, and before the middle for the better', () => {
    const place = harmScale(report, 'accuracy');
    expect(place({ accuracy: 0.9 })).toBe(0.5);
    expect(place({ accuracy: 0.5 })).toBe(1);
    expect(place({ accuracy: 0.7 })).toBeCloseTo(0.75, 12);
    expect(place({ accuracy: 0.95 })).toBeLessThan(0.5);
  });

  it('is by the square root where figures grow by orders of magnitude', () => {
    expect(harmScale(report, 'kl')({ kl: 0.25 })).toBeCloseTo(0.75, 12);
    expect(harmScale(report, 'loss')({ loss: 1.5 })).toBeCloseTo(0.75, 12);
    expect(harmScale(report, 'loss')({ loss: 0.25 })).toBeCloseTo(0.375, 12);
  });

  it('is the end for what is no finite number, and never the worst for a tiny fall', () => {
    expect(harmScale(report, 'loss')({ loss: null })).toBe(1);
    const even = {
      ...report,
      layers: [{ points: [{ accuracy: 0.899 }] }],
    } as unknown as SensitivityReportView;
    expect(harmScale(even, 'accuracy')({ accuracy: 0.899 })).toBeLessThan(0.6);
  });
});

describe('the colours of a cell', () => {
  it('have the text that reads better on the ground', () => {
    const table = new Uint8ClampedArray(3 * 256).fill(10).fill(240, 3 * 128);
    expect(cellColors(table, 0)).toEqual({ ground: 'rgb(10, 10, 10)', text: 'rgb(255, 255, 255)' });
    expect(cellColors(table, 1)).toEqual({ ground: 'rgb(240, 240, 240)', text: 'rgb(0, 0, 0)' });
  });
});
