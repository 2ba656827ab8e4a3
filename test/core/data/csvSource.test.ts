// Tables: what is found out about them, what texts and numbers become, and where a cell is wrong.
import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indicesFrom, type DataSet } from '../../../src/core/data/dataSet';
import { openData, openSplits } from '../../../src/core/data/openData';
import { hasShared, sharedFile } from '../../support/sharedFiles';
import { useTempFolder } from '../../support/tempFolder';

const folder = useTempFolder();

async function table(text: string, name = 'table.csv'): Promise<DataSet> {
  writeFileSync(folder.file(name), name.endsWith('.gz') ? gzipSync(text) : text);
  return openData(folder.file(name));
}

async function described(yaml: string): Promise<DataSet> {
  writeFileSync(folder.file('data.yaml'), yaml);
  return openData(folder.file('data.yaml'));
}

async function rowsOf(data: DataSet): Promise<{ inputs: number[][]; labels?: number[]; values?: number[] }> {
  const { inputs, labels, values } = await data.rows(indicesFrom(0, data.count));
  const width = inputs[0]!.length / data.count;
  return {
    inputs: Array.from({ length: data.count }, (_, i) =>
      Array.from(inputs[0]!.subarray(i * width, (i + 1) * width)),
    ),
    ...(labels && { labels: [...labels] }),
    ...(values && { values: [...values] }),
  };
}

