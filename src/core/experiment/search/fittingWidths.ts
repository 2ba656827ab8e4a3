// Which widths of an outline keep the budget.
import { costOf, type Budget, type Costs } from '../../../shared/base/searchBudget';
import type { CandidateView } from '../../../shared/contracts/searchViews';
import type { Architecture } from '../../architectures/architecture';
import { widthsOf, type Outline } from './candidates';
import type { Weigh } from './costs';

export interface Weighed {
  readonly candidate: CandidateView;
  readonly costs: Costs;
}

/** The widest that fits and so many steps below it: with the series of widths, down to half of it. */
const mostWidths = 7;

/**
 * Candidates of an outline that keep the budget, widest first: networks under a budget are best where they use it.
 * Wider ones are taken to cost more. Widths that round to the same network count once. Empty where none fits.
 */
export async function fittingWidths(
  outline: Outline,
  architecture: Architecture,
  budget: Budget,
  weigh: Weigh,
): Promise<readonly Weighed[]> {
  const widths = widthsOf(architecture);
  const weighed = async (index: number): Promise<Weighed | undefined> => {
    const candidate = { ...outline, width: widths[index]! };
    const costs = await weigh(candidate);
    return costs && costOf(budget, costs) <= budget.limit ? { candidate, costs } : undefined;
  };
  // Below `low` all fit; from `high` on none does.
  let [low, high] = [0, widths.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (await weighed(middle)) low = middle + 1;
    else high = middle;
  }
  const fitting: Weighed[] = [];
  for (let index = low - 1; index >= Math.max(0, low - mostWidths); index--) {
    // Measured times are not always in the order of the widths.
    const one = await weighed(index);
    const last = fitting.at(-1);
    if (one && !(last && networkKey(last) === networkKey(one))) fitting.push(one);
  }
  return fitting;
}

/** Outlines and widths that make the same network have the same key: depths that round to the same numbers of blocks. */
export function networkKey({ candidate: { architecture, input }, costs }: Weighed): string {
  return [architecture, input.join('x'), costs.parameters, costs.macs].join(' ');
}
