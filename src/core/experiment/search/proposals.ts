// Which networks a search begins: first some that are drawn from all that fit, then changes of the best ones. The
// evolution is that of E. Real, A. Aggarwal, Y. Huang, Q. Le, "Regularized Evolution for Image Classifier Architecture
// Search", 2019, algorithm 1: the parent is the best of a few that are drawn from the youngest networks, the child
// differs from it in one thing.
import { seedOf, uniform } from '../../../shared/base/random';
import type { CandidateView } from '../../../shared/contracts/searchViews';
import { shuffledIndices } from '../../data/shuffle';
import type { Outline } from './candidates';
import { networkKey, type Weighed } from './fittingWidths';
import { bestFirst, drawnFirst, type Ladder } from './rungs';

export interface BegunTrial extends Ladder {
  readonly weighed: Weighed;
}

export interface Space {
  /** All outlines, whether they fit or not, always in the same order. */
  readonly outlines: readonly Outline[];
  /** What fits of an outline, widest first; asked for once and remembered. */
  readonly fitting: (outline: Outline) => Promise<readonly Weighed[]>;
}

export interface Proposal extends Weighed {
  /** The trial that it is a change of. */
  readonly parent?: number;
}

/** Networks of which the best becomes a parent. */
const tournament = 3;

/**
 * The network to begin next; undefined where all that fit have begun. It follows from the seed and the trials alone.
 */
export async function propose(
  space: Space,
  begun: readonly BegunTrial[],
  { wanted, seed }: { readonly wanted: number; readonly seed: number },
): Promise<Proposal | undefined> {
  const random = uniform(seedOf(seed, begun.length));
  const seen = new Set(begun.map(({ weighed }) => networkKey(weighed)));
  const isNew = (weighed: Weighed): boolean => !seen.has(networkKey(weighed));
  if (begun.length < drawnFirst(wanted)) return drawn(space, isNew, random);
  for (const parent of parents(begun.slice(-drawnFirst(wanted)), random)) {
    const children = (await neighbours(space, parent.weighed)).filter(isNew);
    const child = pick(children, random);
    if (child) return { ...child, parent: parent.trial };
  }
  return drawn(space, isNew, random);
}

/** One that is new, from an outline that each has the same chance; of its widths the wide ones are taken more often. */
async function drawn(
  { outlines, fitting }: Space,
  isNew: (weighed: Weighed) => boolean,
  random: () => number,
): Promise<Weighed | undefined> {
  for (const outline of shuffled(outlines, random)) {
    const fresh = (await fitting(outline)).filter(isNew);
    const one = fresh[Math.floor(random() ** 2 * fresh.length)];
    if (one) return one;
  }
  return undefined;
}

/** The best of a few that are drawn, and after it those that are asked where it has no new neighbours. */
function parents(young: readonly BegunTrial[], random: () => number): readonly BegunTrial[] {
  const order = bestFirst(young).flatMap(({ trial }) => young.filter((one) => one.trial === trial));
  const few = shuffled(young, random).slice(0, tournament);
  return [...order.filter((one) => few.includes(one)), ...order.filter((one) => !few.includes(one))];
}

/**
 * What differs in one thing: one step of width, of depth, of the input's size, or the architecture. Other outlines are
 * as far below their widest as this one is below its own, so that a deeper network is as much narrower as it takes.
 */
async function neighbours({ outlines, fitting }: Space, { candidate }: Weighed): Promise<readonly Weighed[]> {
  const own = await fitting(outlineOf(outlines, candidate));
  const slack = own.findIndex((one) => one.candidate.width === candidate.width);
  const found: (Weighed | undefined)[] = [own[slack - 1], own[slack + 1]];
  for (const outline of outlines) {
    if (!isNextTo(outline, candidate, outlines)) continue;
    const others = await fitting(outline);
    found.push(others[Math.min(slack, others.length - 1)]);
  }
  return found.filter((one) => one !== undefined);
}

function outlineOf(outlines: readonly Outline[], { architecture, depth, input }: CandidateView): Outline {
  const found = outlines.find(
    (outline) =>
      outline.architecture === architecture && outline.depth === depth && isSame(outline.input, input),
  );
  return found!;
}

function isNextTo(outline: Outline, from: CandidateView, outlines: readonly Outline[]): boolean {
  const depths = outlines
    .filter(
      ({ architecture, input }) => architecture === outline.architecture && isSame(input, outline.input),
    )
    .map(({ depth }) => depth);
  const sameInput = isSame(outline.input, from.input);
  if (outline.architecture !== from.architecture) {
    return sameInput && outline.depth === nearest(depths, from.depth);
  }
  const steps = Math.abs(depths.indexOf(outline.depth) - depths.indexOf(from.depth));
  if (sameInput) return steps === 1;
  if (steps !== 0) return false;
  const inputs = [...new Set(outlines.map(({ input }) => input.join('x')))];
  return Math.abs(inputs.indexOf(outline.input.join('x')) - inputs.indexOf(from.input.join('x'))) === 1;
}

function nearest(depths: readonly number[], wanted: number): number | undefined {
  const distance = (depth: number): number => Math.abs(Math.log(depth / wanted));
  return depths.toSorted((a, b) => distance(a) - distance(b))[0];
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.join('x') === b.join('x');
}

function pick<T>(from: readonly T[], random: () => number): T | undefined {
  return from[Math.floor(random() * from.length)];
}

function shuffled<T>(from: readonly T[], random: () => number): readonly T[] {
  return Array.from(shuffledIndices(from.length, Math.floor(random() * 2 ** 32)), (index) => from[index]!);
}
