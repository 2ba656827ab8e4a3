// The keys of `data` in a data file and in a recipe: which sources there are, and how samples are prepared.
import { z } from 'zod';
import { mapping } from './describeIssue';

const filePath = z.string('must be a path').min(1, 'must be a path');

const columnSchema = z
  .union([z.string().min(1), z.number().int()], {
    error: 'must be the name of a column, or its number from 0 (−1 is the last)',
  })
  .describe('A column of a table: its name, or its number from 0; −1 is the last.');

const pairSchema = mapping({
  images: filePath.describe('The samples: an IDX file (.gz too) or a .npy file.'),
  labels: filePath.describe('Their labels or target values: an IDX file (.gz too) or a .npy file.'),
});

export const fileKinds = ['csv', 'npz', 'npy'] as const;

const fileSchema = mapping({
  file: filePath.describe('A .csv, .csv.gz, .npz or .npy file.'),
  format: z
    .enum(fileKinds, { error: `must be one of ${fileKinds.join(', ')}` })
    .describe('What the file is, where its name does not say it.')
    .optional(),
  label: z
    .union([columnSchema, z.literal(false)], {
      error: 'must be a column, or false where nothing is to be predicted',
    })
    .describe('The column of a table, or the array of an .npz file, to be predicted.')
    .optional(),
  ignore: z
    .array(columnSchema, { error: 'must be a list of columns' })
    .describe('Columns of a table that are left out.')
    .optional(),
  targets: z
    .enum(['classes', 'values'], { error: 'must be classes or values' })
    .describe('Whether what is to be predicted is a class or a number, where it looks like the other.')
    .optional(),
});

const pixels = z.number({ error: 'must be a number of pixels' }).int().min(1).max(4096);

const folderSchema = mapping({
  folder: filePath.describe('A folder of images, with a folder for each class.'),
  size: z
    .tuple([pixels, pixels], { error: 'must be [height, width] in pixels' })
    .describe('Height and width that every image is scaled to.')
    .optional(),
  grayscale: z
    .boolean({ error: 'must be true or false' })
    .describe('One channel instead of red, green and blue.')
    .optional(),
});

const sourceKinds = 'a path, glyphs, or a mapping with file, folder, or images and labels';

export const sourceSchema = z
  .union([filePath, pairSchema, fileSchema, folderSchema], { error: `must be ${sourceKinds}` })
  .describe(`Where samples are: ${sourceKinds}.`);

const numbers = (each: z.ZodNumber, what: string): z.ZodUnion<[z.ZodNumber, z.ZodArray<z.ZodNumber>]> =>
  z.union([each, z.array(each).min(1)], { error: `must be ${what}, or a list with one for each channel` });

export const normalizeSchema = z
  .union(
    [
      z.literal('standardize'),
      mapping({
        mean: numbers(z.number(), 'a number').describe('What is subtracted from every number.'),
        standardDeviation: numbers(z.number().positive(), 'a positive number').describe(
          'What every number is then divided by.',
        ),
      }),
    ],
    { error: 'must be standardize, or a mapping with mean and standardDeviation' },
  )
  .describe(
    'How inputs are prepared: standardize takes mean and deviation of each channel or column from the training samples.',
  );

const validationSchema = z
  .union([z.number().gt(0, 'must be above 0').lt(1, 'must be below 1'), sourceSchema], {
    error: `must be a fraction between 0 and 1, ${sourceKinds}`,
  })
  .describe('A fraction of train that is held out, or a source of its own. 0.1 if the source has none.');

/** The mapping of `data`. Paths are relative to the file that it stands in. */
export const dataSchema = mapping({
  train: sourceSchema.optional(),
  validation: validationSchema.optional(),
  test: sourceSchema.optional(),
  normalize: normalizeSchema.optional(),
});

/** A file of data: their mapping, or a recipe, whose data are meant. */
export const dataFileSchema = z.union(
  [
    dataSchema,
    z.object({
      model: filePath,
      data: z.union([filePath, dataSchema], { error: 'is missing; the recipe names no data' }),
      steps: z.array(z.unknown()),
    }),
  ],
  { error: 'must be a mapping of keys to values' },
);

export type Source = z.output<typeof sourceSchema>;
export type PairSource = z.output<typeof pairSchema>;
export type FileSource = z.output<typeof fileSchema>;
export type Normalize = z.output<typeof normalizeSchema>;
export type DataConfig = z.output<typeof dataSchema>;
