// Values of a recipe that are set from outside, as `--set path=value` says it: a recipe stays one file while what it
// is tried with changes.
import { CounterweightError } from '../../../shared/base/errors';
import { nearestKey } from '../../../shared/base/nearestKey';
import { steps } from '../../compression/steps';
import { yamlValue } from '../../data/yamlText';
import { recipeSchema } from './recipeSchema';

/** A value for a place in a recipe. */
export interface RecipeSetting {
  /** As it was given: "train.epochs=3" or "data.validation=0.2". */
  readonly text: string;
  /** Keys and indices from the top of the recipe. */
  readonly path: readonly PropertyKey[];
}

/**
 * Puts the settings into the value of a recipe, which is not changed. A path begins with a key of the recipe
 * (`steps.1.prune.sparsity`, counted from 0), or with the name of a step that the recipe has once. Throws USAGE.
 */
export function applySettings(
  recipe: unknown,
  texts: readonly string[],
): { readonly value: unknown; readonly settings: readonly RecipeSetting[] } {
  let value = recipe;
  const settings: RecipeSetting[] = [];
  for (const text of texts) {
    const [, name = '', given = ''] = /^([\w-]+(?:\.[\w-]+)*)=(.*)$/s.exec(text) ?? [];
    if (name === '') throw usage(`--set ${text} is not of the form path=value, like train.epochs=3`);
    const path = pathOf(name, value, text);
    value = withValue(value, path, yamlValue(given), text);
    settings.push({ text, path });
  }
  return { value, settings };
}

function pathOf(name: string, recipe: unknown, text: string): PropertyKey[] {
  const keys = name.split('.').map((key) => (/^\d+$/.test(key) ? Number(key) : key));
  const [first] = keys;
  const known = Object.keys(recipeSchema.shape);
  if (typeof first !== 'string' || known.includes(first)) return keys;
  const ids = steps.map(({ id }) => id);
  if (!ids.includes(first)) {
    const names = [...known, ...ids];
    const nearest = nearestKey(first, names);
    const hint = nearest === undefined ? `known are ${names.join(', ')}` : `the nearest is ${nearest}`;
    throw usage(`--set ${text}: a recipe has no ${first}; ${hint}`);
  }
  const places = placesOf(first, recipe);
  const [place] = places;
  if (place === undefined) throw usage(`--set ${text}: the recipe has no step ${first}`);
  if (places.length > 1) {
    const choices = places.map((index) => `steps.${index}.${first}`).join(' or ');
    throw usage(`--set ${text}: the recipe has ${places.length} steps ${first}; begin with ${choices}`);
  }
  return ['steps', place, ...keys];
}

function placesOf(id: string, recipe: unknown): number[] {
  const entries = (recipe as { readonly steps?: unknown } | null)?.steps;
  if (!Array.isArray(entries)) return [];
  return entries.flatMap((entry: unknown, index) =>
    typeof entry === 'object' && entry !== null && id in entry ? [index] : [],
  );
}

function withValue(parent: unknown, path: readonly PropertyKey[], value: unknown, text: string): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(parent)) {
    if (typeof key !== 'number' || key >= parent.length) {
      throw usage(`--set ${text}: ${String(key)} is no entry of a list of ${parent.length}, counted from 0`);
    }
    return parent.with(key, withValue(parent[key], rest, value, text));
  }
  const mapping: Readonly<Record<PropertyKey, unknown>> =
    typeof parent === 'object' && parent !== null ? (parent as Record<string, unknown>) : {};
  return { ...mapping, [key]: withValue(mapping[key], rest, value, text) };
}

function usage(problem: string): CounterweightError {
  return new CounterweightError('USAGE', { problem: `${problem}.` });
}
