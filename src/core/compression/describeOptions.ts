// The options of a step as the command line and the editor's forms need them, read from the step's schema.
import { z } from 'zod';

export interface StepOption {
  readonly name: string;
  readonly description: string;
  /** What is allowed, in words, like "a number from 0 to below 1" or "global or layer". */
  readonly allowed: string;
  /** The values to choose from, where there is a list of them. */
  readonly choices?: readonly (string | number)[];
  readonly minimum?: number;
  readonly maximum?: number;
  /** Undefined where the option must be given. */
  readonly default?: string | number;
}

interface PropertySchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: string | number;
  readonly enum?: readonly (string | number)[];
  readonly const?: string | number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
}

/** All options of a step in the order of its schema. */
export function describeOptions(schema: z.ZodObject): StepOption[] {
  const properties = (z.toJSONSchema(schema).properties ?? {}) as Readonly<Record<string, PropertySchema>>;
  return Object.entries(properties).map(([name, property]) => {
    const choices = property.enum ?? (property.const === undefined ? undefined : [property.const]);
    const minimum = property.minimum ?? property.exclusiveMinimum;
    const maximum = property.maximum ?? property.exclusiveMaximum;
    return {
      name,
      description: property.description ?? '',
      allowed: allowedValues(property, choices),
      ...(choices && { choices }),
      ...(minimum !== undefined && { minimum }),
      ...(maximum !== undefined && { maximum }),
      ...(property.default !== undefined && { default: property.default }),
    };
  });
}

function allowedValues(property: PropertySchema, choices: StepOption['choices']): string {
  if (choices) return choices.join(' or ');
  const noun = property.type === 'integer' ? 'a whole number' : `a ${property.type ?? 'value'}`;
  const from = property.minimum ?? property.exclusiveMinimum;
  const lower = from === undefined ? '' : property.minimum === undefined ? ` above ${from}` : ` from ${from}`;
  const to = property.maximum ?? property.exclusiveMaximum;
  const upper = to === undefined ? '' : property.maximum === undefined ? ` to below ${to}` : ` to ${to}`;
  return noun + lower + upper;
}