describe('a table', () => {
  it('predicts its last column', async () => {
    const data = await table('1,2,0\n3,4,1\n5,6,0\n7,8,1\n');
    expect(data).toMatchObject({
      name: 'table.csv',
      count: 4,
      inputs: [{ shape: [2] }],
      targets: { kind: 'classes', count: 2 },
    });
    expect(await rowsOf(data)).toEqual({
      inputs: [
        [1, 2],
        [3, 4],
        [5, 6],
        [7, 8],
      ],
      labels: [0, 1, 0, 1],
    });
  });

  it.each(['label', 'labels', 'Class', 'TARGET', 'y'])('predicts the column named %s', async (name) => {
    const data = await table(`a,${name},b\n1,0,2\n3,1,4\n5,0,6\n7,1,8\n`);
    expect(await rowsOf(data)).toEqual({
      inputs: [
        [1, 2],
        [3, 4],
        [5, 6],
        [7, 8],
      ],
      labels: [0, 1, 0, 1],
    });
  });

  it.each([
    ['a comma', ','],
    ['a semicolon', ';'],
    ['a tab', '\t'],
    ['a bar', '|'],
    ['a space', ' '],
    ['several spaces', '   '],
  ])('may be separated by %s, with or without a header', async (_, mark) => {
    const lines = ['1.5,2,0', '3,-4e-1,1', '.5,6.,0', '+7,8,1'].map((line) => line.replaceAll(',', mark));
    const wanted = {
      inputs: [
        [1.5, 2],
        [3, Math.fround(-0.4)],
        [0.5, 6],
        [7, 8],
      ],
      labels: [0, 1, 0, 1],
    };
    expect(await rowsOf(await table(lines.join('\r\n')))).toEqual(wanted);
    const header = ['"the first"'.replace(' ', mark === ',' ? ',' : '_'), 'b', 'c'].join(mark);
    expect(await rowsOf(await table(`\uFEFF${header}\n\n${lines.join('\n')}\n`, 'table.csv.gz'))).toEqual(
      wanted,
    );
  });

  it('keeps numbers in a header that is one', async () => {
    const data = await table('0,1,Class\n5,6,0\n7,8,1\n9,9,1\n3,2,0\n');
    expect(data.count).toBe(4);
  });

  it.each([
    [
      'texts, in alphabetical order',
      ['pear', 'apple', 'fig', 'apple'],
      [2, 0, 1, 0],
      { count: 3, names: ['apple', 'fig', 'pear'] },
    ],
    [
      'numbers from 0 as they stand, also one that never occurs',
      ['0', '3', '1', '0'],
      [0, 3, 1, 0],
      { count: 4 },
    ],
    ['other numbers, in their order', ['-1', '1', '1', '-1'], [0, 1, 1, 0], { count: 2, names: ['-1', '1'] }],
    [
      'whole numbers written as floats',
      ['1.0', '2.0', '2.0', '1.0'],
      [0, 1, 1, 0],
      { count: 2, names: ['1', '2'] },
    ],
  ])('has classes of %s', async (_, cells, labels, targets) => {
    // Twice over, so that each occurs often enough.
    const lines = [...cells, ...cells].map((cell, i) => `${i},${cell}`);
    const data = await table(lines.join('\n'));
    expect(data.targets).toEqual({ kind: 'classes', ...targets });
    expect((await rowsOf(data)).labels).toEqual([...labels, ...labels]);
    expect([...data.labels!]).toEqual([...labels, ...labels]);
  });

  it('has values where numbers are broken, or do not repeat', async () => {
    expect((await table('1,0.5\n2,1\n3,1\n4,1\n')).targets).toEqual({ kind: 'values', shape: [1] });
    const ages = Array.from({ length: 60 }, (_, i) => `${i},${i % 40}`).join('\n');
    const data = await table(ages);
    expect(data.targets).toEqual({ kind: 'values', shape: [1] });
    expect((await rowsOf(data)).values?.[41]).toBe(1);
  });

  it('has a number for each category of a column of texts, and says so', async () => {
    const data = await table('sex,size,ok\nM,1,0\nF,2,1\nI,3,0\nM,4,1\n');
    expect(data).toMatchObject({ name: 'table.csv (one-hot: sex)', inputs: [{ shape: [4] }] });
    expect((await rowsOf(data)).inputs).toEqual([
      [0, 0, 1, 1],
      [1, 0, 0, 2],
      [0, 1, 0, 3],
      [0, 0, 1, 4],
    ]);
  });

  it('refuses a column of names', async () => {
    const lines = Array.from({ length: 200 }, (_, i) => `customer ${i},${i},${i % 2}`).join('\n');
    await expect(table(`name,x,y\n${lines}`)).rejects.toThrow('column name holds 200 different texts');
    const data = await described('train: { file: table.csv, ignore: [name] }');
    expect(data).toMatchObject({ count: 200, inputs: [{ shape: [1] }] });
  });

  it.each([
    [
      'a text among numbers',
      '1,2,0\n3,oops,1\n',
      { line: 2, column: '1', cell: 'oops' },
      'DATA_CELL_INVALID',
    ],
    [
      'a number of another country',
      'a;b;y\n1,5;2;0\n',
      { line: 2, column: 'a', cell: '1,5' },
      'DATA_CELL_INVALID',
    ],
    ['an infinity', 'a,b,y\n1,2,0\n1,inf,0\n', { line: 3, column: 'b', cell: 'inf' }, 'DATA_CELL_INVALID'],
    ['a hexadecimal number', 'a,b,y\n1,2,0\n1,0x10,0\n', { line: 3, column: 'b' }, 'DATA_CELL_INVALID'],
    ['an empty cell', 'a,b,y\n1,,0\n', { line: 2, column: 'b' }, 'DATA_CELL_MISSING'],
    ['a question mark', 'a,b,y\n1,2,0\n1,?,0\n', { line: 3, column: 'b' }, 'DATA_CELL_MISSING'],
    ['NA', 'a,b,y\n1,2,0\n1,2,1\nNA,2,0\n', { line: 4, column: 'a' }, 'DATA_CELL_MISSING'],
    ['an empty category', 'a,b,y\nred,2,0\n,2,1\n', { line: 3, column: 'a' }, 'DATA_CELL_MISSING'],
    ['an empty label', 'a,y\n1,cat\n2,\n', { line: 3, column: 'y' }, 'DATA_CELL_MISSING'],
    [
      'a bad cell after a quoted line break',
      'a,b,y\n1,2,"x\ny"\n1,bad,"z"\n',
      { line: 4, column: 'b' },
      'DATA_CELL_INVALID',
    ],
  ])('says where there is %s', async (_, text, values, code) => {
    await expect(table(text)).rejects.toMatchObject({ code, values });
  });

  it.each([
    ['nothing', '', 'no table'],
    ['a header alone', 'a,b,label\n', 'no rows'],
    ['a single column', '1\n2\n3\n', 'no columns beside'],
    ['a short line', '1,2,0\n3,4,1\n5,6\n', 'line 3 has 2 cells instead of 3'],
    ['a long line', '1,2,0\n3,4,1,9\n5,6,1\n', 'line 2 has 4 cells instead of 3'],
    ['an open quote', '1,2,0\n3,"4,1\n5,6,1\n', 'Quote Not Closed'],
    ['bytes that are no text', '1,2\0,3\n', 'not text'],
  ])('is refused for %s', async (_, text, problem) => {
    await expect(table(text)).rejects.toThrow(problem);
  });

  it('is refused where its zip ends too early', async () => {
    const whole = gzipSync(Array.from({ length: 5000 }, (_, i) => `${Math.sin(i)},${i % 2}`).join('\n'));
    writeFileSync(folder.file('cut.csv.gz'), whole.subarray(0, whole.length >> 1));
    await expect(openData(folder.file('cut.csv.gz'))).rejects.toMatchObject({ code: 'DATA_INVALID' });
  });

  it('is read back as it was written', async () => {
    const numbers = fc.array(
      fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 3, maxLength: 3 }),
      {
        minLength: 2,
        maxLength: 30,
      },
    );
    await fc.assert(
      fc.asyncProperty(numbers, fc.constantFrom(',', ';', '\t', ' '), async (rows, mark) => {
        const data = await table(rows.map((row) => [...row, 0.5].map(String).join(mark)).join('\n'));
        expect((await rowsOf(data)).inputs).toEqual(rows.map((row) => row.map((value) => value + 0)));
      }),
      { numRuns: 100 },
    );
  });
});

