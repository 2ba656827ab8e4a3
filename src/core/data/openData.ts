// What `--data` and a recipe may name, as data sets: one to measure on, or the splits that a training run uses.
import path from 'node:path';
import { dataProblem } from './dataProblem';
import { dataSchema, type DataConfig } from './dataSchema';
import type { DataSet, DataSplits } from './dataSet';
import { isGlyphs, measuredGlyphs } from './glyphSource';
import { normalizationOf, normalized } from './normalize';
import { openSource } from './openSource';
import type { OpenPart, SourceParts } from './sourceParts';
import { divide, subset } from './subset';
import { unifyClasses } from './unifyClasses';
import { readYamlFile } from './yamlFile';

/** Data as the command line names it, or as the keys of `data` in a recipe describe it. */
export type DataSource = string | DescribedData;

export interface DescribedData {
  readonly config: DataConfig;
  /** What paths in it are relative to. */
  readonly folder: string;
  /** How a message calls it. */
  readonly name: string;
}

/** The part of the training samples that is held out for validation where nothing else is said. */
const defaultValidation = 0.1;

/** Opens the data that results are measured on: the test split where the source has one, else all. Throws DATA_INVALID. */
export async function openData(source: DataSource): Promise<DataSet> {
  if (typeof source === 'string' && isGlyphs(source)) return measuredGlyphs(source);
  const { config, folder, name } = described(source);
  return openDataFrom(config, folder, name);
}

/**
 * Opens the splits that a training run uses. Where the source has no validation samples, a tenth of the training
 * samples is held out, by chance as the seed decides and of every class alike. Throws DATA_INVALID.
 */
export async function openSplits(source: DataSource, seed: number): Promise<DataSplits> {
  const { config, folder, name } = described(source);
  return openSplitsFrom(config, folder, seed, name);
}

/** As `openData`, for the keys of `data` in a file in `folder`. `name` is what a message calls them. */
export async function openDataFrom(config: DataConfig, folder: string, name = 'data'): Promise<DataSet> {
  const parts = await openParts(config, folder);
  const open = parts.test ?? parts.everything;
  if (!open) return dataProblem(name, 'it names neither test nor train');
  const data = await open();
  if (!config.normalize) return data;
  // As in training, so that a network is given what it was trained on.
  const basis = await (parts.train ?? open)();
  return normalized(data, await normalizationOf(config.normalize, basis));
}

/** As `openSplits`, for the keys of `data` in a file in `folder`. `name` is what a message calls them. */
export async function openSplitsFrom(
  config: DataConfig,
  folder: string,
  seed: number,
  name = 'data',
): Promise<DataSplits> {
  const parts = await openParts(config, folder);
  if (!parts.train) return dataProblem(name, 'it names nothing to train on; add train');
  const whole = await parts.train();
  const validation = parts.validation
    ? { train: whole, validation: await parts.validation() }
    : holdOut(whole, typeof config.validation === 'number' ? config.validation : defaultValidation, seed);
  const test = await parts.test?.();
  const splits = unifyClasses({ ...validation, ...(test && { test }) });
  if (!config.normalize) return splits;
  const normalization = await normalizationOf(config.normalize, whole);
  return {
    train: normalized(splits.train, normalization),
    validation: normalized(splits.validation, normalization),
    ...(splits.test && { test: normalized(splits.test, normalization) }),
  };
}

function described(source: DataSource): DescribedData {
  if (typeof source !== 'string') return source;
  if (!/\.ya?ml$/i.test(source)) return { config: { train: source }, folder: '.', name: source };
  const config = readYamlFile(source, dataSchema, dataProblem);
  return { config, folder: path.dirname(source), name: source };
}

interface Parts {
  readonly train?: OpenPart;
  /** Missing where it is to be held out of train. */
  readonly validation?: OpenPart;
  readonly test?: OpenPart;
  /** All samples of the source that train comes from. */
  readonly everything?: OpenPart;
}

/** What the source of train has itself counts where the description names nothing else. */
async function openParts(config: DataConfig, folder: string): Promise<Parts> {
  const main: SourceParts = config.train === undefined ? {} : await openSource(config.train, folder);
  const train = main.train ?? main.all;
  if (config.train !== undefined && !train) {
    // Test samples alone: enough to measure on.
    if (main.test && config.test === undefined && config.validation === undefined) return { test: main.test };
    return dataProblem(shown(config.train), 'it holds no training samples');
  }
  const validation = await validationPart(config, main, folder);
  const test = await testPart(config, main, folder);
  const everything = main.all ?? main.train;
  return {
    ...(train && { train }),
    ...(validation && { validation }),
    ...(test && { test }),
    ...(everything && { everything }),
  };
}

async function validationPart(
  { validation }: DataConfig,
  main: SourceParts,
  folder: string,
): Promise<OpenPart | undefined> {
  if (validation === undefined) return main.validation;
  if (typeof validation === 'number') return undefined;
  const { validation: own, all } = await openSource(validation, folder);
  return own ?? all ?? dataProblem(shown(validation), 'it holds no validation samples');
}

async function testPart(
  { test }: DataConfig,
  main: SourceParts,
  folder: string,
): Promise<OpenPart | undefined> {
  if (test === undefined) return main.test;
  const { test: own, all } = await openSource(test, folder);
  return own ?? all ?? dataProblem(shown(test), 'it holds no test samples');
}

function shown(source: NonNullable<DataConfig['train']>): string {
  if (typeof source === 'string') return source;
  if ('images' in source) return source.images;
  return 'file' in source ? source.file : source.folder;
}

function holdOut(data: DataSet, part: number, seed: number): Omit<DataSplits, 'test'> {
  if (data.count < 2) return dataProblem(data.name, 'one sample cannot be both trained on and held out');
  const { part: heldOut, rest } = divide(data, part, seed);
  return {
    train: subset(data, rest),
    validation: subset(data, heldOut, `${data.name} (held out)`),
  };
}
