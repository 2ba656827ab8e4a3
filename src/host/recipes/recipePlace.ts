// Where in a recipe a place of its text is: which key or value, and what stands around it. The text may be unfinished,
// as it is while somebody types.
import {
  isMap,
  isPair,
  isScalar,
  isSeq,
  parseDocument,
  visit,
  type Node,
  type Pair,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';

export type RecipePath = readonly (string | number)[];

export interface RecipePlace {
  /** A key of a mapping, or a value: of a key, or an entry of a list. */
  readonly kind: 'key' | 'value';
  /** To the value; for a key, to the mapping that it is in. */
  readonly path: RecipePath;
  /** Keys that the mapping has beside the one at hand. */
  readonly present: readonly string[];
  /** Between braces or brackets. */
  readonly flow: boolean;
  /** A value on the line of its key. */
  readonly sameLine: boolean;
  /** The word at the place: where it starts, and where it ends. */
  readonly start: number;
  readonly end: number;
}

/** Stands for the word that is being typed, so that the text around it can be read. */
const placeholder = 'counterweightPlaceholder';

/** The place at an offset, for what could be typed there; undefined in comments and inside longer values. */
export function placeAt(text: string, offset: number): RecipePlace | undefined {
  const start = offset - /[\w-]*$/.exec(text.slice(0, offset))![0].length;
  const end = offset + /^[\w-]*/.exec(text.slice(offset))![0].length;
  const [before, after] = [text.slice(0, start), text.slice(end)];
  if (before.endsWith(':')) return undefined;
  const place = placeOf(before, placeholder, after);
  if (place !== undefined) return { ...place, start, end };
  // A key that has no colon yet runs into the line below it.
  const alone = /(?:^|\n) *(?:- +)*$/.test(before) && /^ *(?:\r?\n|$)/.test(after);
  const key = alone ? placeOf(before, `${placeholder}:`, after) : undefined;
  return key && { ...key, start, end };
}

function placeOf(
  before: string,
  word: string,
  after: string,
): Omit<RecipePlace, 'start' | 'end'> | undefined {
  let place: Omit<RecipePlace, 'start' | 'end'> | undefined;
  visit(parseDocument(before + word + after, quiet), {
    Scalar(key, node, ancestors) {
      if (node.value !== placeholder || node.range?.[0] !== before.length) return undefined;
      const holders = holdersIn(ancestors);
      const flow = holders.some((each) => !isPair(each) && each.flow === true);
      const path = pathOf(holders, node);
      const [outer, inner] = [holders.at(-2), holders.at(-1)];
      if (key === 'key') {
        const present = isMap(outer) ? keysOf(outer.items) : [];
        place = { kind: 'key', path: path.slice(0, -1), present, flow, sameLine: false };
      } else {
        const sameLine = isPair(inner) && !before.slice(endOf(inner.key)).includes('\n');
        // Nothing is there yet but what is being typed.
        const kind = path.length === 0 ? 'key' : 'value';
        place = { kind, path, present: [], flow, sameLine };
      }
      return visit.BREAK;
    },
  });
  return place;
}

/** What stands at an offset, and the path of the key or value there. */
export interface RecipeWord {
  readonly path: RecipePath;
  readonly start: number;
  readonly end: number;
}

export function wordAt(text: string, offset: number): RecipeWord | undefined {
  let word: RecipeWord | undefined;
  visit(parseDocument(text, quiet), {
    Scalar(_key, node, ancestors) {
      const [start, end] = node.range ?? [Infinity, -Infinity];
      if (offset < start || offset > end) return undefined;
      word = { path: pathOf(holdersIn(ancestors), node), start, end };
      return visit.BREAK;
    },
  });
  return word;
}

const quiet = { prettyErrors: false, logLevel: 'silent' } as const;

/** The mappings, pairs and lists around a scalar, outermost first. */
function holdersIn(ancestors: readonly unknown[]): (YAMLMap | Pair | YAMLSeq)[] {
  return ancestors.filter((each) => isMap(each) || isPair(each) || isSeq(each));
}

/** @param holders the mappings, pairs and lists around a scalar, outermost first. */
function pathOf(holders: readonly unknown[], node: Node): RecipePath {
  return holders.flatMap((holder, index): RecipePath => {
    const next = holders[index + 1] ?? node;
    if (isPair(holder)) return isScalar(holder.key) ? [String(holder.key.value)] : [];
    return isSeq(holder) ? [holder.items.indexOf(next)] : [];
  });
}

function keysOf(items: readonly { readonly key: unknown }[]): string[] {
  return items.flatMap(({ key }) => (isScalar(key) && key.value !== placeholder ? [String(key.value)] : []));
}

function endOf(key: unknown): number {
  return isScalar(key) ? (key.range?.[1] ?? 0) : 0;
}
