// The one schema of recipes: what is checked, completed, explained and documented of them comes from here. The schemas
// of the steps are those of the table, so that a new method needs no line in this file.
import { z } from 'zod';
import type { JsonSchema } from '../../../shared/base/jsonSchema';
import type { Step } from '../../compression/step';
import { steps } from '../../compression/steps';
import { dataSchema } from '../../data/dataSchema';
import { mapping } from '../../data/describeIssue';

export const recipeSchema = mapping({
  model: z
    .string('must be a path')
    .min(1, 'must be a path')
    .describe('The model file. Paths are relative to the recipe.'),
  data: z
    .union([z.string().min(1), dataSchema], { error: 'must be a path, glyphs, or a mapping of splits' })
    .optional()
    .describe('What it is trained and measured on: a word as for --data, or a mapping.'),
  seed: z
    .number('must be a number')
    .int('must be a whole number')
    .min(0)
    .max(2 ** 32 - 1)
    .default(1)
    .describe('Of everything random.'),
  steps: z
    .array(z.union(steps.map(stepSchema)), 'must be a list of steps')
    .min(1, 'must name at least one step')
    .describe('What is done, in order: each entry names one step and its options.'),
});

/** The same as JSON Schema (draft 7), for editors. */
export function recipeJsonSchema(): JsonSchema {
  const { $schema, ...schema } = z.toJSONSchema(recipeSchema, { io: 'input', target: 'draft-7' });
  return { $schema, title: 'Counterweight recipe', ...schema } as JsonSchema;
}

/** A step without options may be written without a value, where it needs none. */
function stepSchema({ id, title, schema }: Step): z.ZodType {
  const options = schema.safeParse({}).success
    ? z.union([schema, z.null().transform(() => schema.parse({}))])
    : schema;
  return mapping({ [id]: options.describe(title) });
}
