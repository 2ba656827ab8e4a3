// What the answers to Compress… mean: steps, file names, words.
import path from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  answersOf,
  estimateText,
  parseSparsity,
  questions,
  stepsOf,
} from '../../../src/host/commands/compressChoices';
import { outputFileName } from '../../../src/host/commands/outputName';
import { freePath } from '../../../src/host/freePath';

describe('The questions of Compress…', () => {
  it('are those that the method needs', () => {
    expect(questions({})).toHaveLength(5);
    expect(questions({ method: 'prune' })).toEqual(['method', 'sparsity', 'data', 'output']);
    expect(questions({ method: 'quantize' })).toEqual(['method', 'storage', 'data', 'output']);
    expect(questions({ method: 'compact' })).toEqual(['method', 'form', 'data', 'training', 'output']);
    expect(questions({ method: 'compact', data: null })).toEqual(['method', 'form', 'data', 'output']);
    expect(questions({ method: 'both' })).toEqual(['method', 'sparsity', 'storage', 'data', 'output']);
  });
});

describe('Steps that were chosen elsewhere', () => {
  const given = [{ quantize: { bits: 4, observer: 'mse' } }];

  it('leave only the data and the file to ask for, and are taken as they are', () => {
    expect(questions({ given })).toEqual(['data', 'output']);
    expect(stepsOf({ given, data: null })).toBe(given);
    expect(outputFileName('/m/net.onnx', given)).toBe('net.int4.onnx');
  });
});

describe('The answers', () => {
  it('become the steps of a recipe', () => {
    expect(stepsOf({})).toEqual([]);
    expect(stepsOf({ method: 'prune', sparsity: 0.9 })).toEqual([
      { prune: { sparsity: 0.9, scope: 'global' } },
    ]);
    expect(stepsOf({ method: 'quantize', storage: 'int8-tensor' })).toEqual([
      { quantize: { bits: 8, granularity: 'tensor' } },
    ]);
    // Ranges of activations are observed on the data, or on random inputs where it was chosen to go without.
    const calibrated = { method: 'quantize', storage: 'int8-static' } as const;
    expect(stepsOf({ ...calibrated, data: 'glyphs' })).toEqual([{ quantize: { bits: 8, activations: {} } }]);
    expect(stepsOf({ ...calibrated, data: null })).toEqual([
      { quantize: { bits: 8, activations: { random: true } } },
    ]);
  });

  it('become compact layers, and training where there is data for it', () => {
    const given = { method: 'compact', form: 'quarter', epochs: 5 } as const;
    expect(stepsOf({ method: 'compact' })).toEqual([{ replace: { with: 'depthwise-separable' } }]);
    expect(stepsOf({ ...given, data: null })).toEqual([{ lowRank: { ratio: 0.25 } }]);
    expect(stepsOf({ ...given, data: 'glyphs' })).toEqual([
      { lowRank: { ratio: 0.25 } },
      { train: { epochs: 5 } },
    ]);
    expect(stepsOf({ ...given, data: 'glyphs', epochs: 0 })).toEqual([{ lowRank: { ratio: 0.25 } }]);
  });

  it.each(['separable', 'half', 'quarter'] as const)('of compact layers are found again: %s', (form) => {
    const answers = { method: 'compact', form, epochs: 20 } as const;
    expect(answersOf(stepsOf({ ...answers, data: 'glyphs' }))).toEqual(answers);
  });

  it('that a method does not ask for do not count', () => {
    expect(stepsOf({ method: 'quantize', sparsity: 0.9 })).toHaveLength(1);
  });

  it.each([
    { method: 'prune', sparsity: 0.9 },
    { method: 'quantize', storage: 'int8-tensor' },
    { method: 'quantize', storage: 'int8-static', data: null },
    { method: 'quantize', storage: 'int4' },
    { method: 'both', sparsity: 0.5, storage: 'fp16' },
  ] as const)('of a run are found again in its steps: %j', (answers) => {
    const { data: _, ...found } = { data: null, ...answers };
    expect(answersOf(stepsOf(answers))).toEqual(found);
  });

  it('of steps that were never asked for are none', () => {
    expect(answersOf([{ train: { epochs: 3 } }])).toEqual({});
  });
});

