// What can be typed at a place of a recipe, from the real schema; the bar marks the cursor.
import { describe, expect, it } from 'vitest';
import { recipeJsonSchema } from '../../../src/core/experiment/recipe/recipeSchema';
import { steps } from '../../../src/core/compression/steps';
import { trainSchema } from '../../../src/core/training/trainOptions';
import { completionsAt, type RecipeCompletion } from '../../../src/host/recipes/recipeCompletions';
import { placeAt } from '../../../src/host/recipes/recipePlace';

const schema = recipeJsonSchema();
const stepIds = steps.map(({ id }) => id);

function itemsAt(marked: string): readonly RecipeCompletion[] {
  const offset = marked.indexOf('|');
  const text = marked.replace('|', '');
  const place = placeAt(text, offset);
  return place ? completionsAt(schema, place, text).items : [];
}

function labelsAt(marked: string): readonly string[] {
  return itemsAt(marked).map(({ label }) => label);
}

/** The text after the item was taken, without the marks of the snippet. */
function taken(marked: string, label: string): string {
  const offset = marked.indexOf('|');
  const text = marked.replace('|', '');
  const { start, end, items } = completionsAt(schema, placeAt(text, offset)!, text);
  const item = items.find((each) => each.label === label) ?? expect.fail(`${label} is not offered`);
  const line = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  const indent = /^ */.exec(line)![0];
  return text.slice(0, start) + item.snippet.replaceAll('\n', `\n${indent}`) + text.slice(end);
}

describe('keys', () => {
  it('are those of a recipe in an empty file, and those that are missing in another', () => {
    expect(labelsAt('|')).toEqual(['model', 'data', 'seed', 'steps']);
    expect(labelsAt('model: a.onnx\nse|\nsteps: []\n')).toEqual(['data', 'seed']);
    expect(labelsAt('model: a.onnx\n|')).toEqual(['data', 'seed', 'steps']);
  });

  it('are the steps in a list of steps', () => {
    expect(labelsAt('steps:\n  - |')).toEqual(stepIds);
    expect(labelsAt('steps:\n  - train:\n  - |')).toEqual(stepIds);
    expect(labelsAt('steps: [|]')).toEqual(stepIds);
    expect(labelsAt('steps:\n  |')).toEqual(stepIds);
  });

  it.each([
    'steps:\n  - train:\n      epochs: 3\n      |',
    'steps:\n  - train:\n      epochs: 3\n      ba|\n',
    'steps:\n  - train:\n      |\n      epochs: 3\n',
    'steps:\n  - train: { epochs: 3, | }\n',
    'steps:\n  - train: {|, epochs: 3}\n',
    'steps:\n  - prune: { sparsity: 0.5 }\n  - train: { epochs: 3, ba|: 5 }\n',
  ])('are the options of the step that are not given yet: %j', (marked) => {
    const others = Object.keys(trainSchema.shape).filter((key) => key !== 'epochs');
    expect(labelsAt(marked)).toEqual(others);
  });

  it('are those of the kind of source that was begun', () => {
    expect(labelsAt('data:\n  train:\n    images: a\n    |')).toEqual(['labels']);
    expect(labelsAt('data:\n  train:\n    |')).toEqual(expect.arrayContaining(['images', 'file', 'folder']));
  });

  it('are those of a group', () => {
    expect(labelsAt('steps:\n  - train:\n      earlyStopping:\n        |')).toEqual(['patience']);
  });

  it('are written so that typing can go on', () => {
    expect(taken('|', 'steps')).toBe('steps:\n  - $0');
    expect(taken('model: a\nst|', 'steps')).toBe('model: a\nsteps:\n  - $0');
    expect(taken('steps:\n  - |', 'train')).toBe('steps:\n  - train:\n      $0');
    expect(taken('steps:\n  |', 'train')).toBe('steps:\n  - train:\n      $0');
    expect(taken('steps:\n  - train: |', 'epochs')).toBe('steps:\n  - train: { epochs: $0 }');
    expect(taken('steps:\n  - train:\n      |', 'decay')).toBe(
      'steps:\n  - train:\n      decay:\n        $0',
    );
    expect(taken('steps: [train: { epo|: 5 }]', 'epochs')).toBe('steps: [train: { epochs: 5 }]');
    expect(taken('steps: [train: { dec| }]', 'decay')).toBe('steps: [train: { decay: { $0 } }]');
  });

  it('say what they are for, what is allowed and what holds without them', () => {
    const item = itemsAt('steps: [train: { | }]').find(({ label }) => label === 'optimizer');
    expect(item?.documentation).toBe(
      'How gradients change the weights.\n\nAllowed: sgd or adam or adamw or rmsprop\n\nDefault: `adam`',
    );
    expect(item?.goesOn).toBe(true);
  });
});

describe('values', () => {
  it('are those of a list, the default first', () => {
    expect(labelsAt('steps:\n  - train:\n      optimizer: |')).toEqual(['adam', 'sgd', 'adamw', 'rmsprop']);
    expect(labelsAt('steps:\n  - train: { optimizer: ad| }')).toEqual(['adam', 'sgd', 'adamw', 'rmsprop']);
    expect(labelsAt('steps: [train: { nesterov: | }]')).toEqual(['false', 'true']);
    expect(labelsAt('data: { normalize: | }')).toContain('standardize');
    expect(taken('steps: [train: { optimizer: ad| }]', 'sgd')).toBe('steps: [train: { optimizer: sgd }]');
  });

  it('are the default where there is no list, and nothing where anything goes', () => {
    expect(labelsAt('seed: |')).toEqual(['1']);
    expect(labelsAt('model: |')).toEqual([]);
  });
});

it.each(['# |', 'model: a # |', 'model:|', 'unknown:\n  |', 'model: some thing|'])(
  'nothing is offered at %j',
  (marked) => {
    expect(labelsAt(marked)).toEqual([]);
  },
);
