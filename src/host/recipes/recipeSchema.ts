// What the schema of recipes says about a place of a recipe.
import { alternatives, isTuple, type JsonSchema } from '../../shared/base/jsonSchema';
import type { RecipePath } from './recipePlace';

/** What the value at a path may be; empty where the schema knows no such place. */
export function schemasAt(schema: JsonSchema, path: RecipePath): readonly JsonSchema[] {
  return path.reduce<readonly JsonSchema[]>(
    (schemas, key) => schemas.flatMap((each) => alternatives(each)).flatMap((each) => within(each, key)),
    [schema],
  );
}

/** The keys that a mapping may have besides those that it has, each with what its value may be. */
export function keysAt(
  schemas: readonly JsonSchema[],
  present: readonly string[],
): ReadonlyMap<string, JsonSchema> {
  const keys = new Map<string, JsonSchema>();
  for (const { properties = {} } of schemas.flatMap(alternatives)) {
    if (!present.every((key) => key in properties)) continue;
    for (const [key, property] of Object.entries(properties)) {
      if (!present.includes(key) && !keys.has(key)) keys.set(key, property);
    }
  }
  return keys;
}

function within(schema: JsonSchema, key: string | number): readonly JsonSchema[] {
  const { items, properties, additionalProperties } = schema;
  if (typeof key === 'number') {
    if (items === undefined) return [];
    return isTuple(items) ? items.slice(key, key + 1) : [items];
  }
  const property = properties?.[key];
  if (property !== undefined) return [property];
  return typeof additionalProperties === 'object' ? [additionalProperties] : [];
}
