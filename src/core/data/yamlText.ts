// YAML as a person types it: its value, what is wrong with the text, and where each key of it stands.
import { isMap, isPair, isScalar, isSeq, LineCounter, parse, parseDocument, type Document } from 'yaml';
import type { TextRange } from '../../shared/base/textRange';
import { reasonOf } from './dataProblem';

export interface YamlText {
  /** Undefined where the text cannot be read. */
  readonly value: unknown;
  /** Why the text cannot be read. */
  readonly faults: readonly { readonly range: TextRange; readonly problem: string }[];
  /** The key at the end of `path`, or the entry of a list, or the nearest thing above it that is there. */
  readonly rangeOf: (path: readonly PropertyKey[]) => TextRange;
}

export function parseYaml(text: string): YamlText {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const rangeBetween = (start: number, end: number): TextRange => {
    const [first, last] = [lines.linePos(start), lines.linePos(Math.max(start, end))];
    return {
      startLine: first.line - 1,
      startColumn: first.col - 1,
      endLine: last.line - 1,
      endColumn: last.col - 1,
    };
  };
  const rangeOf = (path: readonly PropertyKey[]): TextRange => rangeBetween(...offsetsOf(document, path));
  const faults = document.errors.map(({ pos, message }) => ({
    range: rangeBetween(...pos),
    problem: message,
  }));
  if (faults.length > 0) return { value: undefined, faults, rangeOf };
  try {
    return { value: document.toJS(), faults, rangeOf };
  } catch (error) {
    return { value: undefined, faults: [{ range: rangeOf([]), problem: reasonOf(error) }], rangeOf };
  }
}

/** "line 3, column 5", as people count. */
export function placeText({ startLine, startColumn }: TextRange): string {
  return `line ${startLine + 1}, column ${startColumn + 1}`;
}

/** A single value as YAML writes it, like 0.5, true or [1, 2]; text that is no YAML stands for itself. */
export function yamlValue(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return text;
  }
}

/** From the first character to behind the last one. */
type Offsets = readonly [start: number, end: number];

function offsetsOf(document: Document, path: readonly PropertyKey[]): Offsets {
  for (let length = path.length; length > 0; length--) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const key = path[length - 1];
    if (isMap(parent)) {
      const pair = parent.items.find((item) => isScalar(item.key) && item.key.value === key);
      if (isScalar(pair?.key) && pair.key.range) return [pair.key.range[0], pair.key.range[1]];
    } else if (isSeq(parent) && typeof key === 'number') {
      const found = entryOffsets(parent.items[key]);
      if (found) return found;
    }
  }
  const [start = 0, end = start] = document.contents?.range ?? [];
  return isMap(document.contents) ? (firstKey(document.contents) ?? [start, end]) : [start, end];
}

/** A mapping in a list is found by its first key: the whole of it would be too much to point at. */
function entryOffsets(item: unknown): Offsets | undefined {
  if (isMap(item)) return firstKey(item);
  if (isPair(item) || !isScalar(item)) return undefined;
  return item.range ? [item.range[0], item.range[1]] : undefined;
}

function firstKey({ items }: { readonly items: readonly { readonly key: unknown }[] }): Offsets | undefined {
  const [first] = items;
  return isScalar(first?.key) && first.key.range ? [first.key.range[0], first.key.range[1]] : undefined;
}
