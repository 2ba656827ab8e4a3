// What a word of a recipe means, from the real schema; the bar marks the place that is pointed at.
import { describe, expect, it } from 'vitest';
import { recipeJsonSchema } from '../../../src/core/experiment/recipe/recipeSchema';
import { hoverOf } from '../../../src/host/recipes/recipeHovers';
import { wordAt } from '../../../src/host/recipes/recipePlace';

function hover(marked: string): { readonly word: string; readonly markdown: string } | undefined {
  const text = marked.replace('|', '');
  const pointed = wordAt(text, marked.indexOf('|'));
  const found = pointed && hoverOf(recipeJsonSchema(), pointed);
  return found && { word: text.slice(found.start, found.end), markdown: found.markdown };
}

describe('a hover', () => {
  it('explains a key and its value alike', () => {
    const markdown =
      '**epochs**\n\nPasses over the training samples.\n\nAllowed: a whole number from 1 to 100000\n\nDefault: `10`';
    expect(hover('steps:\n  - train: { ep|ochs: 3 }\n')).toEqual({ word: 'epochs', markdown });
    expect(hover('steps:\n  - train: { epochs: |3 }\n')).toEqual({ word: '3', markdown });
  });

  it('explains what may be written in several ways', () => {
    expect(hover('model: a\nda|ta: glyphs\n')?.markdown).toContain(
      'Allowed: text or a mapping of train, validation, test, normalize',
    );
  });

  it('explains options inside groups', () => {
    expect(hover('steps: [train: { decay: { fac|tor: 0.5 } }]')?.markdown).toContain(
      'What the learning rate is multiplied with.',
    );
  });

  it('is silent about what the schema does not know', () => {
    expect(hover('steps: [train: { fa|ctor: 0.5 }]')).toBeUndefined();
    expect(hover('other: 3|\n')).toBeUndefined();
    expect(hover('# comm|ent\nmodel: a\n')).toBeUndefined();
  });
});
