// Recipes as files: what they say, what is wrong with them and where, and what a run writes down.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkRecipe, readRecipe } from '../../../../src/core/experiment/recipe/recipe';
import { recipeText } from '../../../../src/core/experiment/recipe/recipeText';
import { openSplits } from '../../../../src/core/data/openData';
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
    ['model: a.onnx\nseed: -1\nsteps: [train: {}]\n', 'line 2, column 1', 'seed'],
    ['model: a.onnx\ndata:\n  trian: x\nsteps: []\n', 'line 3, column 3', 'the nearest is train'],
    ['model: [\n', 'line 2, column 1', 'a.counterweight.yaml'],
    ['model: a.onnx\nsteps:\n  - train: { epoch: 3 }\n', 'line 3, column 14', 'the nearest is epochs'],
    ['model: a.onnx\nsteps:\n  - prune:\n', 'line 3, column 5', 'option sparsity is missing'],
    ['model: a.onnx\nsteps:\n  - train: { epochs: 0 }\n', 'line 3, column 14', 'a whole number from 1'],
    ['model: a.onnx\nsteps:\n  - train: 3\n', 'line 3, column 5', 'must be a mapping'],
    ['model: a.onnx\nsteps:\n  - trian: {}\n', 'line 3, column 5', 'the nearest is train'],
    ['model: a.onnx\nsteps:\n  - train: {}\n    quantize: {}\n', 'line 4, column 5', 'exactly one step'],
    ['model: a.onnx\nsteps:\n  - train\n', 'line 3, column 5', 'step 1 must be a mapping'],
    ['model: a.onnx\nsteps: []\n', 'line 2, column 1', 'at least one step'],
    [
      'model: a.onnx\nsteps:\n  - train: {}\n  - train:\n      decay: { factor: 2 }\n',
      'line 5, column 16',
      'step 2, train: option decay.factor must be a number above 0 to below 1, not 2',
    ],
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

const text = `
model: a.onnx
steps:
  - prune: { sparsity: 0.5 }
  - train:
  - prune: { sparsity: 0.9 }
`;

function usageOf(...settings: string[]): string {
  try {
    readRecipe(recipeFile(text), settings);
  } catch (error) {
    expect(error).toMatchObject({ code: 'USAGE' });
    return (error as Error).message;
  }
  return expect.fail('the setting was taken');
}

describe('values that are set over a recipe', () => {
  it('are found by their path, and by the name of a step that is there once', () => {
    const settings = [
      'seed=9',
      'data.train=glyphs',
      'data.normalize.mean=[0.1, 0.2]',
      'data.normalize.standardDeviation=1',
      'train.epochs=3',
      'train.earlyStopping.patience=4',
      'steps.2.prune.sparsity=0.95',
    ];
    expect(readRecipe(recipeFile(text), settings)).toMatchObject({
      seed: 9,
      data: { config: { train: 'glyphs', normalize: { mean: [0.1, 0.2], standardDeviation: 1 } } },
      steps: [
        { prune: { sparsity: 0.5 } },
        { train: { epochs: 3, earlyStopping: { patience: 4 } } },
        { prune: { sparsity: 0.95 } },
      ],
    });
  });

  it.each([
    ['prune.sparsity=0.5', 'begin with steps.0.prune or steps.2.prune'],
    ['quantize.bits=8', 'the recipe has no step quantize'],
    ['trian.epochs=8', 'the nearest is train'],
    ['steps.3.train.epochs=8', '3 is no entry of a list of 3'],
    ['train.epochs', 'is not of the form path=value'],
    ['train.epochs=0', 'option epochs must be a whole number from 1 to 100000, not 0'],
    ['seed=x', '--set seed=x: seed: must be a number'],
  ])('are refused in their own words: %s', (setting, problem) => {
    expect(usageOf(setting)).toContain(problem);
  });

  it('do not take the blame for what the file itself says', () => {
    const file = recipeFile('model: a.onnx\nsteps: [train: { epoch: 3 }]\n');
    expect(() => readRecipe(file, ['seed=3'])).toThrow(/line 2, column 18: .*the nearest is epochs/);
  });
});

describe('the check of a text', () => {
  it('names every fault with the range of its key', () => {
    const { problems, recipe } = checkRecipe(
      'model: 3\nsteps:\n  - train: { epoch: 3, batch: 0 }\nseeed: 1\n',
      folder.file('r.yaml'),
    );
    expect(recipe).toBeUndefined();
    expect(problems.map(({ range, problem }) => [Object.values(range), problem])).toEqual([
      [[3, 0, 3, 5], expect.stringContaining('the nearest is seed')],
      [[0, 0, 0, 5], 'model: must be a path'],
      [[2, 13, 2, 18], expect.stringContaining('the nearest is epochs')],
      [[2, 23, 2, 28], expect.stringContaining('option batch must be')],
    ]);
  });

  it('names every fault of the syntax', () => {
    const { problems } = checkRecipe('model: "a\nsteps: [\n', folder.file('r.yaml'));
    expect(problems.length).toBeGreaterThan(0);
    expect(problems[0]!.range.startLine).toBeGreaterThanOrEqual(0);
  });

  it('tells what a right recipe says, with data that are described in it by its own path', async () => {
    const described = 'model: a.onnx\ndata: { train: "glyphs:samples=60" }\nsteps: [quantize: ]\n';
    const file = recipeFile(described);
    expect(checkRecipe(described, file)).toEqual({
      problems: [],
      recipe: {
        model: folder.file('a.onnx'),
        data: file,
        seed: 1,
        steps: [{ quantize: expect.objectContaining({ bits: 8 }) }],
      },
    });
    const { train, validation } = await openSplits(file, 1);
    expect(train.count + validation.count).toBeGreaterThan(0);
    const plain = described.replace(/data: .*/, 'data: digits.csv');
    expect(checkRecipe(plain, file).recipe?.data).toBe(folder.file('digits.csv'));
  });
});
