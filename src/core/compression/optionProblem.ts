// What is wrong with a step's options, in words: the option, what it was, what is allowed.
import { z } from 'zod';
import { allowedText, isTuple, type JsonSchema } from '../../shared/base/jsonSchema';
import { nearestKey } from '../../shared/base/nearestKey';
import { describeOptions } from './describeOptions';

/** The sentence for the first issue that a step's schema found in `given`. */
export function optionProblem(schema: z.ZodObject, issue: z.core.$ZodIssue, given: unknown): string {
  // Options that are each right and do not go together: the schema says so itself.
  if (issue.code === 'custom') return issue.message;
  const found = schemaAt(schema, issue.path);
  if (issue.code === 'unrecognized_keys') {
    const key = [...issue.path, issue.keys[0] ?? ''].join('.');
    return unknownKey(key, knownOptions(schema, issue.path, found), 'option');
  }
  const value = valueAt(given, issue.path);
  const name = issue.path.join('.');
  if (!found || found.properties) {
    const what = name === '' ? 'the options' : `option ${name}`;
    return `${what} must be a mapping of names to values, not ${shown(value)}`;
  }
  const allowed = allowedText(found);
  return value === undefined
    ? `option ${name} is missing; it must be ${allowed}`
    : `option ${name} must be ${allowed}, not ${shown(value)}`;
}

/** The schema of an option, or of what stands under a name or at a place of one's own inside it. */
function schemaAt(schema: z.ZodObject, path: readonly PropertyKey[]): JsonSchema | undefined {
  const whole = z.toJSONSchema(schema, { io: 'input' }) as JsonSchema;
  return path.reduce<JsonSchema | undefined>((at, key) => at && schemaUnder(at, String(key)), whole);
}

function schemaUnder({ properties, additionalProperties, items }: JsonSchema, key: string) {
  if (properties) return Object.hasOwn(properties, key) ? properties[key] : undefined;
  if (typeof additionalProperties === 'object') return additionalProperties;
  return items === undefined || isTuple(items) ? undefined : items;
}

/** The options that may have been meant at a place: all of the step, or what a name of one's own is mapped to. */
function knownOptions(
  schema: z.ZodObject,
  path: readonly PropertyKey[],
  found: JsonSchema | undefined,
): readonly string[] {
  const options = describeOptions(schema).map(({ name }) => name);
  const own = Object.keys(found?.properties ?? {}).map((key) => [...path, key].join('.'));
  return path.length === 0 || own.some((name) => options.includes(name)) ? options : own;
}

/** The sentence for a name that is not among the known ones. */
export function unknownKey(key: string, known: readonly string[], kind: 'option' | 'step'): string {
  const nearest = nearestKey(key, known);
  const hint = nearest === undefined ? `known are ${known.join(', ')}` : `the nearest is ${nearest}`;
  return kind === 'option' ? `there is no option ${key}; ${hint}` : `there is no such step; ${hint}`;
}

function valueAt(given: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Readonly<Record<PropertyKey, unknown>> | null | undefined)?.[key],
    given,
  );
}

function shown(value: unknown): string {
  if (typeof value === 'number') return String(value);
  return JSON.stringify(value) ?? String(value);
}