describe('columns', () => {
  it.each([
    [
      'label: b',
      [
        [1, 3],
        [4, 6],
      ],
      [2, 5],
    ],
    [
      'label: 0',
      [
        [2, 3],
        [5, 6],
      ],
      [1, 4],
    ],
    [
      'label: -2',
      [
        [1, 3],
        [4, 6],
      ],
      [2, 5],
    ],
    ['label: b, ignore: [c]', [[1], [4]], [2, 5]],
    ['ignore: [2]', [[1], [4]], [2, 5]],
  ])('are chosen by %s', async (choice, inputs, values) => {
    writeFileSync(folder.file('t.csv'), 'a,b,c\n1,2,3\n4,5,6\n');
    const data = await described(`train: { file: t.csv, targets: values, ${choice} }`);
    expect(await rowsOf(data)).toEqual({ inputs, values });
  });

  it('are all inputs where nothing is to be predicted', async () => {
    writeFileSync(folder.file('t.csv'), 'a,b,c\n1,2,3\n4,5,6\n');
    const data = await described('train: { file: t.csv, label: false }');
    expect(data.targets).toBeUndefined();
    expect(await rowsOf(data)).toEqual({
      inputs: [
        [1, 2, 3],
        [4, 5, 6],
      ],
    });
  });

  it.each([
    ['label: d', 'no column d; its columns are a, b, c'],
    ['label: 3', 'no column 3'],
    ['label: -4', 'no column -4'],
    ['ignore: [a, b]', 'no columns beside'],
    ['label: a, ignore: [a]', 'both label and ignored'],
  ])('are missed by %s', async (choice, problem) => {
    writeFileSync(folder.file('t.csv'), 'a,b,c\n1,2,3\n4,5,6\n');
    await expect(described(`train: { file: t.csv, ${choice} }`)).rejects.toThrow(problem);
  });
});

