// The part of JSON Schema that describes recipes, and what a schema allows in words: for hover texts, completion and
// the reference page, which all are made of the one schema.

export interface JsonSchema {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema | readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
}

/** The schemas that a value may follow: those of a choice, or the one. */
export function alternatives(schema: JsonSchema): readonly JsonSchema[] {
  return schema.anyOf?.flatMap(alternatives) ?? [schema];
}

/** The values to choose from, where a schema lists them. */
export function listedValues(schema: JsonSchema): readonly unknown[] {
  if (schema.enum !== undefined) return schema.enum;
  if (schema.const !== undefined) return [schema.const];
  return schema.type === 'boolean' ? [true, false] : [];
}

/** What is allowed, like "a number from 0 to below 1", "global or layer" or "text or a list of text". */
export function allowedText(schema: JsonSchema): string {
  return [...new Set(alternatives(schema).map(allowedByOne))].join(' or ');
}

function allowedByOne(schema: JsonSchema): string {
  const listed = listedValues(schema);
  if (listed.length > 0) return listed.map(String).join(' or ');
  switch (schema.type) {
    case 'integer':
      return `a whole number${limits(schema)}`;
    case 'number':
      return `a number${limits(schema)}`;
    case 'array':
      return listText(schema.items);
    case 'object':
      return mappingText(schema);
    case 'null':
      return 'nothing';
    case 'string':
      return 'text';
    default:
      return 'a value';
  }
}

function listText(items: JsonSchema['items']): string {
  if (items === undefined) return 'a list';
  if (!isTuple(items)) return `a list of ${allowedText(items)}`;
  return `a list of ${items.length}: ${items.map(allowedText).join(', ')}`;
}

export function isTuple(items: NonNullable<JsonSchema['items']>): items is readonly JsonSchema[] {
  return Array.isArray(items);
}

function mappingText({ properties, additionalProperties }: JsonSchema): string {
  const keys = Object.keys(properties ?? {});
  if (keys.length > 0) return `a mapping of ${keys.join(', ')}`;
  return typeof additionalProperties === 'object'
    ? `a mapping of names to ${allowedText(additionalProperties)}`
    : 'a mapping';
}

/** Whole numbers without a limit are given the largest that are exact; they say nothing. */
function limits({ minimum, exclusiveMinimum, maximum, exclusiveMaximum }: JsonSchema): string {
  const lower = told(minimum)
    ? ` from ${minimum}`
    : told(exclusiveMinimum)
      ? ` above ${exclusiveMinimum}`
      : '';
  const upper = told(maximum)
    ? ` to ${maximum}`
    : told(exclusiveMaximum)
      ? ` to below ${exclusiveMaximum}`
      : '';
  return lower + upper;
}

function told(limit: number | undefined): limit is number {
  return limit !== undefined && Math.abs(limit) !== Number.MAX_SAFE_INTEGER;
}
