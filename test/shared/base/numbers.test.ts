// How figures look, at the edges where a unit or a digit changes.
import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatPercent,
  formatShortPercent,
  formatValue,
} from '../../../src/shared/base/numbers';

describe('Figures', () => {
  it('change their unit where three digits end', () => {
    expect([999, 999.5, 1000, 1_530_000].map(formatBytes)).toEqual(['999 B', '1 kB', '1 kB', '1.53 MB']);
    expect([220, 999_499, 999_500, 5.3e9].map(formatCount)).toEqual(['220', '999k', '1M', '5.3G']);
  });

  it('are percentages with fixed digits, or with no more than they need', () => {
    expect([formatPercent(0.634), formatPercent(0.5, 0)]).toEqual(['63.4%', '50%']);
    expect([0.8, 0.975, 0.97512, 0].map((share) => formatShortPercent(share))).toEqual([
      '80%',
      '97.5%',
      '97.5%',
      '0%',
    ]);
    expect(formatShortPercent(0.97512, 2)).toBe('97.51%');
  });

  it('are written with an exponent where they would be long', () => {
    expect([0, 0.00012, 0.1234567, 123456].map(formatValue)).toEqual(['0', '1.20e-4', '0.1235', '1.23e+5']);
  });
});
