// Options of pruning that are each right and do not go together, and what the rest means for a run.
import { describe, expect, it } from 'vitest';
import { outputSuffix, parseSteps } from '../../../../src/core/compression/steps';

const parsed = (options: Readonly<Record<string, unknown>>) => parseSteps([{ prune: options }])[0]!;
const suffix = (options: Readonly<Record<string, unknown>>) => outputSuffix(parseSteps([{ prune: options }]));
const fineTune = { epochs: 2 };

describe('the options of pruning', () => {
  it.each([
    [{ sparsity: 0.5, threshold: 0.1 }, /sparsity and threshold exclude each other/],
    [{ granularity: 'n:m', sparsity: 0.5 }, /the pattern is the sparsity/],
    [{ granularity: 'n:m', scope: 'layer' }, /leave out scope/],
    [{ granularity: 'n:m', pattern: { keep: 4, of: 4 } }, /pattern\.keep must be smaller/],
    [{ sparsity: 0.5, pattern: {} }, /pattern is for granularity n:m/],
    [{ sparsity: 0.5, block: {} }, /block is for granularity block/],
    [{ threshold: 0.1, criterion: 'gradient' }, /compares the magnitudes/],
    [{ threshold: 0.1, schedule: 'cubic', fineTune }, /raise a sparsity/],
    [{ sparsity: 0.5, rounds: 3 }, /rounds is for the schedules/],
    [{ sparsity: 0.5, schedule: 'iterative' }, /give fineTune\.epochs/],
    [{ granularity: 'n:m', schedule: 'cubic', fineTune }, /reached at once; leave out schedule/],
    [{ granularity: 'n:m', perLayer: { fc: { sparsity: 0.5 } } }, /leave out scope and perLayer/],
    [{ sparsity: 0.5, granularity: 'head', rewind: true }, /leave out schedule, fineTune, rewind and regrow/],
    [
      { sparsity: 0.5, granularity: 'channel', regrow: {} },
      /leave out schedule, fineTune, rewind and regrow/,
    ],
    [{ sparsity: 0.5, regrow: {} }, /give fineTune\.epochs/],
    [{ sparsity: 0.5, regrow: {}, fineTune, schedule: 'cubic', rounds: 3 }, /leave out rounds/],
    [{ sparsity: 0.5, regrow: {}, fineTune, criterion: 'wanda' }, /leave out threshold, criterion and scope/],
    [{ threshold: 0.5, regrow: {}, fineTune }, /leave out threshold, criterion and scope/],
    [{ sparsity: 0.5, regrow: {}, fineTune, rewind: true }, /leave out rewind and reconstruct/],
    [{ sparsity: 0.5, rewind: true }, /give fineTune\.epochs/],
    [{ sparsity: 0.5, rewind: true, fineTune, reconstruct: 'sparsegpt' }, /takes back what reconstruct/],
    [{ sparsity: 0.5, granularity: 'block', scope: 'output' }, /with scope output single weights/],
    [
      { threshold: 0.1, perLayer: { fc: { sparsity: 0.5 } } },
      /leave out criterion, granularity, scope and perLayer/,
    ],
    [
      { sparsity: 0.5, granularity: 'channel', perLayer: { fc: { sparsity: 0.5 } } },
      /no granularity channel or head/,
    ],
    [{ sparsity: 0.5, exclude: ['fc'], perLayer: { fc: { sparsity: 0.5 } } }, /leave it out of one of them/],
    [{ threshold: 0 }, /threshold must be a number above 0/],
    [{ sparsity: 0.5, fineTune: { epochs: 0 } }, /fineTune\.epochs must be a whole number from 1/],
  ])('are refused where they contradict each other: %j', (options, message) => {
    expect(() => parsed(options)).toThrow(message);
  });

  it('ask for data where something is measured or trained on it, and only then', () => {
    expect(parsed({ sparsity: 0.5 }).needsData).toBe(false);
    expect(parsed({ sparsity: 0.5, criterion: 'random', granularity: 'block' }).needsData).toBe(false);
    expect(parsed({ sparsity: 0.5, criterion: 'gradient' }).needsData).toBe(true);
    expect(parsed({ sparsity: 0.5, scope: 'sensitivity' }).needsData).toBe(true);
    expect(parsed({ sparsity: 0.5, reconstruct: 'sparsegpt' }).needsData).toBe(true);
    expect(parsed({ sparsity: 0.5, fineTune }).needsData).toBe(true);
  });

  it('weigh by the epochs that they train', () => {
    const schedule = { schedule: 'iterative', rounds: 3 };
    expect(parsed({ sparsity: 0.5 }).effort).toBe(1);
    expect(parsed({ sparsity: 0.5, fineTune, ...schedule }).effort).toBe(1 + 2 * 2 * 3);
    expect(parsed({ sparsity: 0.5, fineTune, ...schedule, rewind: true }).effort).toBe(1 + 2 * 2 * 4);
  });

  it('give the output its name', () => {
    expect(suffix({ threshold: 0.1 })).toBe('prune-below-0.1');
    expect(suffix({ granularity: 'n:m' })).toBe('prune2of4');
    expect(suffix({ granularity: 'n:m', pattern: { keep: 1 } })).toBe('prune1of4');
  });
});
