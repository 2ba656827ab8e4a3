// Inputs that a model accepts, for comparing and timing where there is no data: random numbers of a seed, in shapes
// that are found by trying, because a file says neither how large its free dimensions may be nor what its integers mean.
import { CounterweightError } from '../../shared/base/errors';
import { normal, seedOf, uniform } from '../../shared/base/random';
import { elementTypes, type ElementType } from '../ir/elementType';
import type { Model } from '../ir/graph';
import { isNumeric } from '../ir/numbers';
import type { Pause } from '../ir/pacing';
import type { RuntimeTensor, RuntimeValue, Session } from '../runtime/runtime';
import { integerLimits } from './integerLimits';
import { runtimeTensor } from './runtimeNumbers';

export type Feeds = Readonly<Record<string, RuntimeTensor>>;

/** What was found to run: fixed shapes, and what integers and floats are. */
export interface InputPlan {
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  readonly content: Content;
  /** Exclusive upper bounds of integer inputs that are looked up in tables. */
  readonly limits: ReadonlyMap<string, number>;
}

interface Content {
  /** Random below the limit, or the same everywhere. */
  readonly integers: 'random' | number;
  /** Standard normal, or the same everywhere. */
  readonly floats: 'normal' | number;
}

/** Finds inputs that the session runs with, or gives what the runtime said of the first attempt where it finds none. */
export async function planInputs(
  session: Session,
  model: Model,
  pause: Pause,
): Promise<InputPlan | CounterweightError<'RUNTIME_REFUSED'>> {
  const odd = session.inputs.find(({ type }) => !type || !isNumeric(type));
  if (odd)
    return noInputs(`its input ${odd.name} takes ${odd.type ?? 'no tensor'}, which has no random values`);
  const limits = integerLimits(model);
  let refusal: CounterweightError<'RUNTIME_REFUSED'> | undefined;
  for (const plan of candidates(session.inputs, limits)) {
    await pause();
    try {
      await session.run(randomFeeds(session.inputs, plan, 0));
      return plan;
    } catch (error) {
      if (!CounterweightError.is(error, 'RUNTIME_REFUSED')) throw error;
      refusal ??= error;
    }
  }
  return refusal ?? noInputs('there is nothing to try');
}

function noInputs(problem: string): CounterweightError<'RUNTIME_REFUSED'> {
  return new CounterweightError('RUNTIME_REFUSED', { path: 'the model', problem });
}

const comparisonSeed = 1;

/**
 * The inputs of the n-th sample: floats standard normal, integers uniform below their limit (0 and 1 where nothing
 * tells one, the non-negative range of 8-bit types), booleans at random.
 */
export function randomFeeds(inputs: readonly RuntimeValue[], plan: InputPlan, sample: number): Feeds {
  const feeds: Record<string, RuntimeTensor> = {};
  for (const [index, { name, type }] of inputs.entries()) {
    const shape = plan.shapes.get(name);
    if (!shape || !type) continue;
    const next = uniform(seedOf(comparisonSeed, sample * 1000 + index));
    const value = valueSource(type, plan.content, plan.limits.get(name), next);
    const numbers = new Float64Array(shape.reduce((product, dimension) => product * dimension, 1));
    feeds[name] = runtimeTensor(type, shape, numbers.map(value));
  }
  return feeds;
}

function valueSource(
  type: ElementType,
  content: Content,
  limit: number | undefined,
  next: () => number,
): () => number {
  const { kind, bits } = elementTypes[type];
  if (kind === 'float') {
    const { floats } = content;
    return floats === 'normal' ? () => normal(next) : () => floats;
  }
  const { integers } = content;
  if (integers !== 'random') return () => integers;
  const natural = kind === 'bool' || bits > 8 ? 2 : 2 ** (kind === 'int' ? bits - 1 : bits);
  const below = Math.min(limit ?? natural, kind === 'bool' ? 2 : Infinity);
  return () => Math.floor(next() * below);
}

const contents: readonly Content[] = [
  { integers: 'random', floats: 'normal' },
  { integers: 1, floats: 'normal' },
  { integers: 0, floats: 'normal' },
  { integers: 2, floats: 1 },
];

/** Sizes of free dimensions that are no batch, by rank of their input. Images, sequences and audio frames differ. */
const sizes: readonly Readonly<Record<2 | 3 | 4 | 'other', number>>[] = [
  { 2: 16, 3: 16, 4: 224, other: 8 },
  { 2: 256, 3: 1, 4: 64, other: 1 },
  { 2: 512, 3: 1, 4: 320, other: 1 },
  { 2: 128, 3: 128, 4: 32, other: 16 },
  { 2: 1, 3: 1, 4: 1, other: 1 },
  { 2: 64, 3: 64, 4: 640, other: 32 },
];

function* candidates(
  inputs: readonly RuntimeValue[],
  limits: ReadonlyMap<string, number>,
): Generator<InputPlan> {
  const seen = new Set<string>();
  const integers = inputs.some(({ type }) => type !== undefined && elementTypes[type].kind !== 'float');
  for (const content of integers ? contents : contents.slice(0, 1)) {
    for (const choice of sizes) {
      const shapes = boundShapes(inputs, choice);
      const key = JSON.stringify([...shapes, content]);
      if (seen.has(key)) continue;
      seen.add(key);
      yield { shapes, content, limits };
    }
  }
}

/** Free dimensions of one name get one size. The first axis counts samples. */
function boundShapes(
  inputs: readonly RuntimeValue[],
  choice: (typeof sizes)[number],
): ReadonlyMap<string, readonly number[]> {
  const named = new Map<string, number>();
  const shapes = new Map<string, readonly number[]>();
  for (const { name, shape = [] } of inputs) {
    const rank = shape.length;
    const size = choice[rank === 2 || rank === 3 || rank === 4 ? rank : 'other'];
    shapes.set(
      name,
      shape.map((dimension, axis) => {
        if (typeof dimension === 'number' && dimension >= 0) return dimension;
        const wanted = axis === 0 ? 1 : size;
        if (typeof dimension !== 'string') return wanted;
        const known = named.get(dimension) ?? wanted;
        named.set(dimension, known);
        return known;
      }),
    );
  }
  return shapes;
}
