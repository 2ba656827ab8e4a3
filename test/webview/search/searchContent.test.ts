// What is drawn and written of a search: where its points stand, which axis they get, and all figures as CSV.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLogarithmic, pointNear, scatterRanges } from '../../../webview/search/scatterContent';
import {
  isClassified,
  scatterOf,
  searchCsv,
  searchTable,
  summaryText,
  trialText,
} from '../../../webview/search/searchContent';
import type { SearchView, TrialView } from '../../../src/shared/contracts/searchViews';

function trial(number: number, change: Partial<TrialView> = {}): TrialView {
  return {
    trial: number,
    architecture: 'resnet-8',
    width: 0.5,
    depth: 1.5,
    input: [1, 28, 28],
    costs: { parameters: 1000, macs: 100_000 * number, bytes: 5000 },
    rung: 0,
    epochs: 2,
    train: { loss: 0.4, accuracy: 0.9, samples: 100 },
    validation: { loss: 0.5, accuracy: (80 + number) / 100, samples: 50 },
    seconds: 1,
    path: `/run/trials/${number}/rung-0.onnx`,
    ...change,
  };
}

function searchOf(trials: readonly TrialView[], change: Partial<SearchView> = {}): SearchView {
  return { budget: { measure: 'macs', limit: 500_000 }, wanted: 8, rungs: [2, 4], trials, ...change };
}

/** Distance in pixels from a place of the picture, where a pixel is a hundredth of a million. */
function from(x: number): (point: { readonly x: number }) => number {
  return (point) => Math.abs(point.x - x) / 10_000;
}

describe('the points of a search', () => {
  it('stand where the cost and the accuracy of a network are, in the order of their costs', () => {
    const content = scatterOf(searchOf([trial(3), trial(1), trial(2, { rung: 1 })]), 2);
    expect(content.points).toEqual([
      { id: 1, x: 100_000, y: 0.81, group: 0, marked: false },
      { id: 2, x: 200_000, y: 0.82, group: 1, marked: true },
      { id: 3, x: 300_000, y: 0.83, group: 0, marked: false },
    ]);
    expect(content.groups).toEqual(['after 2 epochs', 'after 4 epochs']);
    expect(content.limit.x).toBe(500_000);
    expect(content.axes.x.format(1_500_000)).toBe('1.5M');
    expect(content.axes.y.format(0.815)).toBe('81.5%');
  });

  it('leave out what diverged, and stand at the loss where there are no classes', () => {
    const measure = { loss: 0.25, samples: 10 };
    const regression = searchOf([
      trial(1, { train: measure, validation: measure }),
      trial(2, { train: null, validation: null, path: '' }),
    ]);
    expect(isClassified(regression)).toBe(false);
    expect(scatterOf(regression, undefined).points).toEqual([
      { id: 1, x: 100_000, y: 0.25, group: 0, marked: false },
    ]);
    expect(scatterOf(regression, undefined).axes.y.title).toBe('Validation loss');
    expect(isClassified(searchOf([]))).toBe(true);
  });

  it('are all within the axes, with the budget', () => {
    const costs = fc.array(fc.integer({ min: 1, max: 1e6 }), { maxLength: 12 });
    fc.assert(
      fc.property(costs, fc.integer({ min: 1, max: 1e9 }), (macs, limit) => {
        const trials = macs.map((cost, index) =>
          trial(index + 1, { costs: { parameters: 1, macs: cost, bytes: 1 } }),
        );
        const content = scatterOf(searchOf(trials, { budget: { measure: 'macs', limit } }), undefined);
        const { x, y } = scatterRanges(content);
        for (const value of [limit, ...macs]) {
          expect(value).toBeGreaterThanOrEqual(x.min);
          expect(value).toBeLessThanOrEqual(x.max);
        }
        for (const point of content.points) {
          expect(point.y).toBeGreaterThanOrEqual(y.min);
          expect(point.y).toBeLessThanOrEqual(y.max);
        }
        expect(x.max).toBeGreaterThan(x.min);
        expect(y.max).toBeGreaterThan(y.min);
        if (isLogarithmic(content)) expect(x.min).toBeGreaterThan(0);
      }),
    );
  });

  it('do not fill the axis where they are all beside the budget', () => {
    const costs = { parameters: 1, macs: 499_900, bytes: 1 };
    const { x } = scatterRanges(scatterOf(searchOf([trial(1, { costs })]), undefined));
    expect(x.max - x.min).toBeGreaterThan(100_000);
  });

  it('are told apart on a logarithmic axis where their costs are far from the budget', () => {
    const near = scatterOf(searchOf([trial(1)]), undefined);
    expect(isLogarithmic(near)).toBe(false);
    const far = searchOf([trial(1)], { budget: { measure: 'macs', limit: 1e8 } });
    expect(isLogarithmic(scatterOf(far, undefined))).toBe(true);
  });

  it('are found by the pointer within reach, the nearest first', () => {
    const { points } = scatterOf(searchOf([trial(1), trial(2)]), undefined);
    expect(pointNear(points, from(120_000), 14)).toBe(0);
    expect(pointNear(points, from(190_000), 14)).toBe(1);
    expect(pointNear(points, from(400_000), 14)).toBeUndefined();
  });
});

describe('the words of a search', () => {
  const search = searchOf([trial(1), trial(2, { parent: 1, train: null, validation: null, path: '' })]);

  it('tell of a network, and of the whole', () => {
    expect(trialText(search, search.trials[0]!)).toBe(
      'Trial 1: resnet-8, width 0.5, depth 1.5, 1×28×28; MACs 100,000; accuracy 81.0% after 2 epochs',
    );
    expect(trialText(search, search.trials[1]!)).toContain('; diverged after 2 epochs');
    expect(summaryText(search)).toBe('2 of 8 networks; macs ≤ 500,000');
  });

  it('are a table for reading, and all figures for copying', () => {
    expect(searchTable(search).rows).toEqual([
      [1, 'resnet-8', '100,000', 2, 'accuracy 81.0%'],
      [2, 'resnet-8', '200,000', 2, 'diverged'],
    ]);
    const { columns, rows } = searchCsv(search);
    const second = Object.fromEntries(columns.map((column, index) => [column, rows[1]![index]]));
    expect(second).toMatchObject({
      trial: 2,
      parent: 1,
      input: '1x28x28',
      macs: 200_000,
      validationLoss: '',
    });
    expect(rows.every((row) => row.length === columns.length)).toBe(true);
  });
});
