// What is wrong with a step's options, in words: the option, what it was, what is allowed.
import type { z } from 'zod';
import { describeOptions } from './describeOptions';
import { nearestKey } from './nearestKey';

/** The sentence for the first issue that a step's schema found in `given`. */
export function optionProblem(schema: z.ZodObject, issue: z.core.$ZodIssue, given: unknown): string {
  const options = describeOptions(schema);
  if (issue.code === 'unrecognized_keys') {
    return unknownKey(
      issue.keys[0] ?? '',
      options.map((option) => option.name),
      'option',
    );
  }
  const name = issue.path[0];
  const option = options.find((candidate) => candidate.name === name);
  if (!option) return `the options must be a mapping of names to values, not ${shown(given)}`;
  const value = (given as Readonly<Record<string, unknown>> | null | undefined)?.[option.name];
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

function shown(value: unknown): string {
  if (typeof value === 'number') return String(value);
  return JSON.stringify(value) ?? String(value);
}
