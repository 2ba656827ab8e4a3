// What the page keeps over a reload, and how it tells an unchanged snapshot.
import { describe, expect, it } from 'vitest';
import { contentKey } from '../../webview/snapshots';
import { openViewState, readViewState } from '../../webview/viewState';

describe('the state of the view', () => {
  it('comes back as it was kept', () => {
    let kept: unknown;
    const storage = { getState: () => kept, setState: (state: unknown) => (kept = structuredClone(state)) };
    openViewState(storage).update({ filter: 'conv', layer: 'a', side: 'error', scroll: { page: 120 } });
    expect(openViewState(storage).get()).toMatchObject({
      filter: 'conv',
      layer: 'a',
      side: 'error',
      scroll: { page: 120 },
    });
  });

  it('starts fresh from what another version kept, key by key', () => {
    const fresh = readViewState(undefined);
    expect(readViewState({ filter: 3, folded: 'all', scroll: null, layer: 'a', other: 1 })).toEqual({
      ...fresh,
      layer: 'a',
    });
    expect(readViewState('nonsense')).toEqual(fresh);
  });
});

describe('a snapshot', () => {
  it('is the same when its content is', () => {
    const snapshot = { name: 'a', cells: Float32Array.of(1, 2, 3) };
    expect(contentKey(structuredClone(snapshot))).toBe(contentKey(snapshot));
  });

  it('differs by a figure or by a cell', () => {
    expect(contentKey({ cells: Float32Array.of(1, 2) })).not.toBe(
      contentKey({ cells: Float32Array.of(1, 3) }),
    );
    expect(contentKey({ mse: 1 })).not.toBe(contentKey({ mse: 2 }));
  });
});
