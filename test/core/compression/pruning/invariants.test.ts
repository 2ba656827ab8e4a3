// What holds of every pruning, whatever its options: each combination of them is refused with a reason or keeps its
// promises. Sparsity is exact to a unit, zeros stay zero unless they are to come back, patterns hold in every group,
// excluded layers keep everything.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { criteria } from '../../../../src/core/compression/pruning/criteria/criteria';
import { prunableWeights } from '../../../../src/core/compression/pruning/prunableWeights';
import { inputLines } from '../../../../src/core/compression/pruning/weightAxes';
import { applySteps, parseSteps } from '../../../../src/core/compression/steps';
import { glyphDefaults, openGlyphs } from '../../../../src/core/data/glyphs';
import type { Model } from '../../../../src/core/ir/graph';
import { tensorNumbers } from '../../../../src/core/ir/numbers';
import { CounterweightError } from '../../../../src/shared/base/errors';
import { stepsContext } from '../../../support/applyStep';
import { smallConvNet } from '../../../support/smallConvNet';

const size = 8;
const net = smallConvNet(size);
const glyphs = { ...glyphDefaults, size, seed: 5, noise: 0.05 };
const data = {
  train: openGlyphs({ ...glyphs, samples: 60 }),
  validation: openGlyphs({ ...glyphs, samples: 20, split: 'validation' }),
};

type Options = Readonly<Record<string, unknown>>;

const prune = async (options: Options, given: Model): Promise<Model> =>
  (await applySteps(given, parseSteps([{ prune: options }]), stepsContext({ data }))).model;

const weightsOf = (model: Model) =>
  prunableWeights(model).weights.map((weight) => ({ ...weight, numbers: tensorNumbers(weight.tensor) }));

type Weights = ReturnType<typeof weightsOf>;

const zerosIn = (weights: Weights): number =>
  weights.reduce((sum, { numbers }) => sum + numbers.filter((number) => number === 0).length, 0);
const elementsIn = (weights: Weights): number =>
  weights.reduce((sum, { numbers }) => sum + numbers.length, 0);

const fineTune = { epochs: 1, batch: 20, learningRate: 0.01 };

interface Case {
  readonly granularity: 'element' | 'n:m' | 'block';
  readonly scope: 'global' | 'layer' | 'output' | 'sensitivity';
  readonly criterion: string;
  readonly reconstruct: 'none' | 'sparsegpt';
  readonly training: Options;
  readonly sparsity: number;
  readonly pattern: { readonly keep: number; readonly of: number };
  readonly block: { readonly rows: number; readonly columns: number };
  readonly exclude: readonly string[];
}

const trainings: readonly Options[] = [
  {},
  { fineTune },
  { fineTune, rewind: true },
  ...['iterative', 'cubic'].flatMap((schedule) => [
    { schedule, rounds: 2, fineTune },
    { schedule, rounds: 2, fineTune, rewind: true },
    { schedule, regrow: { every: 1 }, fineTune: { ...fineTune, epochs: 2 } },
  ]),
  { regrow: { every: 2 }, fineTune: { ...fineTune, epochs: 2 } },
];

const cases: fc.Arbitrary<Case> = fc.record({
  granularity: fc.constantFrom('element', 'n:m', 'block'),
  scope: fc.constantFrom('global', 'layer', 'output', 'sensitivity'),
  criterion: fc.constantFrom(...criteria.map(({ id }) => id)),
  reconstruct: fc.constantFrom('none', 'none', 'sparsegpt'),
  training: fc.constantFrom(...trainings),
  sparsity: fc.double({ min: 0.4, max: 0.98, noNaN: true }),
  pattern: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })).map(([keep, more]) => {
    return { keep, of: keep + more };
  }),
  block: fc.record({ rows: fc.integer({ min: 1, max: 5 }), columns: fc.integer({ min: 1, max: 5 }) }),
  exclude: fc.constantFrom([], ['conv']),
});

function optionsOf({ granularity, sparsity, pattern, block, training, exclude, ...others }: Case): Options {
  return {
    granularity,
    ...others,
    ...training,
    samples: 20,
    ...(exclude.length > 0 && { exclude }),
    ...(granularity === 'n:m' ? { pattern } : { sparsity }),
    ...(granularity === 'block' && { block }),
  };
}

