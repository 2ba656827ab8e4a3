// The options of a step as the command line and the editor's forms need them, read from the step's schema.
import { z } from 'zod';
import { allowedText, type JsonSchema } from '../../shared/base/jsonSchema';

export interface StepOption {
  /** The path of an option inside a group, like "earlyStopping.patience". */
  readonly name: string;
  readonly description: string;
  /** What is allowed, in words, like "a number from 0 to below 1" or "global or layer". */
  readonly allowed: string;
  /** The values to choose from, where there is a list of them. */
  readonly choices?: readonly OptionValue[];
  readonly kind: 'number' | 'integer' | 'boolean' | 'choice' | 'list' | 'mapping';
  readonly minimum?: number;
  readonly maximum?: number;
  /** The minimum or the maximum itself is not allowed. */
  readonly excludesMinimum?: true;
  readonly excludesMaximum?: true;
  /** Undefined where the option must be given, or is off until it is. */
  readonly default?: OptionValue;
}

export type OptionValue = string | number | boolean;

/** All options of a step in the order of its schema, those of a group after each other. */
export function describeOptions(schema: z.ZodObject): StepOption[] {
  const properties = (z.toJSONSchema(schema, { io: 'input' }).properties ?? {}) as Properties;
  return describeProperties(properties, '');
}

type Properties = Readonly<Record<string, JsonSchema>>;

function describeProperties(properties: Properties, group: string): StepOption[] {
  return Object.entries(properties).flatMap(([key, property]) => {
    const name = group + key;
    if (property.properties) return describeProperties(property.properties, `${name}.`);
    const choices = property.enum ?? (property.const === undefined ? undefined : [property.const]);
    const minimum = property.minimum ?? property.exclusiveMinimum;
    const maximum = property.maximum ?? property.exclusiveMaximum;
    return {
      name,
      description: property.description ?? '',
      allowed: allowedText(property),
      kind: choices ? 'choice' : kindOf(property.type),
      ...(choices && { choices: choices as readonly OptionValue[] }),
      ...(minimum !== undefined && { minimum }),
      ...(maximum !== undefined && { maximum }),
      ...(property.exclusiveMinimum !== undefined && { excludesMinimum: true }),
      ...(property.exclusiveMaximum !== undefined && { excludesMaximum: true }),
      ...(property.default !== undefined && { default: property.default as OptionValue }),
    };
  });
}

/** What the types of JSON Schema are as options; a mapping has names of one's own, and is no group. */
const kinds: Readonly<Record<string, StepOption['kind']>> = {
  integer: 'integer',
  boolean: 'boolean',
  array: 'list',
  object: 'mapping',
};

function kindOf(type: string | undefined): StepOption['kind'] {
  return kinds[type ?? ''] ?? 'number';
}
