// The networks that a search may try: architectures, depths and input sizes, each in the widths that fit the budget.
// What does not fit is never proposed, so that no time is spent on it.
import { CounterweightError } from '../../../shared/base/errors';
import type { CandidateView } from '../../../shared/contracts/searchViews';
import type { Architecture } from '../../architectures/architecture';
import { newModel } from '../../architectures/architectures';
import type { Model } from '../../ir/graph';

/** A network but for its width. */
export type Outline = Omit<CandidateView, 'width'>;

/** The series R20 of preferred numbers (ISO 3): each about 12 % more than the one before. */
const series = [
  0.05, 0.056, 0.063, 0.071, 0.08, 0.09, 0.1, 0.112, 0.125, 0.14, 0.16, 0.18, 0.2, 0.224, 0.25, 0.28, 0.315,
  0.355, 0.4, 0.45, 0.5, 0.56, 0.63, 0.71, 0.8, 0.9, 1, 1.12, 1.25, 1.4, 1.6, 1.8, 2, 2.24, 2.5, 2.8, 3.15,
  3.55, 4,
];

/** What numbers of repeated blocks are multiplied with, the published depth first. */
const depths = [1, 0.75, 1.5, 0.5, 2, 0.25, 3];

/** Widths of an architecture that are tried, narrowest first: those that were published, or from a twentieth to four. */
export function widthsOf({ widths }: Architecture): readonly number[] {
  return widths ? widths.toSorted((a, b) => a - b) : series;
}

/**
 * All outlines of the architectures on inputs of these shapes, the shallowest first, whether they fit or not. Depths
 * that round to the same numbers of blocks are one. Throws ARCHITECTURE_INVALID where the first shape fits none.
 */
export function outlinesOf(
  architectures: readonly Architecture[],
  inputs: readonly (readonly number[])[],
  made: Untrained,
): readonly Outline[] {
  return architectures.flatMap((architecture) =>
    depthsOf(architecture, inputs[0]!, made).flatMap((depth) =>
      inputs.map((input) => ({ architecture: architecture.id, depth, input })),
    ),
  );
}

function depthsOf(architecture: Architecture, input: readonly number[], made: Untrained): readonly number[] {
  if (!architecture.repeats) return [1];
  const [width = 1] = widthsOf(architecture);
  const byNodes = new Map<number, number>();
  for (const depth of depths) {
    const { nodes } = networkOf({ architecture: architecture.id, width, depth, input }, made).graph;
    if (!byNodes.has(nodes.length)) byNodes.set(nodes.length, depth);
  }
  return [...byNodes.values()].toSorted((a, b) => a - b);
}

/** What a search predicts with each network. */
export interface Untrained {
  readonly classes: number;
  /** Of the random weights. */
  readonly seed: number;
}

/** The untrained network, as `new` makes it. Throws ARCHITECTURE_INVALID. */
export function networkOf({ architecture, width, depth, input }: CandidateView, made: Untrained): Model {
  return newModel({ architecture, width, depth, input, ...made });
}

/** The same, or undefined where there is none: the input is too small, or the network too large for any machine. */
export function networkIfAny(candidate: CandidateView, made: Untrained): Model | undefined {
  try {
    return networkOf(candidate, made);
  } catch (error) {
    if (CounterweightError.is(error, 'ARCHITECTURE_INVALID')) return undefined;
    throw error;
  }
}

/** A candidate in a word: `resnet-8, width 0.5, depth 2, 1x28x28`. */
export function candidateText({ architecture, width, depth, input }: CandidateView): string {
  return `${architecture}, width ${width}, depth ${depth}, ${input.join('x')}`;
}
