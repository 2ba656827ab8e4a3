// What `--data` and a recipe may name: `glyphs`, a folder of IDX files, or a YAML file with a recipe's `data` keys.
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { CounterweightError } from '../../shared/base/errors';
import type { DataSet } from './dataSet';
import { glyphDefaults, glyphSplits, openGlyphs } from './glyphs';
import { openIdx, type IdxFiles, type Normalization } from './idx';

const asIs: Normalization = { mean: 0, standardDeviation: 1 };

/** Opens the data that results are measured on: the test split where the source has one. Throws DATA_INVALID. */
export function openData(spec: string): DataSet {
  if (/^glyphs(:|$)/.test(spec)) return openGlyphs(parseGlyphs(spec));
  if (!existsSync(spec)) return fail(spec, 'there is no such file or folder');
  if (statSync(spec).isDirectory()) return openIdx(path.basename(spec), idxFilesIn(spec), asIs);
  if (/\.ya?ml$/.test(spec)) return openDataFile(spec);
  return fail(spec, 'it is neither glyphs, nor a folder of IDX files, nor a .yaml file that describes data');
}

const glyphNumbers = ['samples', 'size', 'seed', 'noise', 'labelNoise'] as const;

const glyphSchema = z.strictObject({
  samples: z.number().int().min(1).max(1_000_000),
  size: z.number().int().min(8).max(256),
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 32 - 1),
  noise: z.number().min(0).max(10),
  labelNoise: z.number().min(0).max(1),
  split: z.enum(glyphSplits),
});

/** `glyphs:samples=500,labelNoise=0.2,split=test`. Without a split it is the test split, which nothing is trained on. */
function parseGlyphs(spec: string): z.infer<typeof glyphSchema> {
  const given: Record<string, unknown> = {};
  const list = spec.slice('glyphs:'.length);
  for (const pair of list === '' ? [] : list.split(',')) {
    const [key = '', value = ''] = pair.split('=');
    given[key] = (glyphNumbers as readonly string[]).includes(key) ? Number(value) : value;
  }
  const parsed = glyphSchema.safeParse({ ...glyphDefaults, split: 'test', ...given });
  if (!parsed.success) return fail(spec, describeIssue(parsed.error));
  return parsed.data;
}

/** The file names under which MNIST and its relatives are handed on; the first pair that is there is taken. */
function idxFilesIn(folder: string): IdxFiles {
  for (const split of ['t10k', 'test', 'train']) {
    for (const zip of ['', '.gz']) {
      for (const dash of ['-', '.']) {
        const images = path.join(folder, `${split}-images${dash}idx3-ubyte${zip}`);
        const labels = path.join(folder, `${split}-labels${dash}idx1-ubyte${zip}`);
        if (existsSync(images) && existsSync(labels)) return { images, labels };
      }
    }
  }
  return fail(folder, 'it holds no IDX files like t10k-images-idx3-ubyte.gz and t10k-labels-idx1-ubyte.gz');
}

const idxSchema = z.strictObject({ images: z.string(), labels: z.string() });
const dataFileSchema = z.strictObject({
  train: idxSchema.optional(),
  test: idxSchema,
  normalize: z.strictObject({ mean: z.number(), standardDeviation: z.number().positive() }).optional(),
});

/** A YAML file with the keys of a recipe's `data`; paths are relative to it. */
function openDataFile(file: string): DataSet {
  let content: unknown;
  try {
    content = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    return fail(file, error instanceof Error ? error.message : String(error));
  }
  const parsed = dataFileSchema.safeParse(content);
  if (!parsed.success) return fail(file, describeIssue(parsed.error));
  const { test, normalize } = parsed.data;
  const folder = path.dirname(file);
  const files = { images: path.resolve(folder, test.images), labels: path.resolve(folder, test.labels) };
  return openIdx(path.basename(file), files, normalize ?? asIs);
}

function describeIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue ? `${issue.path.join('.') || 'content'}: ${issue.message}` : 'it is not valid';
}

function fail(data: string, problem: string): never {
  throw new CounterweightError('DATA_INVALID', { data, problem });
}
