// What `--data` and a recipe may name, as data sets: one to measure on, or the splits that a training run uses.
import path from 'node:path';
import type { Shape } from '../ir/graph';
import { dataProblem } from './dataProblem';
import { dataFileSchema, type DataConfig } from './dataSchema';
import type { DataSet, DataSplits } from './dataSet';
import { isGlyphs, measuredGlyphs } from './glyphSource';
import { normalizationOf, normalized } from './normalize';
import { openSources, type SourceKey } from './openSources';
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

/** What samples are for, where that decides how they are read. */
export interface DataUse {
  /** The shape of the model's input. Images are scaled to it where nothing else is said of their size. */
  readonly input?: Shape | undefined;
}

/** The part of the training samples that is held out for validation where nothing else is said. */
const defaultValidation = 0.1;

/** Opens the data that results are measured on: the test split where the source has one, else all. Throws DATA_INVALID. */
export async function openData(source: DataSource, use: DataUse = {}): Promise<DataSet> {
  if (typeof source === 'string' && isGlyphs(source)) return measuredGlyphs(source);
  const { config, folder, name } = described(source);
  const parts = await openParts(config, folder, use);
  const open = parts.test ?? parts.everything;
  if (!open) return dataProblem(name, 'it names neither test nor train');
  const data = await inClassesOfAll(await open(), parts);
  if (!config.normalize) return data;
  // As in training, so that a network is given what it was trained on.
  const basis = await (parts.train ?? open)();
  return normalized(data, await normalizationOf(config.normalize, basis));
}

/** Where classes have names, a class of the test has the index that it has in training. */
async function inClassesOfAll(data: DataSet, parts: Parts): Promise<DataSet> {
  if (data.targets?.kind !== 'classes' || !data.targets.names) return data;
  const [train = data, validation = train] = [await parts.train?.(), await parts.validation?.()];
  return unifyClasses({ train, validation, test: data }).test ?? data;
}

/**
 * Opens the splits that a training run uses. Where the source has no validation samples, a tenth of the training
 * samples is held out, by chance as the seed decides and of every class alike. Throws DATA_INVALID.
 */
export async function openSplits(source: DataSource, seed: number, use: DataUse = {}): Promise<DataSplits> {
  const data = described(source);
  return (
    (await splitsOf(data, seed, use)) ?? dataProblem(data.name, 'it names nothing to train on; add train')
  );
}

/** As `openSplits`, or undefined where the source has nothing to train on. */
export async function findSplits(
  source: DataSource,
  seed: number,
  use: DataUse = {},
): Promise<DataSplits | undefined> {
  return splitsOf(described(source), seed, use);
}

async function splitsOf(
  { config, folder }: DescribedData,
  seed: number,
  use: DataUse,
): Promise<DataSplits | undefined> {
  const parts = await openParts(config, folder, use);
  if (!parts.train) return undefined;
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
  const content = readYamlFile(source, dataFileSchema, dataProblem);
  const folder = path.dirname(source);
  if (!('steps' in content)) return { config: content, folder, name: source };
  const { data } = content;
  if (typeof data !== 'string') return { config: data, folder, name: source };
  return described(isGlyphs(data) ? data : path.resolve(folder, data));
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
async function openParts(
  { train, validation, test }: DataConfig,
  folder: string,
  { input }: DataUse,
): Promise<Parts> {
  const sources = await openSources(
    {
      ...(train !== undefined && { train }),
      ...(validation !== undefined && typeof validation !== 'number' && { validation }),
      ...(test !== undefined && { test }),
    },
    folder,
    input,
  );
  const main = sources.train ?? {};
  const trained = main.train ?? main.all;
  const onlyMeasures = main.test && test === undefined && validation === undefined;
  if (train !== undefined && !trained && !onlyMeasures) {
    return dataProblem(shown(train), 'it holds no training samples');
  }
  const validated = validation === undefined ? main.validation : ownPart(sources, 'validation', validation);
  const tested = test === undefined ? main.test : ownPart(sources, 'test', test);
  const everything = main.all ?? main.train;
  return {
    ...(trained && { train: trained }),
    ...(validated && { validation: validated }),
    ...(tested && { test: tested }),
    ...(everything && { everything }),
  };
}

/** The part of a source that was named for a split; undefined where a fraction was. */
function ownPart(
  sources: Partial<Record<SourceKey, SourceParts>>,
  key: SourceKey,
  source: NonNullable<DataConfig['validation']>,
): OpenPart | undefined {
  if (typeof source === 'number') return undefined;
  const parts = sources[key];
  return parts?.[key] ?? parts?.all ?? dataProblem(shown(source), `it holds no ${key} samples`);
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