/** Why the options are refused; undefined where they are not. */
function refusal(options: Options): string | undefined {
  try {
    parseSteps([{ prune: options }]);
    return undefined;
  } catch (error) {
    if (CounterweightError.is(error, 'STEP_INVALID')) return error.message;
    throw error;
  }
}

/** What the documentation says does not go together. */
function isContradiction({ granularity, scope, criterion, reconstruct, training }: Case): boolean {
  const regrows = 'regrow' in training;
  return (
    (granularity === 'n:m' && (scope !== 'global' || 'schedule' in training)) ||
    (granularity === 'block' && scope === 'output') ||
    (reconstruct !== 'none' && (regrows || 'rewind' in training)) ||
    (regrows && (criterion !== 'magnitude' || scope === 'sensitivity'))
  );
}

describe('pruning', () => {
  it('refuses what does not go together, names what to leave out, and nothing else', () => {
    fc.assert(
      fc.property(cases, (each) => {
        const problem = refusal(optionsOf(each));
        expect(problem !== undefined, problem).toBe(isContradiction(each));
        if (problem !== undefined) expect(problem).toMatch(/leave out/);
      }),
      { numRuns: 2000 },
    );
  });

  it('reaches the sparsity to one unit, whatever goes together', async () => {
    await fc.assert(
      fc.asyncProperty(
        cases.filter(({ granularity }) => granularity !== 'n:m'),
        async ({ granularity, sparsity, block, scope }) => {
          const options = { granularity, sparsity, scope: scope === 'layer' ? scope : 'global' };
          const blocks = granularity === 'block' ? { block } : {};
          const after = weightsOf(await prune({ ...options, ...blocks, criterion: 'random' }, net));
          const unit = granularity === 'block' ? block.rows * block.columns : 1;
          for (const contest of scope === 'layer' ? after.map((weight) => [weight]) : [after]) {
            expect(Math.abs(zerosIn(contest) - sparsity * elementsIn(contest))).toBeLessThanOrEqual(unit);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it('keeps its promises with all other options', { timeout: 60_000 }, async () => {
    // Every third weight is zero before.
    const given = await prune({ sparsity: 0.3, criterion: 'random' }, net);
    const before = weightsOf(given);
    await fc.assert(
      fc.asyncProperty(
        cases.filter((each) => !isContradiction(each)),
        async (each) => {
          const after = weightsOf(await prune(optionsOf(each), given));
          const free = ({ layer }: { readonly layer: string }): boolean => !each.exclude.includes(layer);
          checkSparsity(each, before.filter(free), after.filter(free));
          for (const [i, { numbers, layer }] of after.entries()) {
            const own = before[i]!.numbers;
            if (each.exclude.includes(layer) && !('fineTune' in each.training)) expect(numbers).toEqual(own);
            if ('regrow' in each.training) continue;
            expect(own.filter((number, k) => number === 0 && numbers[k] !== 0)).toEqual(own.slice(0, 0));
          }
        },
      ),
      { numRuns: 36 },
    );
  });
});

function checkSparsity(each: Case, before: Weights, after: Weights): void {
  const { granularity, scope, sparsity, block } = each;
  if (granularity === 'n:m') {
    for (const weight of after) checkPattern(weight, each.pattern);
    return;
  }
  const contests = scope === 'layer' ? after.map((weight) => [weight]) : [after];
  for (const contest of contests) {
    const zeros = zerosIn(contest);
    const zerosBefore = zerosIn(before.filter(({ value }) => contest.some((own) => own.value === value)));
    const wanted = Math.min(Math.round(sparsity * elementsIn(contest)), elementsIn(contest) - 1);
    if (granularity === 'element') expect(zeros).toBe(Math.max(wanted, zerosBefore));
    else {
      // Zeros outside of the blocks that go stay, and count in none of them.
      expect(zeros).toBeGreaterThanOrEqual(wanted - block.rows * block.columns);
      expect(zeros).toBeLessThanOrEqual(wanted + zerosBefore + block.rows * block.columns);
    }
  }
}

function checkPattern(weight: Weights[number], { keep, of }: Case['pattern']): void {
  const { length, stride, starts } = inputLines(weight);
  if (length <= keep) return;
  for (const start of starts) {
    for (let first = 0; first < length; first += of) {
      const group = Array.from(
        { length: Math.min(of, length - first) },
        (_, i) => start + (first + i) * stride,
      );
      expect(group.filter((i) => weight.numbers[i] !== 0).length).toBeLessThanOrEqual(keep);
    }
  }
}