describe('The name of a file', () => {
  it.each([
    [stepsOf({ method: 'both', sparsity: 0.975 }), 'net.v2.prune97.5.int8.onnx'],
    [stepsOf({ method: 'prune', sparsity: 0.8 }), 'net.v2.prune80.onnx'],
    [stepsOf({ method: 'compact' }), 'net.v2.separable.onnx'],
    [stepsOf({ method: 'compact', form: 'half', epochs: 5, data: 'glyphs' }), 'net.v2.lowrank50.train5.onnx'],
    [[{ train: { epochs: 20 } }], 'net.v2.train20.onnx'],
    [[{ train: {} }, { distill: {} }], 'net.v2.train.distill.onnx'],
  ])('tells of %j', (steps, name) => {
    expect(outputFileName('/a/net.v2.onnx', steps)).toBe(name);
  });
});

describe('A free path', () => {
  it('is the first that nothing has', () => {
    const taken = new Set(['net.int8.onnx', 'net.int8-2.onnx'].map((name) => path.join('/a', name)));
    const isTaken = (file: string): boolean => taken.has(file);
    expect(freePath('/a', 'other.onnx', isTaken)).toBe(path.join('/a', 'other.onnx'));
    expect(freePath('/a', 'net.int8.onnx', isTaken)).toBe(path.join('/a', 'net.int8-3.onnx'));
  });
});

describe('A typed sparsity', () => {
  it.each([
    ['80', 0.8],
    [' 97.5 % ', 0.975],
    ['97,5', 0.975],
    ['0.5', 0.005],
    ['', undefined],
    ['0', undefined],
    ['100', undefined],
    ['-3', undefined],
    ['ten', undefined],
    ['5e1', undefined],
  ])('%j is %s', (text, sparsity) => {
    expect(parseSparsity(text)).toBe(sparsity);
  });

  it('is what was typed, for every percentage with two digits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9999 }), (hundredths) => {
        expect(parseSparsity(String(hundredths / 100))).toBeCloseTo(hundredths / 10_000, 6);
      }),
    );
  });
});

describe('An estimate in words', () => {
  it('tells size and zeros', () => {
    const estimate = {
      bytesBefore: 1_680_000,
      bytesAfter: 439_000,
      parameters: 1000,
      parametersAfter: 1000,
      nonZerosAfter: 200,
    };
    expect(estimateText(estimate)).toBe(
      '≈ 439 kB instead of 1.68 MB (3.8× smaller) · 80% of the weights zero',
    );
  });

  it('tells how many parameters are fewer', () => {
    const estimate = {
      bytesBefore: 400_000,
      bytesAfter: 100_000,
      parameters: 100_000,
      parametersAfter: 25_000,
    };
    expect(estimateText({ ...estimate, nonZerosAfter: 25_000 })).toBe(
      '≈ 100 kB instead of 400 kB (4.0× smaller) · 75% fewer parameters',
    );
  });

  it('gives an upper bound as one, and no shares that would be wrong', () => {
    const estimate = { bytesBefore: 1_680_000, bytesAfter: 439_000, parameters: 1000, parametersAfter: 1000 };
    expect(estimateText({ ...estimate, nonZerosAfter: 200, atMost: true })).toBe(
      'at most 439 kB, now 1.68 MB',
    );
  });

  it('says so where the size stays, and is silent where there are no zeros', () => {
    const estimate = {
      bytesBefore: 1000,
      bytesAfter: 1000,
      parameters: 0,
      parametersAfter: 0,
      nonZerosAfter: 0,
    };
    expect(estimateText(estimate)).toBe('1 kB, as before');
  });
});
