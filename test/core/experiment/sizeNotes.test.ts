// The lines that say why a compressed file is not as small or as fast as its figures suggest.
import { describe, expect, it } from 'vitest';
import { sizeNotes } from '../../../src/core/experiment/sizeNotes';
import type { LatencyView, SizesView } from '../../../src/shared/contracts/viewModels';

const dense: SizesView = {
  parameters: 1000,
  nonZeros: 1000,
  sparsity: 0,
  macs: 1000,
  bytes: 4000,
  gzipBytes: 3800,
};

function took(beforeMs: number, afterMs: number): LatencyView {
  return { beforeMs, afterMs, threads: 2, batch: 1 };
}

function codes(after: Partial<SizesView>, latency: LatencyView | undefined): readonly string[] {
  return sizeNotes(dense, { ...dense, ...after }, latency).map(({ code }) => code);
}

describe('what is said of a size that does not show', () => {
  it('is that zeros are stored, and not skipped', () => {
    expect(codes({ sparsity: 0.9 }, took(1, 1))).toEqual(['SPARSE_NOT_SMALLER', 'SPARSE_NOT_FASTER']);
    expect(codes({ sparsity: 0.9 }, undefined)).toEqual(['SPARSE_NOT_SMALLER', 'SPARSE_NOT_FASTER']);
    expect(codes({ sparsity: 0.9, macs: 500 }, took(1, 0.5))).toEqual(['SPARSE_NOT_SMALLER']);
  });

  it('is that a smaller file computes as much', () => {
    expect(codes({ bytes: 1000 }, took(1, 1.1))).toEqual(['SMALLER_NOT_FASTER']);
    expect(codes({ bytes: 1000 }, took(1, 0.8))).toEqual([]);
    expect(codes({ bytes: 1000 }, undefined)).toEqual([]);
  });

  it('is that fewer multiplications need not be less time', () => {
    expect(codes({ bytes: 1000, macs: 400 }, took(1, 0.99))).toEqual(['FEWER_MACS_NOT_FASTER']);
    expect(codes({ bytes: 1000, macs: 400 }, took(1, 0.5))).toEqual([]);
  });

  it('is nothing where nothing is smaller', () => {
    expect(codes({}, took(1, 1))).toEqual([]);
  });
});
