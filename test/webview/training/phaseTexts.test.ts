// What the panel calls the steps of a run.
import { describe, expect, it } from 'vitest';
import { stepsText } from '../../../webview/training/phaseTexts';

describe('the words for steps', () => {
  it.each([
    [[{ prune: { sparsity: 0.8 } }, { quantize: { bits: 8 } }], 'prune 80% + quantize int8'],
    [[{ prune: { sparsity: 0.5, granularity: 'channel' } }], 'prune 50% of channels'],
    [[{ prune: { granularity: 'n:m', pattern: { keep: 2, of: 4 } } }], 'prune 2:4'],
    [[{ lowRank: { ratio: 0.5 } }, { train: { epochs: 5 } }], 'low rank 50% + train'],
    [[{ lowRank: { energy: 0.9 } }], 'low rank'],
    [[{ replace: { with: 'depthwise-separable' } }], 'depthwise-separable'],
  ])('of %j are %s', (steps, text) => {
    expect(stepsText(steps)).toBe(text);
  });
});
