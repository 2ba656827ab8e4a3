// A recipe written as a file: what a run was started with, for whoever wants to repeat or change it.
import path from 'node:path';
import type { DataConfig, Source } from '../../data/dataSchema';
import { isGlyphs } from '../../data/glyphSource';
import type { DataSource, DescribedData } from '../../data/openData';
import { yamlText } from '../../data/yamlFile';
import type { Recipe } from './recipe';

/** The recipe as the text of a file. Paths are absolute, so that it may stand anywhere. */
export function recipeText({ model, data, seed, steps }: Recipe): string {
  return yamlText({ model, ...(data !== undefined && { data: resolved(data) }), seed, steps });
}

function resolved(data: DataSource): string | DataConfig {
  if (typeof data !== 'string') return absolute(data);
  return isGlyphs(data) ? data : path.resolve(data);
}

function absolute({ config, folder }: DescribedData): DataConfig {
  const inFolder = (value: string): string => (isGlyphs(value) ? value : path.resolve(folder, value));
  const source = (given: Source): Source => {
    if (typeof given === 'string') return inFolder(given);
    if ('images' in given) {
      return { ...given, images: inFolder(given.images), labels: inFolder(given.labels) };
    }
    if ('file' in given) return { ...given, file: inFolder(given.file) };
    return { ...given, folder: inFolder(given.folder) };
  };
  const { train, validation, test } = config;
  return {
    ...config,
    ...(train !== undefined && { train: source(train) }),
    ...(validation !== undefined && {
      validation: typeof validation === 'number' ? validation : source(validation),
    }),
    ...(test !== undefined && { test: source(test) }),
  };
}
