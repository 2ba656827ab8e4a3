// A YAML file that a schema checks. What is wrong is told with its line and column.
import { readFileSync, statSync } from 'node:fs';
import { isMap, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { dataProblem, reasonOf } from './dataProblem';
import { describeIssue } from './describeIssue';

/** No description of data is longer; something else was named by mistake. */
const mostBytes = 2 ** 20;

/** The content of a YAML file as `schema` describes it. Throws DATA_INVALID. */
export function readYamlFile<Schema extends z.ZodType>(file: string, schema: Schema): z.output<Schema> {
  let text: string;
  try {
    if (statSync(file).size > mostBytes)
      return dataProblem(file, 'it is too long to be a description of data');
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return dataProblem(file, reasonOf(error));
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `line ${line}, column ${col}`;
  };
  const [syntax] = document.errors;
  if (syntax) return dataProblem(file, `${at(syntax.pos[0])}: ${syntax.message}`);
  let value: unknown;
  try {
    value = document.toJS();
  } catch (error) {
    return dataProblem(file, reasonOf(error));
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path, problem } = describeIssue(parsed.error);
  return dataProblem(file, `${at(offsetOf(document, path))}: ${problem}`);
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
