// A YAML file that a schema checks. What is wrong is told with its line and column.
import { readFileSync, statSync } from 'node:fs';
import { stringify } from 'yaml';
import type { z } from 'zod';
import { reasonOf } from './dataProblem';
import { describeIssue } from './describeIssue';
import { parseYaml, placeText } from './yamlText';

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
  const { value, faults, rangeOf } = parseYaml(readHandwritten(file, refuse));
  const [fault] = faults;
  if (fault) return refuse(file, `${placeText(fault.range)}: ${fault.problem}`);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path, problem } = describeIssue(parsed.error);
  return refuse(file, `${placeText(rangeOf(path))}: ${problem}`);
}

/** The text of a file that a person wrote. Throws what `refuse` throws. */
export function readHandwritten(file: string, refuse: RefuseFile): string {
  try {
    if (statSync(file).size <= mostBytes) return readFileSync(file, 'utf8');
  } catch (error) {
    return refuse(file, reasonOf(error));
  }
  return refuse(file, 'it is too long to have been written by hand');
}

/** Plain data as the text of a YAML file. */
export function yamlText(value: unknown): string {
  return stringify(value);
}
