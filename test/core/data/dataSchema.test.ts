// The description of data: what the documentation shows is what the schema takes.
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { dataSchema, sourceSchema } from '../../../src/core/data/dataSchema';

describe('the schema of data', () => {
  const blocks = [...readFileSync('docs/data.md', 'utf8').matchAll(/```yaml\n(.*?)```/gs)].map(
    ([, block]) => block!,
  );

  it('takes the description in the documentation', () => {
    const [description] = blocks;
    expect(dataSchema.parse(parse(description!))).toMatchObject({
      validation: 0.1,
      normalize: { mean: 0.1307 },
    });
  });

  it('takes every source in the documentation as it is', () => {
    const lines = blocks[1]!.trim().split('\n');
    expect(lines.length).toBe(5);
    for (const line of lines) {
      const { train } = parse(line) as { train: unknown };
      expect(sourceSchema.parse(train)).toEqual(train);
    }
  });

  it('can be shown as JSON Schema, with a description of every key', () => {
    const { properties } = z.toJSONSchema(dataSchema, { io: 'input' });
    expect(Object.keys(properties ?? {})).toEqual(['train', 'validation', 'test', 'normalize']);
    for (const property of Object.values(properties ?? {})) {
      expect(property).toMatchObject({ description: expect.any(String) });
    }
  });
});
