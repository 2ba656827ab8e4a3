// Why a compressed file is not as small or as fast as its figures suggest: one line each, where it is so.
import { note, type Note } from '../../shared/base/messages';
import type { LatencyView, SizesView } from '../../shared/contracts/viewModels';

/** Differences that count: of the fraction of zeros, of bytes and multiply-accumulates, of measured time. */
const sparser = 0.01;
const smaller = 0.95;
const faster = 0.95;

/**
 * Zeros make no stored file smaller and no run faster; a smaller file is not faster where it computes as much; and fewer
 * multiply-accumulates are not faster where a run spends its time on something else. A time that was not measured is
 * taken for one that is no shorter, but only zeros are spoken of then.
 */
export function sizeNotes(
  before: SizesView,
  after: SizesView,
  latency: LatencyView | undefined,
): readonly Note[] {
  const isFaster = latency !== undefined && latency.afterMs < faster * latency.beforeMs;
  if (after.sparsity - before.sparsity >= sparser) {
    return [note('SPARSE_NOT_SMALLER', {}), ...(isFaster ? [] : [note('SPARSE_NOT_FASTER', {})])];
  }
  if (latency === undefined || isFaster) return [];
  if (after.macs < smaller * before.macs) return [note('FEWER_MACS_NOT_FASTER', {})];
  return after.bytes < smaller * before.bytes ? [note('SMALLER_NOT_FASTER', {})] : [];
}
