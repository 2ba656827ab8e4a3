// Which layers stand for which: by label, and by the labels of layers that replaced others.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchLayers } from '../../../src/core/analysis/layerPairs';
import type { Layer } from '../../../src/core/operators/layers';
import { graph, node } from '../../support/build';

const layers = (labels: readonly string[]): readonly Layer[] =>
  labels.map((label) => ({
    label,
    node: node('Gemm', [], [], {}, label),
    graph: graph({ nodes: [], inputs: [], outputs: [] }),
    tensors: [],
  }));

const matched = (before: readonly string[], after: readonly string[]): [string | undefined, string[]][] =>
  matchLayers(layers(before), layers(after)).map((match) => [
    match.before?.label,
    match.after.map(({ label }) => label),
  ]);

describe('matchLayers', () => {
  it('gives a layer those that carry its label before a slash, in their order', () => {
    expect(
      matched(['/a/Conv', 'fc'], ['/a/Conv/depthwise', 'fc', '/a/Conv/pointwise', '/a/Convolved']),
    ).toEqual([
      ['/a/Conv', ['/a/Conv/depthwise', '/a/Conv/pointwise']],
      ['fc', ['fc']],
      [undefined, ['/a/Convolved']],
    ]);
  });

  it('takes the longest label, and a layer that is still there together with new ones', () => {
    expect(matched(['a', 'a/b', 'gone'], ['a/b/c', 'a/d', 'a'])).toEqual([
      ['a', ['a/d', 'a']],
      ['a/b', ['a/b/c']],
      ['gone', []],
    ]);
  });

  it('has every layer of both models exactly once', () => {
    const labels = fc.uniqueArray(
      fc.array(fc.constantFrom('a', 'b', ''), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/')),
    );
    fc.assert(
      fc.property(labels, labels, (before, after) => {
        const matches = matched(before, after);
        expect(matches.flatMap(([label]) => label ?? [])).toEqual(before);
        expect(matches.flatMap(([, own]) => own).toSorted()).toEqual(after.toSorted());
      }),
    );
  });
});
