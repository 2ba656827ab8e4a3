// Budgets as people write them: their units, what is refused, and how they are shown.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  budgetMeasures,
  budgetText,
  budgetUnits,
  costOf,
  parseBudget,
} from '../../../src/shared/base/searchBudget';

describe('a budget', () => {
  it.each([
    ['macs<=2M', { measure: 'macs', limit: 2e6 }],
    ['MACs <= 2.5 G', { measure: 'macs', limit: 2.5e9 }],
    ['parameters≤50k', { measure: 'parameters', limit: 50_000 }],
    ['parameters<=1.001k', { measure: 'parameters', limit: 1001 }],
    ['parameters <= 999.9', { measure: 'parameters', limit: 999 }],
    ['bytes<=200kB', { measure: 'bytes', limit: 200_000 }],
    ['bytes<=64 KiB', { measure: 'bytes', limit: 65_536 }],
    ['bytes<=4096', { measure: 'bytes', limit: 4096 }],
    ['latency<=2ms', { measure: 'latency', limit: 2 }],
    ['latency <= 350µs', { measure: 'latency', limit: 0.35 }],
    ['latency<=0.1s', { measure: 'latency', limit: 100 }],
  ])('%s is read', (text, budget) => {
    expect(parseBudget(text)).toEqual(budget);
  });

  it.each([
    ['', 'form'],
    ['macs', 'form'],
    ['macs<2M', 'form'],
    ['macs>=2M', 'form'],
    ['macs<=2M macs', 'form'],
    ['flops<=2M', 'measure'],
    ['macs<=0', 'number'],
    ['macs<=-2M', 'number'],
    ['macs<=0.4', 'number'],
    ['macs<=1.2.3M', 'number'],
    ['macs<=1e999', 'form'],
    ['macs<=2MB', 'unit'],
    ['macs<=2m', 'unit'],
    ['bytes<=2M', 'unit'],
    // A time without a unit could be anything.
    ['latency<=2', 'unit'],
    ['latency<=2toString', 'unit'],
  ])('%j is refused for its %s', (text, problem) => {
    expect(parseBudget(text)).toEqual({ problem });
  });

  it('is never above what was written, and less than one below it', () => {
    const counts = budgetMeasures.filter((measure) => measure !== 'latency');
    fc.assert(
      fc.property(
        fc.constantFrom(...counts),
        fc.double({ min: 1, max: 1e6, noNaN: true }),
        (measure, number) => {
          const unit = measure === 'bytes' ? 'kB' : 'k';
          const written = number.toFixed(6);
          const budget = parseBudget(`${measure} <= ${written}${unit}`);
          if ('problem' in budget) throw new Error(budget.problem);
          const exact = Number(written) * 1000;
          expect(budget.limit).toBeLessThanOrEqual(exact + 1e-3);
          expect(budget.limit).toBeGreaterThan(exact - 1 - 1e-3);
        },
      ),
    );
  });

  it('is shown as it is written, but for rounding', () => {
    const shown = ['macs<=2M', 'parameters<=50k', 'bytes<=200kB', 'latency<=350us'].map((text) => {
      const budget = parseBudget(text);
      return 'problem' in budget ? budget.problem : budgetText(budget);
    });
    expect(shown).toEqual(['macs ≤ 2M', 'parameters ≤ 50,000', 'bytes ≤ 200 kB', 'latency ≤ 0.35 ms']);
    expect(budgetUnits('latency')).toBe('ms, us, s');
    expect(budgetUnits('macs')).toBe('k, M, G');
  });
});

it('a latency that was not measured keeps no budget', () => {
  const costs = { parameters: 1, macs: 2, bytes: 3 };
  expect(budgetMeasures.map((measure) => costOf({ measure }, costs))).toEqual([1, 2, 3, Infinity]);
  expect(costOf({ measure: 'latency' }, { ...costs, latencyMs: 4 })).toBe(4);
});
