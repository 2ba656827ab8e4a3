// What is wrong with something that a person wrote, in words: which key, what it was, what is allowed.
import { z } from 'zod';
import { nearestKey } from '../../shared/base/nearestKey';

/** A mapping in which an unknown key is an error that names the nearest known one. */
export function mapping<Shape extends z.core.$ZodLooseShape>(
  shape: Shape,
): z.ZodObject<Shape, z.core.$strict> {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code === 'invalid_type') return 'must be a mapping of keys to values';
      if (issue.code !== 'unrecognized_keys') return undefined;
      const [key = ''] = issue.keys as readonly string[];
      const nearest = nearestKey(key, known);
      const hint = nearest === undefined ? `known are ${known.join(', ')}` : `the nearest is ${nearest}`;
      return `there is no key ${key}; ${hint}`;
    },
  });
}

export interface DescribedIssue {
  /** Where it is: keys and indices from the top. */
  readonly path: readonly PropertyKey[];
  /** A clause like "test: there is no key lables; the nearest is labels". */
  readonly problem: string;
}

/** What a schema found wrong first. */
export function describeIssue(error: z.ZodError): DescribedIssue {
  return describeIssues(error)[0] ?? { path: [], problem: 'it is not valid' };
}

/** All that a schema found wrong, what is likely to be the reason for the rest first. */
export function describeIssues(error: z.ZodError): DescribedIssue[] {
  return mistypedFirst(error.issues).map((each) => {
    const { issue, path } = innermost(each);
    const where = path.join('.');
    const key = issue.code === 'unrecognized_keys' ? [...path, ...issue.keys.slice(0, 1)] : path;
    return { path: key, problem: where === '' ? issue.message : `${where}: ${issue.message}` };
  });
}

function isMistyped({ code }: z.core.$ZodIssue): boolean {
  return code === 'unrecognized_keys';
}

/** A mistyped key is often the reason why another is missing, so that it is the one to name. */
export function mistypedFirst(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue[] {
  return [...issues.filter(isMistyped), ...issues.filter((issue) => !isMistyped(issue))];
}

/** Of a choice, the alternative that the value is meant for says most: of its kind, and with the fewest faults. */
function innermost(issue: z.core.$ZodIssue): { issue: z.core.$ZodIssue; path: readonly PropertyKey[] } {
  if (issue.code === 'invalid_union') {
    const [meant] = issue.errors
      .filter(([first]) => first && !(first.code === 'invalid_type' && first.path.length === 0))
      .toSorted((a, b) => faults(a) - faults(b));
    const [first] = mistypedFirst(meant ?? []);
    if (first) {
      const found = innermost(first);
      return { ...found, path: [...issue.path, ...found.path] };
    }
  }
  return { issue, path: issue.path };
}

function faults(issues: readonly z.core.$ZodIssue[]): number {
  return issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1), 0);
}
