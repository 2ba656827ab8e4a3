// What a key of a recipe means, for whoever points at it or at its value.
import { alternatives, type JsonSchema } from '../../shared/base/jsonSchema';
import type { RecipeWord } from './recipePlace';
import { schemasAt } from './recipeSchema';
import { explanation } from './recipeTexts';

export interface RecipeHover {
  readonly markdown: string;
  readonly start: number;
  readonly end: number;
}

/** What a word means; undefined where the schema does not know it. */
export function hoverOf(schema: JsonSchema, word: RecipeWord): RecipeHover | undefined {
  const [first, ...others] = schemasAt(schema, word.path);
  const key = word.path.findLast((each) => typeof each === 'string');
  if (first === undefined || key === undefined) return undefined;
  const { description, default: value } = first;
  const whole: JsonSchema = {
    anyOf: [first, ...others].flatMap(alternatives),
    ...(description !== undefined && { description }),
    ...(value !== undefined && { default: value }),
  };
  return { markdown: `**${key}**\n\n${explanation(whole)}`, start: word.start, end: word.end };
}
