// What is wrong with a recipe: every fault with its place, in the words of what was meant.
import { optionProblem, unknownKey } from '../../compression/optionProblem';
import { steps } from '../../compression/steps';
import { describeIssues, mistypedFirst, type DescribedIssue } from '../../data/describeIssue';
import { recipeSchema } from './recipeSchema';

/** The faults of a recipe's value; none where it is right. */
export function recipeProblems(value: unknown): DescribedIssue[] {
  const { error } = recipeSchema.safeParse(value);
  if (!error) return [];
  const inSteps = new Set(
    error.issues.flatMap(({ path: [key, index] }) =>
      key === 'steps' && typeof index === 'number' ? [index] : [],
    ),
  );
  const given = (value as { readonly steps?: readonly unknown[] } | null)?.steps ?? [];
  return [
    ...describeIssues(error).filter(({ path }) => !(path[0] === 'steps' && typeof path[1] === 'number')),
    ...[...inSteps].toSorted((a, b) => a - b).flatMap((index) => stepProblems(given[index], index)),
  ];
}

/** A step is judged by its own schema: of a choice of all steps, the faults would be those of any of them. */
function stepProblems(entry: unknown, index: number): DescribedIssue[] {
  const place = ['steps', index];
  const which = `step ${index + 1}`;
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
    const known = steps.map(({ id }) => id).join(', ');
    return [{ path: place, problem: `${which} must be a mapping with the name of a step: ${known}` }];
  }
  const [id, ...others] = Object.keys(entry);
  if (id === undefined || others.length > 0) {
    const named = id === undefined ? 'none' : [id, ...others].join(', ');
    return [
      {
        path: [...place, ...others.slice(0, 1)],
        problem: `${which} must name exactly one step, not ${named}`,
      },
    ];
  }
  const step = steps.find((candidate) => candidate.id === id);
  if (!step) {
    const known = steps.map((candidate) => candidate.id);
    return [{ path: [...place, id], problem: `${which}, ${id}: ${unknownKey(id, known, 'step')}` }];
  }
  const options: unknown = (entry as Readonly<Record<string, unknown>>)[id] ?? {};
  return mistypedFirst(step.schema.safeParse(options).error?.issues ?? []).flatMap((issue) => {
    const each =
      issue.code === 'unrecognized_keys' ? issue.keys.map((key) => ({ ...issue, keys: [key] })) : [issue];
    return each.map((one) => ({
      path: [...place, id, ...one.path, ...('keys' in one ? one.keys : [])],
      problem: `${which}, ${id}: ${optionProblem(step.schema, one, options)}`,
    }));
  });
}
