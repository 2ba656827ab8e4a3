// A recipe: a model, data and steps in a YAML file. Paths in the file are relative to it.
import path from 'node:path';
import { z } from 'zod';
import { CounterweightError } from '../../../shared/base/errors';
import type { StepsView } from '../../../shared/contracts/viewModels';
import { parseSteps } from '../../compression/steps';
import { dataSchema, type DataConfig } from '../../data/dataSchema';
import { mapping } from '../../data/describeIssue';
import { isGlyphs } from '../../data/glyphSource';
import type { DataSource } from '../../data/openData';
import { readYamlFile } from '../../data/yamlFile';

export interface Recipe {
  /** Absolute path of the model. */
  readonly model: string;
  readonly data?: DataSource;
  /** Of everything random. */
  readonly seed: number;
  /** Checked, with their defaults filled in. */
  readonly steps: StepsView;
}

const recipeSchema = mapping({
  model: z.string('must be a path').min(1, 'must be a path').describe('The model file.'),
  data: z
    .union([z.string().min(1), dataSchema])
    .optional()
    .describe('What it is trained and measured on.'),
  seed: z
    .number('must be a number')
    .int('must be a whole number')
    .min(0)
    .max(2 ** 32 - 1)
    .default(1)
    .describe('Of everything random.'),
  steps: z
    .array(z.record(z.string(), z.record(z.string(), z.unknown()).nullable()), 'must be a list of steps')
    .describe('What is done, in order.'),
});

/**
 * Reads and checks a recipe. Throws RECIPE_INVALID with line and column, and STEP_INVALID where the options of a step
 * are wrong.
 */
export function readRecipe(file: string): Recipe {
  const { model, data, seed, steps } = readYamlFile(file, recipeSchema, refuse);
  const folder = path.dirname(path.resolve(file));
  const parsed = parseSteps(
    steps.map((step) => Object.fromEntries(Object.entries(step).map(([id, options]) => [id, options ?? {}]))),
  );
  return {
    model: path.resolve(folder, model),
    ...(data !== undefined && { data: sourceOf(data, file, folder) }),
    seed,
    steps: parsed.map(({ id, options }) => ({ [id]: options })),
  };
}

/** A word like glyphs names no file, and neither does an absolute path need a folder. */
function sourceOf(data: string | DataConfig, file: string, folder: string): DataSource {
  if (typeof data !== 'string') return { config: data, folder, name: file };
  return isGlyphs(data) ? data : path.resolve(folder, data);
}

function refuse(file: string, problem: string): never {
  throw new CounterweightError('RECIPE_INVALID', { path: file, problem });
}
