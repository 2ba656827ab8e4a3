// A recipe: a model, data and steps in a YAML file. Paths in the file are relative to it.
import path from 'node:path';
import { CounterweightError } from '../../../shared/base/errors';
import type { RecipeCheckView, RecipeProblemView } from '../../../shared/contracts/recipeCheck';
import type { StepsView } from '../../../shared/contracts/viewModels';
import { parseSteps } from '../../compression/steps';
import type { DataConfig } from '../../data/dataSchema';
import { isGlyphs } from '../../data/glyphSource';
import type { DataSource } from '../../data/openData';
import { readHandwritten } from '../../data/yamlFile';
import { parseYaml, placeText } from '../../data/yamlText';
import { recipeProblems } from './recipeProblems';
import { recipeSchema } from './recipeSchema';
import { applySettings } from './recipeSettings';

export interface Recipe {
  /** Absolute path of the model. */
  readonly model: string;
  readonly data?: DataSource;
  /** Of everything random. */
  readonly seed: number;
  /** Checked, with their defaults filled in. */
  readonly steps: StepsView;
}

/**
 * Reads and checks a recipe, with values that are set from outside. Throws RECIPE_INVALID with line and column, and
 * USAGE for a setting that does not fit.
 */
export function readRecipe(file: string, settings: readonly string[] = []): Recipe {
  const { value, faults, rangeOf } = parseYaml(readHandwritten(file, refuse));
  const [fault] = faults;
  if (fault) return refuse(file, `${placeText(fault.range)}: ${fault.problem}`);
  const set = applySettings(value, settings);
  const [wrong] = recipeProblems(set.value);
  if (!wrong) return recipeOf(set.value, file);
  const cause = set.settings.findLast(({ path: place }) =>
    place.every((key, index) => index >= wrong.path.length || wrong.path[index] === key),
  );
  if (cause) throw new CounterweightError('USAGE', { problem: `--set ${cause.text}: ${wrong.problem}.` });
  return refuse(file, `${placeText(rangeOf(wrong.path))}: ${wrong.problem}`);
}

/**
 * All that is wrong with the text of a recipe, and what it says where nothing is. Data that are described by a mapping
 * go by the recipe's own path, which can be named wherever data can.
 */
export function checkRecipe(text: string, file: string): RecipeCheckView {
  const { value, faults, rangeOf } = parseYaml(text);
  if (faults.length > 0) return { problems: faults };
  const problems = recipeProblems(value).map((wrong): RecipeProblemView => ({
    range: rangeOf(wrong.path),
    problem: wrong.problem,
  }));
  if (problems.length > 0) return { problems };
  const { model, data, seed, steps } = recipeOf(value, file);
  const source = typeof data === 'object' ? path.resolve(file) : data;
  return { problems, recipe: { model, seed, steps, ...(source !== undefined && { data: source }) } };
}

/** @param value of a recipe without faults. */
function recipeOf(value: unknown, file: string): Recipe {
  const { model, data, seed, steps } = recipeSchema.parse(value);
  const folder = path.dirname(path.resolve(file));
  return {
    model: path.resolve(folder, model),
    ...(data !== undefined && { data: sourceOf(data, file, folder) }),
    seed,
    steps: parseSteps(steps as StepsView).map(({ id, options }) => ({ [id]: options })),
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
