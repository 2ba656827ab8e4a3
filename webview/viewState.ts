// What the reader arranged, kept over a reload of the page: selection, sort, filter, side, what is folded, how far
// things are scrolled.
import type { HeatmapSide } from '../src/shared/contracts/engineContract';
import type { Sort } from './layers/sortRows';

export interface ViewState {
  /** The file that the selection belongs to. */
  readonly path: string | null;
  readonly layer: string | null;
  readonly tensor: string | null;
  readonly side: HeatmapSide;
  readonly filter: string;
  /** What the sensitivity of layers is shown by. */
  readonly measure: string;
  /** What layers are ranked by. */
  readonly harm: string;
  /** By kind of table, since their columns differ. */
  readonly sorts: Readonly<Record<string, Sort>>;
  /** Keys of sections that are folded, of charts shown as tables, and of those with a logarithmic axis. */
  readonly folded: readonly string[];
  readonly asTable: readonly string[];
  readonly logCounts: readonly string[];
  /** Scroll offsets in pixels by the key of what scrolls. */
  readonly scroll: Readonly<Record<string, number>>;
}

const fresh: ViewState = {
  path: null,
  layer: null,
  tensor: null,
  side: 'after',
  filter: '',
  measure: '',
  harm: '',
  sorts: {},
  folded: [],
  asTable: [],
  logCounts: [],
  scroll: {},
};

export interface ViewStateStore {
  get(): ViewState;
  update(change: Partial<ViewState>): void;
}

export function openViewState(storage: {
  getState(): unknown;
  setState(state: unknown): void;
}): ViewStateStore {
  let state = readViewState(storage.getState());
  return {
    get: () => state,
    update: (change) => {
      state = { ...state, ...change };
      storage.setState(state);
    },
  };
}

/** What an older version of the page kept may lack a key or hold something else; that key then starts fresh. */
export function readViewState(saved: unknown): ViewState {
  if (typeof saved !== 'object' || saved === null) return fresh;
  const kept = Object.entries(saved).filter(([key, value]) => {
    const example = (fresh as unknown as Record<string, unknown>)[key];
    if (example === null) return value === null || typeof value === 'string';
    return (
      typeof example === typeof value && Array.isArray(example) === Array.isArray(value) && value !== null
    );
  });
  return { ...fresh, ...(Object.fromEntries(kept) as Partial<ViewState>) };
}

/** A list with `item` in it or not. */
export function withItem(list: readonly string[], item: string, present: boolean): readonly string[] {
  const others = list.filter((other) => other !== item);
  return present ? [...others, item] : others;
}