describe('several tables', () => {
  it('agree on classes and categories', async () => {
    writeFileSync(folder.file('train.csv'), 'color,y\nred,cat\nblue,dog\nred,fox\nblue,cat\n');
    writeFileSync(folder.file('test.csv'), 'color,y\ngreen,fox\nred,dog\n');
    writeFileSync(folder.file('data.yaml'), 'train: train.csv\nvalidation: test.csv\ntest: test.csv\n');
    const { train, test } = await openSplits(folder.file('data.yaml'), 1);
    expect(train.targets).toEqual({ kind: 'classes', count: 3, names: ['cat', 'dog', 'fox'] });
    expect(await rowsOf(train)).toEqual({
      inputs: [
        [0, 0, 1],
        [1, 0, 0],
        [0, 0, 1],
        [1, 0, 0],
      ],
      labels: [0, 1, 2, 0],
    });
    expect(await rowsOf(test!)).toEqual({
      inputs: [
        [0, 1, 0],
        [0, 0, 1],
      ],
      labels: [2, 1],
    });
    expect(await rowsOf(await openData(folder.file('data.yaml')))).toEqual(await rowsOf(test!));
  });

  it('take over what is said of train', async () => {
    writeFileSync(folder.file('a.csv'), 'id,y,x\nq1,0,1\nq2,1,2\nq3,0,3\nq4,1,4\n');
    writeFileSync(folder.file('data.yaml'), 'train: { file: a.csv, ignore: [id] }\ntest: a.csv\n');
    const { train, test } = await openSplits(folder.file('data.yaml'), 1);
    expect([train.count, test?.count]).toEqual([3, 4]);
    expect(test?.inputs).toEqual([{ shape: [1] }]);
  });

  it.each([
    ['other columns', 'a,c,y\n1,2,0\n', 'its column c is b in'],
    ['fewer columns', 'a,y\n1,0\n', 'it has 1 columns, but'],
    ['texts for numbers', 'a,b,y\n1,red,0\n', 'its column b holds texts, but numbers in'],
    ['other targets', 'a,b,y\n1,2,cat\n', 'its column y holds texts, but numbers in'],
  ])('are refused with %s', async (_, other, problem) => {
    writeFileSync(folder.file('train.csv'), 'a,b,y\n1,2,0\n2,3,1\n');
    writeFileSync(folder.file('test.csv'), other);
    await expect(described('train: train.csv\ntest: test.csv\n')).rejects.toThrow(problem);
  });
});

describe.runIf(hasShared)('real tables', () => {
  const values = { kind: 'values', shape: [1] };
  it.each([
    ['sklearn/iris.csv', 150, 4, { kind: 'classes', count: 3, names: ['setosa', 'versicolor', 'virginica'] }],
    ['sklearn/breast_cancer.csv', 569, 30, { kind: 'classes', count: 2, names: ['malignant', 'benign'] }],
    [
      'sklearn/wine_data.csv',
      178,
      13,
      { kind: 'classes', count: 3, names: ['class_0', 'class_1', 'class_2'] },
    ],
    ['sklearn/boston_house_prices.csv', 506, 13, values],
    ['sklearn/digits.csv.gz', 1797, 64, { kind: 'classes', count: 10 }],
    ['sklearn/diabetes_data_raw.csv.gz', 442, 9, values],
    ['sklearn/linnerud_exercise.csv', 20, 2, values],
    ['tabular/abalone.csv', 4177, 10, { kind: 'classes', count: 28 }],
    ['tabular/banknote_authentication.csv', 1372, 4, { kind: 'classes', count: 2 }],
    ['tabular/ionosphere.csv', 351, 34, { kind: 'classes', count: 2, names: ['b', 'g'] }],
    ['tabular/pima-indians-diabetes.csv', 768, 8, { kind: 'classes', count: 2 }],
    ['tabular/sonar.csv', 208, 60, { kind: 'classes', count: 2, names: ['M', 'R'] }],
    ['tabular/wheat-seeds.csv', 210, 7, { kind: 'classes', count: 3, names: ['1', '2', '3'] }],
    ['tabular/winequality-white.csv', 4898, 11, { kind: 'classes', count: 7 }],
  ])('such as %s are read whole', async (name, count, width, targets) => {
    const data = await openData(sharedFile(`datasets/${name}`));
    expect(data).toMatchObject({ count, inputs: [{ shape: [width] }], targets });
  });

  it('named otherwise are read with format: csv, the test beside the train', async () => {
    const [train, test] = ['tra', 'tes'].map((ending) =>
      sharedFile(`datasets/optdigits/optdigits.${ending}`),
    );
    writeFileSync(
      folder.file('digits.yaml'),
      `train: { file: '${train}', format: csv }\ntest: { file: '${test}', format: csv }\nnormalize: standardize\n`,
    );
    const splits = await openSplits(folder.file('digits.yaml'), 1);
    expect([splits.train.count, splits.validation.count, splits.test?.count]).toEqual([3441, 382, 1797]);
    expect(splits.train.targets).toEqual({ kind: 'classes', count: 10 });
    const { inputs } = await splits.test!.rows(indicesFrom(0, 1797));
    expect(inputs[0]?.every(Number.isFinite)).toBe(true);
  });
});
