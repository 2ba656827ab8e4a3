// A YAML file that a schema checks. What is wrong is told with its line and column.
import { readFileSync, statSync } from 'node:fs';
import { isMap, isScalar, LineCounter, parseDocument, stringify, type Document } from 'yaml';
import type { z } from 'zod';
import { reasonOf } from './dataProblem';
import { describeIssue } from './describeIssue';

/** Nothing that a person writes is longer; something else was named by mistake. */
const mostBytes = 2 ** 20;

/** Throws what says that a file cannot be used. `problem` is a clause. */
export type RefuseFile = (file: string, problem: string) => never;

/** The content of a YAML file as `schema` describes it. Throws what `refuse` throws. */
export function readYamlFile<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
  refuse: RefuseFile,
): z.output<Schema> {
  let text: string;
  try {
    if (statSync(file).size > mostBytes) return refuse(file, 'it is too long to have been written by hand');
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return refuse(file, reasonOf(error));
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `line ${line}, column ${col}`;
  };
  const [syntax] = document.errors;
  if (syntax) return refuse(file, `${at(syntax.pos[0])}: ${syntax.message}`);
  let value: unknown;
  try {
    value = document.toJS();
  } catch (error) {
    return refuse(file, reasonOf(error));
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path, problem } = describeIssue(parsed.error);
  return refuse(file, `${at(offsetOf(document, path))}: ${problem}`);
}

/** Plain data as the text of a YAML file. */
export function yamlText(value: unknown): string {
  return stringify(value);
}

/** Where the key at the end of `path` stands, or the nearest thing above it that is there. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    if (isMap(parent)) {
      const pair = parent.items.find(({ key }) => isScalar(key) && key.value === path[length - 1]);
      if (pair && isScalar(pair.key) && pair.key.range) return pair.key.range[0];
    }
    const node = document.getIn(path.slice(0, length), true);
    if (isScalar(node) && node.range) return node.range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}
