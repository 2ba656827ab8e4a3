// What is wrong with a step's options, in words: the option, what it was, what is allowed.
import type { z } from 'zod';
import { nearestKey } from '../../shared/base/nearestKey';
import { describeOptions } from './describeOptions';

/** The sentence for the first issue that a step's schema found in `given`. */
export function optionProblem(schema: z.ZodObject, issue: z.core.$ZodIssue, given: unknown): string {
  // Options that are each right and do not go together: the schema says so itself.
  if (issue.code === 'custom') return issue.message;
  const options = describeOptions(schema);
  const name = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    return unknownKey(
      [...issue.path, issue.keys[0] ?? ''].join('.'),
      options.map((candidate) => candidate.name),
      'option',
    );
  }
  const option = options.find((candidate) => candidate.name === name);
  const value = valueAt(given, issue.path);
  if (!option) {
    const what = name === '' ? 'the options' : `option ${name}`;
    return `${what} must be a mapping of names to values, not ${shown(value)}`;
  }
  return value === undefined
    ? `option ${option.name} is missing; it must be ${option.allowed}`
    : `option ${option.name} must be ${option.allowed}, not ${shown(value)}`;
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
