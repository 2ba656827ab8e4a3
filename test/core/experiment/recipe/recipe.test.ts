// Recipes as files: what they say, what is wrong with them and where, and what a run writes down.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRecipe } from '../../../../src/core/experiment/recipe/recipe';
import { recipeText } from '../../../../src/core/experiment/recipe/recipeText';
import { useTempFolder } from '../../../support/tempFolder';

const folder = useTempFolder();

function recipeFile(text: string): string {
  const file = folder.file('a.counterweight.yaml');
  writeFileSync(file, text);
  return file;
}

function dataOf(word: string): unknown {
  return readRecipe(recipeFile(`model: a.onnx\ndata: ${word}\nsteps: [train: {}]\n`)).data;
}

function problemOf(text: string): string {
  try {
    readRecipe(recipeFile(text));
  } catch (error) {
    return (error as Error).message;
  }
  return expect.fail('the recipe was not refused');
}

describe('a recipe', () => {
  it('names a model, data and steps, relative to its file, with defaults filled in', () => {
    const recipe = readRecipe(
      recipeFile(`
model: nets/a.onnx
data: { train: { images: i.idx, labels: l.idx }, validation: 0.2 }
seed: 7
steps:
  - train: { epochs: 3 }
  - quantize:
`),
    );
    expect(recipe).toMatchObject({
      model: folder.file('nets/a.onnx'),
      data: { folder: path.dirname(folder.file('x')), config: { validation: 0.2 } },
      seed: 7,
      steps: [{ train: { epochs: 3, optimizer: 'adam' } }, { quantize: { bits: 8 } }],
    });
  });

  it('takes data in a word, which may be glyphs or a path', () => {
    expect(dataOf('glyphs:samples=50')).toBe('glyphs:samples=50');
    expect(dataOf('digits.csv')).toBe(folder.file('digits.csv'));
  });

  it.each([
    ['model: a.onnx\nstep: []\n', 'line 2, column 1', 'the nearest is steps'],
    ['model: a.onnx\nsteps: 3\n', 'line 2, column 1', 'must be a list of steps'],
    ['model: a.onnx\nseed: -1\nsteps: []\n', 'line 2, column 1', 'seed'],
    ['model: a.onnx\ndata:\n  trian: x\nsteps: []\n', 'line 3, column 3', 'the nearest is train'],
    ['model: [\n', 'line 2, column 1', 'a.counterweight.yaml'],
    ['model: a.onnx\nsteps:\n  - train: { epoch: 3 }\n', 'Step train', 'the nearest is epochs'],
  ])('is refused with the place of what is wrong: %j', (text, place, problem) => {
    expect(problemOf(text)).toContain(place);
    expect(problemOf(text)).toContain(problem);
  });

  it('is the same after it was written down and read again', () => {
    const text = `
model: nets/a.onnx
data:
  train: { file: train.csv, label: class }
  validation: glyphs
  test: { folder: images }
  normalize: standardize
steps: [prune: { sparsity: 0.9 }, train: { augment: { flip: true } }]
`;
    const recipe = readRecipe(recipeFile(text));
    const again = readRecipe(recipeFile(recipeText(recipe)));
    expect(recipeText(again)).toBe(recipeText(recipe));
    expect(again).toMatchObject({ model: recipe.model, steps: recipe.steps });
    expect(again.data).toMatchObject({
      config: { train: { file: folder.file('train.csv') }, validation: 'glyphs', normalize: 'standardize' },
    });
  });
});
