// What is said where no network keeps the budget: the smallest there is, and by how much it misses.
import { CounterweightError } from '../../../shared/base/errors';
import { formatValue } from '../../../shared/base/numbers';
import { budgetText, costOf, costText, type Budget } from '../../../shared/base/searchBudget';
import type { Architecture } from '../../architectures/architecture';
import { candidateText, widthsOf, type Outline } from './candidates';
import type { Weigh } from './costs';

/** Looks for the smallest network of the outlines, none of which keeps the budget. */
export async function nothingFits(
  architectures: readonly Architecture[],
  outlines: readonly Outline[],
  budget: Budget,
  weigh: Weigh,
): Promise<CounterweightError<'SEARCH_NOTHING_FITS'>> {
  let smallest = { text: '', cost: Infinity };
  for (const outline of outlines) {
    const architecture = architectures.find(({ id }) => id === outline.architecture)!;
    const candidate = { ...outline, width: widthsOf(architecture)[0]! };
    const costs = await weigh(candidate);
    const cost = costs ? costOf(budget, costs) : Infinity;
    if (cost < smallest.cost) smallest = { text: candidateText(candidate), cost };
  }
  return new CounterweightError('SEARCH_NOTHING_FITS', {
    architectures: architectures.map(({ id }) => id).join(', '),
    budget: budgetText(budget),
    smallest: smallest.text,
    cost: costText(budget.measure, smallest.cost),
    factor: formatValue(smallest.cost / budget.limit),
  });
}
