// What can be typed at a place of a recipe: the keys that are missing there, and the values that are known.
import { alternatives, isTuple, listedValues, type JsonSchema } from '../../shared/base/jsonSchema';
import type { RecipePlace } from './recipePlace';
import { keysAt, schemasAt } from './recipeSchema';
import { explanation, isSimple } from './recipeTexts';

export interface RecipeCompletion {
  readonly label: string;
  readonly kind: 'key' | 'value';
  /** A snippet in the syntax of VS Code. */
  readonly snippet: string;
  readonly documentation?: string;
  /** The value after the key is one of a list, which is worth showing next. */
  readonly goesOn: boolean;
}

export interface RecipeCompletions {
  /** The part of the text that an item replaces. */
  readonly start: number;
  readonly end: number;
  readonly items: readonly RecipeCompletion[];
}

/** What can be typed at a place of the text. */
export function completionsAt(schema: JsonSchema, place: RecipePlace, text: string): RecipeCompletions {
  const schemas = schemasAt(schema, place.path);
  const form = formOf(place, text);
  const keys =
    place.kind === 'value' && place.sameLine ? { ...form, before: '{ ', after: ' }', flow: true } : form;
  const items = [
    ...(place.kind === 'value' ? valueItems(schemas) : []),
    ...keyItems(schemas, place.present, keys),
    ...(place.kind === 'value' && !place.sameLine ? entryItems(schemas, form) : []),
  ];
  return { start: place.start, end: place.end, items };
}

/** How a key is written at a place. */
interface Form {
  readonly before: string;
  readonly after: string;
  readonly flow: boolean;
  /** Columns between the indentation of the line and the key. */
  readonly column: number;
  /** The key has its colon already, and perhaps a value. */
  readonly keyOnly: boolean;
}

function formOf({ flow, start, end }: RecipePlace, text: string): Form {
  const line = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  const keyOnly = /^ *:/.test(text.slice(end));
  return { before: '', after: '', flow, column: line.length - /^ */.exec(line)![0].length, keyOnly };
}

function keyItems(
  schemas: readonly JsonSchema[],
  present: readonly string[],
  form: Form,
): readonly RecipeCompletion[] {
  return [...keysAt(schemas, present)].map(([key, property]) => ({
    label: key,
    kind: 'key',
    snippet: form.keyOnly ? key : `${form.before}${key}:${valueSnippet(property, form)}${form.after}`,
    documentation: explanation(property),
    goesOn: !form.keyOnly && alternatives(property).some((each) => listedValues(each).length > 0),
  }));
}

/** The first entry of a list: of a mapping, the keys that it may begin with. */
function entryItems(schemas: readonly JsonSchema[], form: Form): readonly RecipeCompletion[] {
  const entries = schemas
    .flatMap(alternatives)
    .flatMap(({ items }) => (items === undefined || isTuple(items) ? [] : [items]));
  return keyItems(entries, [], { ...form, before: '- ', column: form.column + 2 });
}

function valueItems(schemas: readonly JsonSchema[]): readonly RecipeCompletion[] {
  const all = schemas.flatMap((schema) => {
    const listed = alternatives(schema).flatMap(listedValues);
    return isSimple(schema.default) ? [schema.default, ...listed] : listed;
  });
  return [...new Set(all.map(String))].map((label) => ({
    label,
    kind: 'value',
    snippet: label.replaceAll('$', String.raw`\$`),
    goesOn: false,
  }));
}

function valueSnippet(schema: JsonSchema, { flow, column }: Form): string {
  const types = new Set(alternatives(schema).map(({ type }) => type));
  types.delete('null');
  const [type] = types.size === 1 ? types : [];
  const indent = ' '.repeat(column + 2);
  if (type === 'object') return flow ? ' { $0 }' : `\n${indent}$0`;
  if (type === 'array') return flow ? ' [$0]' : `\n${indent}- $0`;
  return ' $0';
}
